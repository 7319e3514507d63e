-- Incidents: failures, strange runs and late runs that have one cause, said once.

-- The failure of a run as the signatures know it, where one is looked for by it.
alter table public.detections add column error_fingerprint text
    generated always as (evidence #>> '{error_signature,fingerprint}') stored;
create index detections_error_idx on public.detections (workspace_id, error_fingerprint, created_at desc)
    where error_fingerprint is not null;

create table public.pipeline_dependencies (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    upstream_id uuid not null,
    -- Reads what the upstream pipeline writes.
    downstream_id uuid not null check (downstream_id <> upstream_id),
    source text not null default 'person' check (length(source) between 1 and 100),
    created_at timestamptz not null default now(),
    unique (upstream_id, downstream_id),
    foreign key (upstream_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade,
    foreign key (downstream_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade
);
create index pipeline_dependencies_workspace_idx on public.pipeline_dependencies (workspace_id);
create index pipeline_dependencies_upstream_idx on public.pipeline_dependencies (upstream_id, workspace_id);
create index pipeline_dependencies_downstream_idx on public.pipeline_dependencies (downstream_id, workspace_id);

-- What nobody wants to hear of for a while: a pipeline, an error, or (both null) everything.
create table public.silences (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    pipeline_id uuid,
    error_fingerprint text check (length(error_fingerprint) <= 100),
    starts_at timestamptz not null default now(),
    ends_at timestamptz not null check (ends_at > starts_at),
    reason text check (length(reason) <= 10000),
    created_by uuid default engine.user_id() references auth.users (id) on delete set null,
    suppressed bigint not null default 0,
    created_at timestamptz not null default now(),
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade
);
create index silences_workspace_idx on public.silences (workspace_id, ends_at);
create index silences_pipeline_idx on public.silences (pipeline_id, workspace_id);
create index silences_created_by_idx on public.silences (created_by) where created_by is not null;

alter table public.maintenance_windows add column suppressed bigint not null default 0;

create table public.incidents (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    kind text not null check (kind in ('failure', 'anomaly', 'late', 'outage')),
    -- What its signals have in common.
    cause text not null check (length(cause) <= 300),
    status text not null default 'open' check (status in ('open', 'resolved')),
    severity text not null check (severity in ('low', 'medium', 'high', 'critical')),
    title text not null,
    error_fingerprint text,
    first_pipeline_id uuid,
    signals bigint not null default 0,
    pipelines integer not null default 0,
    -- How often it came back within an hour of being over: it then takes as many more successes to be over again.
    relapses integer not null default 0,
    opened_at timestamptz not null default clock_timestamp(),
    last_signal_at timestamptz not null default clock_timestamp(),
    resolved_at timestamptz,
    evidence jsonb not null default '{}',
    model_version text not null default 'rule:incident',
    created_at timestamptz not null default clock_timestamp(),
    unique (id, workspace_id),
    foreign key (first_pipeline_id, workspace_id) references public.pipelines (id, workspace_id)
        on delete set null (first_pipeline_id)
);
-- One cause is one incident, whoever notices it first.
create unique index incidents_one_open_per_cause_idx on public.incidents (workspace_id, cause) where status = 'open';
create index incidents_workspace_opened_idx on public.incidents (workspace_id, opened_at desc);
create index incidents_cause_resolved_idx on public.incidents (workspace_id, cause, resolved_at desc);
create index incidents_first_pipeline_idx on public.incidents (first_pipeline_id, workspace_id);

create table public.incident_pipelines (
    id uuid primary key default gen_random_uuid(),
    incident_id uuid not null,
    pipeline_id uuid not null,
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    -- The pipeline upstream from which it has its trouble; null: its own.
    inherited_from uuid,
    signals bigint not null default 1,
    successes integer not null default 0,
    is_over boolean not null default false,
    last_execution_id uuid,
    first_at timestamptz not null default clock_timestamp(),
    last_at timestamptz not null default clock_timestamp(),
    unique (incident_id, pipeline_id),
    foreign key (incident_id, workspace_id) references public.incidents (id, workspace_id) on delete cascade,
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade,
    foreign key (inherited_from, workspace_id) references public.pipelines (id, workspace_id)
        on delete set null (inherited_from),
    foreign key (last_execution_id, workspace_id) references public.executions (id, workspace_id)
        on delete set null (last_execution_id)
);
create index incident_pipelines_incident_idx on public.incident_pipelines (incident_id, workspace_id);
create index incident_pipelines_pipeline_idx on public.incident_pipelines (pipeline_id, workspace_id);
create index incident_pipelines_workspace_idx on public.incident_pipelines (workspace_id) where not is_over;
create index incident_pipelines_inherited_idx on public.incident_pipelines (inherited_from, workspace_id);
create index incident_pipelines_execution_idx on public.incident_pipelines (last_execution_id, workspace_id);

alter table public.alerts
    add column incident_id uuid,
    add foreign key (incident_id, workspace_id) references public.incidents (id, workspace_id) on delete cascade;
create index alerts_incident_idx on public.alerts (incident_id, workspace_id);
alter table public.ai_insights
    add column incident_id uuid,
    add foreign key (incident_id, workspace_id) references public.incidents (id, workspace_id) on delete cascade;
create index ai_insights_incident_idx on public.ai_insights (incident_id, workspace_id);

alter table public.pipeline_dependencies enable row level security;
alter table public.silences enable row level security;
alter table public.incidents enable row level security;
alter table public.incident_pipelines enable row level security;
revoke all on public.pipeline_dependencies, public.silences, public.incidents, public.incident_pipelines
from anon, authenticated;
grant select on public.incidents, public.incident_pipelines to authenticated, ai_engine;
grant select, insert, update, delete on public.pipeline_dependencies, public.silences to authenticated;
grant select on public.pipeline_dependencies, public.silences to ai_engine;
grant all on public.pipeline_dependencies, public.silences, public.incidents, public.incident_pipelines to service_role;

do $$
declare
    shown text;
begin
    foreach shown in array array['pipeline_dependencies', 'silences', 'incidents', 'incident_pipelines'] loop
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
    foreach shown in array array['pipeline_dependencies', 'silences'] loop
        execute format(
            'create policy "members add %2$s to their workspaces"
                on public.%1$I for insert to authenticated
                with check (workspace_id = any ((select engine.workspace_ids(''member''))::uuid[]))',
            shown, replace(shown, '_', ' ')
        );
        execute format(
            'create policy "members change the %2$s of their workspaces"
                on public.%1$I for update to authenticated
                using (workspace_id = any ((select engine.workspace_ids(''member''))::uuid[]))
                with check (workspace_id = any ((select engine.workspace_ids(''member''))::uuid[]))',
            shown, replace(shown, '_', ' ')
        );
        execute format(
            'create policy "members delete %2$s of their workspaces"
                on public.%1$I for delete to authenticated
                using (workspace_id = any ((select engine.workspace_ids(''member''))::uuid[]))',
            shown, replace(shown, '_', ' ')
        );
    end loop;
end
$$;
