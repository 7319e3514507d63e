-- What people are told (recommendations, alerts, insights) and what they answer (feedback).

create table public.recommendations (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    pipeline_id uuid not null,
    kind text not null,
    title text not null,
    description text,
    status text not null default 'open' check (status in ('open', 'applied', 'dismissed', 'withdrawn')),
    confidence double precision check (confidence between 0 and 1),
    impact_score double precision,
    impact_unit text,
    priority_score double precision,
    proposed_change jsonb,
    model_version text not null,
    evidence jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade
);
create index recommendations_workspace_created_idx on public.recommendations (workspace_id, created_at desc);
create index recommendations_pipeline_idx on public.recommendations (pipeline_id, workspace_id);

create table public.alerts (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    pipeline_id uuid,
    execution_id uuid,
    severity text not null check (severity in ('low', 'medium', 'high', 'critical')),
    status text not null default 'active' check (status in ('active', 'acknowledged', 'resolved')),
    title text not null,
    message text not null,
    -- What the alert is about; at most one alert about it is open at a time.
    subject text,
    model_version text not null,
    evidence jsonb not null default '{}',
    acknowledged_by uuid references auth.users (id) on delete set null,
    acknowledged_at timestamptz,
    resolved_by uuid references auth.users (id) on delete set null,
    resolved_at timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade,
    foreign key (execution_id, workspace_id) references public.executions (id, workspace_id) on delete cascade
);
create unique index alerts_one_open_per_subject_idx on public.alerts (workspace_id, subject)
    where status <> 'resolved';
create index alerts_workspace_created_idx on public.alerts (workspace_id, created_at desc);
create index alerts_pipeline_idx on public.alerts (pipeline_id, workspace_id);
create index alerts_execution_idx on public.alerts (execution_id, workspace_id);
create index alerts_acknowledged_by_idx on public.alerts (acknowledged_by) where acknowledged_by is not null;
create index alerts_resolved_by_idx on public.alerts (resolved_by) where resolved_by is not null;

create table public.ai_insights (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    pipeline_id uuid,
    execution_id uuid,
    insight_type text not null check (insight_type in ('prediction', 'anomaly', 'optimization', 'recommendation')),
    severity text not null default 'low' check (severity in ('low', 'medium', 'high', 'critical')),
    title text not null,
    description text not null,
    confidence double precision check (confidence between 0 and 1),
    is_dismissed boolean not null default false,
    model_version text not null,
    evidence jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade,
    foreign key (execution_id, workspace_id) references public.executions (id, workspace_id) on delete cascade
);
create index ai_insights_workspace_created_idx on public.ai_insights (workspace_id, created_at desc);
create index ai_insights_pipeline_idx on public.ai_insights (pipeline_id, workspace_id);
create index ai_insights_execution_idx on public.ai_insights (execution_id, workspace_id);

create table public.feedback (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    subject_table text not null check (
        subject_table in ('predictions', 'detections', 'root_causes', 'healing_actions', 'recommendations', 'alerts')
    ),
    subject_id uuid not null,
    verdict text not null check (verdict in ('confirmed', 'false_alarm', 'expected', 'fixed', 'wrong_cause')),
    correct_cause text,
    note text check (length(note) <= 10000),
    given_by uuid not null default engine.user_id() references auth.users (id) on delete cascade,
    created_at timestamptz not null default now(),
    -- One person has one opinion of one decision; giving it again replaces it.
    unique (subject_table, subject_id, given_by)
);
create index feedback_workspace_created_idx on public.feedback (workspace_id, created_at desc);
create index feedback_given_by_idx on public.feedback (given_by);
