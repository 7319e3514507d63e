-- Executions and their stages: what orchestrators and people write.

create table public.executions (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    pipeline_id uuid not null,
    status text not null default 'pending'
        check (status in ('pending', 'queued', 'running', 'completed', 'failed', 'cancelled')),
    started_at timestamptz,
    completed_at timestamptz,
    duration_seconds double precision,
    triggered_by text,
    trigger_type text not null default 'manual'
        check (trigger_type in ('manual', 'scheduled', 'webhook', 'api', 'healing')),
    attempt integer not null default 1,
    retry_of uuid,
    error_message text,
    config_version integer,
    data_volume_mb double precision,
    rows_processed double precision,
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    created_at timestamptz not null default now(),
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade
);
create index executions_workspace_created_idx on public.executions (workspace_id, created_at desc);
create index executions_pipeline_created_idx on public.executions (pipeline_id, created_at desc);
create index executions_pipeline_workspace_idx on public.executions (pipeline_id, workspace_id);
create index executions_retry_of_idx on public.executions (retry_of, workspace_id) where retry_of is not null;
-- Target of the composite keys that keep a child row in its execution's workspace. The last of the indexes on purpose: of
-- those that look equally good while the table is small the planner takes the newest, and a foreign-key check keeps its
-- plan while the table grows.
alter table public.executions
    add unique (id, workspace_id),
    add foreign key (retry_of, workspace_id) references public.executions (id, workspace_id) on delete set null (retry_of);

create table public.execution_stages (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    execution_id uuid not null,
    stage_name text not null check (length(stage_name) between 1 and 500),
    status text not null default 'pending'
        check (status in ('pending', 'running', 'completed', 'failed', 'skipped')),
    attempt integer not null default 1,
    started_at timestamptz,
    completed_at timestamptz,
    duration_seconds double precision,
    error_message text,
    output jsonb not null default '{}' check (jsonb_typeof(output) = 'object'),
    created_at timestamptz not null default now(),
    unique (execution_id, stage_name, attempt),
    foreign key (execution_id, workspace_id) references public.executions (id, workspace_id) on delete cascade
);
create index execution_stages_workspace_id_idx on public.execution_stages (workspace_id);
create index execution_stages_execution_workspace_idx on public.execution_stages (execution_id, workspace_id);

-- A client names only its pipeline: the workspace and the config version follow from it. Definer, so that a pipeline
-- of another workspace is refused by the policy on executions and not by a missing value.
create function engine.place_execution()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    select
        coalesce(new.workspace_id, pipeline.workspace_id),
        coalesce(new.config_version, pipeline.version)
    into new.workspace_id, new.config_version
    from public.pipelines as pipeline
    where pipeline.id = new.pipeline_id;
    if not found then
        raise foreign_key_violation using
            message = format('there is no pipeline %s', new.pipeline_id),
            hint = 'insert the pipeline first, or correct pipeline_id';
    end if;
    return new;
end
$$;

create trigger _100_executions_place
    before insert on public.executions
    for each row
    when (new.workspace_id is null or new.config_version is null)
    execute function engine.place_execution();

-- A run whose clock went backwards has no duration.
create function engine.measure_duration()
    returns trigger
    language plpgsql
    set search_path = ''
as $$
begin
    if new.completed_at >= new.started_at then
        new.duration_seconds := extract(epoch from new.completed_at - new.started_at);
    end if;
    return new;
end
$$;

create trigger _200_executions_measure_duration
    before insert or update on public.executions
    for each row
    when (new.duration_seconds is null and new.completed_at is not null and new.started_at is not null)
    execute function engine.measure_duration();
create trigger _200_execution_stages_measure_duration
    before insert or update on public.execution_stages
    for each row
    when (new.duration_seconds is null and new.completed_at is not null and new.started_at is not null)
    execute function engine.measure_duration();

-- Stages, logs and metrics belong to the workspace of their execution.
create function engine.place_in_execution()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    select workspace_id into new.workspace_id from public.executions where id = new.execution_id;
    if not found then
        raise foreign_key_violation using
            message = format('there is no execution %s', new.execution_id),
            hint = 'insert the execution first, or correct execution_id';
    end if;
    return new;
end
$$;

create trigger _100_execution_stages_place
    before insert on public.execution_stages
    for each row
    when (new.workspace_id is null)
    execute function engine.place_in_execution();

revoke execute on function
    engine.place_execution(),
    engine.measure_duration(),
    engine.place_in_execution()
from public;

alter table public.executions enable row level security;
alter table public.execution_stages enable row level security;
revoke all on public.executions, public.execution_stages from anon, authenticated;
grant select, insert, update, delete on public.executions, public.execution_stages to authenticated;
grant select on public.executions, public.execution_stages to ai_engine;
grant all on public.executions, public.execution_stages to service_role;

create policy "members see the executions of their workspaces"
    on public.executions for select to authenticated
    using (workspace_id = any ((select engine.workspace_ids())::uuid[]));
create policy "members record executions in their workspaces"
    on public.executions for insert to authenticated
    with check (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]));
create policy "members change the executions of their workspaces"
    on public.executions for update to authenticated
    using (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]))
    with check (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]));
create policy "admins delete the executions of their workspaces"
    on public.executions for delete to authenticated
    using (workspace_id = any ((select engine.workspace_ids('admin'))::uuid[]));
create policy "engines see the executions of their token's workspace"
    on public.executions for select to ai_engine
    using (workspace_id = (select engine.token_workspace_id()));

create policy "members see the execution stages of their workspaces"
    on public.execution_stages for select to authenticated
    using (workspace_id = any ((select engine.workspace_ids())::uuid[]));
create policy "members record execution stages in their workspaces"
    on public.execution_stages for insert to authenticated
    with check (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]));
create policy "members change the execution stages of their workspaces"
    on public.execution_stages for update to authenticated
    using (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]))
    with check (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]));
create policy "admins delete the execution stages of their workspaces"
    on public.execution_stages for delete to authenticated
    using (workspace_id = any ((select engine.workspace_ids('admin'))::uuid[]));
create policy "engines see the execution stages of their token's workspace"
    on public.execution_stages for select to ai_engine
    using (workspace_id = (select engine.token_workspace_id()));
