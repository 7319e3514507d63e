-- What is planned and done to repair a run, under which policy, and who said yes.

create table public.healing_plans (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    pipeline_id uuid not null,
    execution_id uuid not null,
    root_cause_id uuid references public.root_causes (id) on delete set null,
    status text not null default 'proposed'
        check (status in ('proposed', 'approved', 'rejected', 'acting', 'done', 'void')),
    steps jsonb not null default '[]',
    -- An approval is bound to this hash: a plan that changed is another plan.
    plan_hash text not null,
    model_version text not null,
    evidence jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    unique (id, workspace_id),
    foreign key (execution_id, workspace_id) references public.executions (id, workspace_id) on delete cascade,
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade
);
create index healing_plans_workspace_created_idx on public.healing_plans (workspace_id, created_at desc);
create index healing_plans_execution_workspace_idx on public.healing_plans (execution_id, workspace_id);
create index healing_plans_pipeline_workspace_idx on public.healing_plans (pipeline_id, workspace_id);
create index healing_plans_root_cause_idx on public.healing_plans (root_cause_id) where root_cause_id is not null;

create table public.healing_actions (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    plan_id uuid not null,
    action text not null check (
        action in (
            'retry_stage', 'restart_worker', 'increase_timeout', 'scale_resources', 'switch_fallback', 'rollback_config'
        )
    ),
    risk_tier integer not null check (risk_tier between 1 and 3),
    status text not null default 'planned'
        check (status in ('planned', 'acting', 'acted', 'effective', 'ineffective', 'harmful', 'undone')),
    snapshot jsonb,
    request jsonb,
    answer jsonb,
    model_version text not null,
    evidence jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    foreign key (plan_id, workspace_id) references public.healing_plans (id, workspace_id) on delete cascade
);
create index healing_actions_workspace_created_idx on public.healing_actions (workspace_id, created_at desc);
create index healing_actions_plan_idx on public.healing_actions (plan_id, workspace_id);

create table public.healing_policies (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    -- Null: the workspace's own policy, for every pipeline that has none.
    pipeline_id uuid,
    autonomy text not null default 'approve' check (autonomy in ('off', 'dry_run', 'approve', 'auto')),
    highest_tier_alone integer not null default 1 check (highest_tier_alone between 0 and 3),
    actions_per_hour integer not null default 5 check (actions_per_hour >= 0),
    actions_per_day integer not null default 20 check (actions_per_day >= 0),
    cooldown_seconds double precision not null default 300 check (cooldown_seconds >= 0),
    kill_switch boolean not null default false,
    updated_by uuid references auth.users (id) on delete set null,
    created_at timestamptz not null default now(),
    unique nulls not distinct (workspace_id, pipeline_id),
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade
);
create index healing_policies_pipeline_idx on public.healing_policies (pipeline_id, workspace_id);
create index healing_policies_updated_by_idx on public.healing_policies (updated_by);

create table public.maintenance_windows (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    pipeline_id uuid,
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at),
    reason text,
    created_by uuid references auth.users (id) on delete set null,
    created_at timestamptz not null default now(),
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade
);
create index maintenance_windows_workspace_idx on public.maintenance_windows (workspace_id, starts_at);
create index maintenance_windows_pipeline_idx on public.maintenance_windows (pipeline_id, workspace_id);
create index maintenance_windows_created_by_idx on public.maintenance_windows (created_by);

create table public.approvals (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    plan_id uuid not null,
    plan_hash text not null,
    decision text not null check (decision in ('approved', 'rejected')),
    decided_by uuid not null references auth.users (id) on delete cascade,
    note text,
    expires_at timestamptz not null default now() + interval '1 hour',
    created_at timestamptz not null default now(),
    -- One person decides once about one plan.
    unique (plan_id, plan_hash, decided_by),
    foreign key (plan_id, workspace_id) references public.healing_plans (id, workspace_id) on delete cascade
);
create index approvals_workspace_created_idx on public.approvals (workspace_id, created_at desc);
create index approvals_plan_idx on public.approvals (plan_id, workspace_id);
create index approvals_decided_by_idx on public.approvals (decided_by);
