-- The audit of healing, which is only ever added to, and what each kind of action was good for.

create table public.healing_audit (
    id uuid primary key default gen_random_uuid(),
    -- The order in which it was written.
    position bigint generated always as identity,
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    -- No foreign keys: what was done to a pipeline outlives the pipeline.
    pipeline_id uuid,
    execution_id uuid,
    plan_id uuid,
    action_id uuid,
    event text not null check (length(event) between 1 and 100),
    -- An engine's name or a person's id.
    actor text not null check (length(actor) between 1 and 200),
    why text,
    before jsonb,
    after jsonb,
    request jsonb,
    answer jsonb,
    created_at timestamptz not null default clock_timestamp()
);
create index healing_audit_workspace_idx on public.healing_audit (workspace_id, created_at desc);
create index healing_audit_plan_idx on public.healing_audit (plan_id);

-- Not even the owner changes it. Only the deletion of the whole workspace takes it along.
create function engine.keep_audit()
    returns trigger
    language plpgsql
    set search_path = ''
as $$
begin
    if tg_op = 'DELETE' and not exists (select from public.workspaces where id = old.workspace_id) then
        return old;
    end if;
    raise insufficient_privilege using message = 'the audit of healing is only ever added to';
end
$$;

create trigger _100_healing_audit_keep
    before update or delete on public.healing_audit
    for each row
    execute function engine.keep_audit();
create trigger _100_healing_audit_keep_all
    before truncate on public.healing_audit
    for each statement
    execute function engine.keep_audit();

-- Successes and failures of an action for a cause, per pipeline and (pipeline null) in the workspace.
create table public.action_outcomes (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    pipeline_id uuid,
    cause text not null check (length(cause) <= 200),
    action text not null check (length(action) <= 50),
    successes integer not null default 0 check (successes >= 0),
    failures integer not null default 0 check (failures >= 0),
    updated_at timestamptz not null default clock_timestamp(),
    unique nulls not distinct (workspace_id, pipeline_id, cause, action),
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade
);
create index action_outcomes_pipeline_idx on public.action_outcomes (pipeline_id, workspace_id);

-- An error on many pipelines at once: all are parked, one tries, then the rest are released in waves.
create table public.healing_breakers (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    cause text not null check (length(cause) <= 200),
    status text not null default 'open' check (status in ('open', 'releasing', 'closed')),
    probes integer not null default 0,
    probe_at timestamptz not null,
    canary_plan_id uuid,
    wave integer not null default 0,
    opened_at timestamptz not null default clock_timestamp(),
    closed_at timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    unique (id, workspace_id)
);
-- Two instances that notice an outage at once open one breaker.
create unique index healing_breakers_one_open_idx on public.healing_breakers (workspace_id, cause)
    where status <> 'closed';

alter table public.healing_plans
    add foreign key (breaker_id, workspace_id) references public.healing_breakers (id, workspace_id)
        on delete set null (breaker_id);
create index healing_plans_breaker_idx on public.healing_plans (breaker_id, workspace_id) where breaker_id is not null;

do $$
declare
    shown text;
begin
    foreach shown in array array['healing_audit', 'action_outcomes', 'healing_breakers'] loop
        execute format('alter table public.%I enable row level security', shown);
        execute format('revoke all on public.%I from public, anon, authenticated, service_role', shown);
        execute format('grant select on public.%I to authenticated, ai_engine, service_role', shown);
        execute format(
            'create policy "members see the %2$s of their workspaces"
                on public.%1$I for select to authenticated
                using (workspace_id = any ((select engine.workspace_ids())::uuid[]))',
            shown, replace(shown, '_', ' ')
        );
        execute format(
            'create policy "engines see the %2$s of their token''s workspace"
                on public.%1$I for select to ai_engine
                using (workspace_id = (select engine.token_workspace_id()))',
            shown, replace(shown, '_', ' ')
        );
    end loop;
end
$$;

create function engine.audit_plan(
    plan public.healing_plans, p_event text, p_actor text, p_why text, p_action_id uuid default null,
    p_before jsonb default null, p_after jsonb default null, p_request jsonb default null, p_answer jsonb default null
)
    returns void
    language sql
    set search_path = ''
as $$
    insert into public.healing_audit (
        workspace_id, pipeline_id, execution_id, plan_id, action_id, event, actor, why, before, after, request, answer
    )
    values (
        plan.workspace_id, plan.pipeline_id, plan.execution_id, plan.id, p_action_id, p_event, p_actor, left(p_why, 2000),
        p_before, p_after, p_request, p_answer
    )
$$;

revoke execute on all functions in schema engine from public;
