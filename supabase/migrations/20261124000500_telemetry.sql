-- Logs and metrics of executions: written once, never changed.

create table public.logs (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    execution_id uuid not null,
    stage_name text,
    level text not null default 'info' check (level in ('debug', 'info', 'warning', 'error', 'critical')),
    message text not null,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    foreign key (execution_id, workspace_id) references public.executions (id, workspace_id) on delete cascade
);
create index logs_workspace_created_idx on public.logs (workspace_id, created_at desc);
create index logs_execution_workspace_idx on public.logs (execution_id, workspace_id, created_at);

create table public.metrics (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    execution_id uuid not null,
    stage_name text,
    metric_name text not null check (metric_name <> ''),
    metric_value double precision not null,
    unit text,
    tags jsonb not null default '{}',
    created_at timestamptz not null default now(),
    foreign key (execution_id, workspace_id) references public.executions (id, workspace_id) on delete cascade
);
create index metrics_workspace_created_idx on public.metrics (workspace_id, created_at desc);
create index metrics_execution_workspace_idx on public.metrics (execution_id, workspace_id);

create trigger _100_logs_place
    before insert on public.logs
    for each row
    when (new.workspace_id is null)
    execute function engine.place_in_execution();
create trigger _100_metrics_place
    before insert on public.metrics
    for each row
    when (new.workspace_id is null)
    execute function engine.place_in_execution();

alter table public.logs enable row level security;
alter table public.metrics enable row level security;
revoke all on public.logs, public.metrics from anon, authenticated;
grant select, insert, delete on public.logs, public.metrics to authenticated;
grant select on public.logs, public.metrics to ai_engine;
grant all on public.logs, public.metrics to service_role;

create policy "members see the logs of their workspaces"
    on public.logs for select to authenticated
    using (workspace_id = any ((select engine.workspace_ids())::uuid[]));
create policy "members write logs to their workspaces"
    on public.logs for insert to authenticated
    with check (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]));
create policy "admins delete the logs of their workspaces"
    on public.logs for delete to authenticated
    using (workspace_id = any ((select engine.workspace_ids('admin'))::uuid[]));
create policy "engines see the logs of their token's workspace"
    on public.logs for select to ai_engine
    using (workspace_id = (select engine.token_workspace_id()));

create policy "members see the metrics of their workspaces"
    on public.metrics for select to authenticated
    using (workspace_id = any ((select engine.workspace_ids())::uuid[]));
create policy "members write metrics to their workspaces"
    on public.metrics for insert to authenticated
    with check (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]));
create policy "admins delete the metrics of their workspaces"
    on public.metrics for delete to authenticated
    using (workspace_id = any ((select engine.workspace_ids('admin'))::uuid[]));
create policy "engines see the metrics of their token's workspace"
    on public.metrics for select to ai_engine
    using (workspace_id = (select engine.token_workspace_id()));
