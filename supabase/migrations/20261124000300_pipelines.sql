-- Pipelines, every version of their configuration, and their stages.

create table public.pipelines (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    owner_id uuid references auth.users (id) on delete set null,
    name text not null check (length(name) between 1 and 500),
    description text,
    config jsonb not null default '{}' check (jsonb_typeof(config) = 'object'),
    version integer not null default 1,
    is_active boolean not null default true,
    schedule_cron text check (length(schedule_cron) <= 200),
    timeout_seconds double precision check (timeout_seconds > 0),
    tags text[] not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- A replayed or re-registered pipeline is the same pipeline.
    unique (workspace_id, name),
    -- Target of the composite keys that keep a child row in its pipeline's workspace.
    unique (id, workspace_id)
);
create index pipelines_owner_id_idx on public.pipelines (owner_id);

create table public.pipeline_versions (
    pipeline_id uuid not null,
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    version integer not null,
    config jsonb not null,
    changed_by uuid references auth.users (id) on delete set null,
    created_at timestamptz not null default now(),
    known_good boolean not null default false,
    primary key (pipeline_id, version),
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade
);
create index pipeline_versions_workspace_id_idx on public.pipeline_versions (workspace_id);
create index pipeline_versions_pipeline_workspace_idx on public.pipeline_versions (pipeline_id, workspace_id);
create index pipeline_versions_changed_by_idx on public.pipeline_versions (changed_by);

create table public.pipeline_stages (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    pipeline_id uuid not null,
    name text not null check (length(name) between 1 and 500),
    type text,
    order_index integer not null default 0,
    config jsonb not null default '{}' check (jsonb_typeof(config) = 'object'),
    dependencies text[] not null default '{}',
    is_critical boolean not null default true,
    -- Whether running the stage again is harmless, harmless with a key, or needs a person.
    idempotency text not null default 'unsafe' check (idempotency in ('safe', 'keyed', 'unsafe')),
    created_at timestamptz not null default now(),
    unique (pipeline_id, name),
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade
);
create index pipeline_stages_workspace_id_idx on public.pipeline_stages (workspace_id);
create index pipeline_stages_pipeline_workspace_idx on public.pipeline_stages (pipeline_id, workspace_id);

-- A client that names no workspace means its personal one; a client that names no owner owns it.
create function engine.place_pipeline()
    returns trigger
    language plpgsql
    set search_path = ''
as $$
begin
    new.owner_id := coalesce(new.owner_id, engine.user_id());
    new.workspace_id := coalesce(new.workspace_id, engine.my_personal_workspace_id());
    return new;
end
$$;

create function engine.my_personal_workspace_id()
    returns uuid
    language sql
    stable
    security definer
    set search_path = ''
as $$
    select engine.personal_workspace_id(engine.user_id())
$$;

create trigger _100_pipelines_place
    before insert on public.pipelines
    for each row
    when (new.workspace_id is null or new.owner_id is null)
    execute function engine.place_pipeline();

create function engine.number_pipeline_version()
    returns trigger
    language plpgsql
    set search_path = ''
as $$
begin
    new.updated_at := now();
    if new.config is distinct from old.config then
        new.version := old.version + 1;
    else
        new.version := old.version;
    end if;
    return new;
end
$$;

create trigger _100_pipelines_number_version
    before update on public.pipelines
    for each row
    execute function engine.number_pipeline_version();

create function engine.keep_pipeline_version()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    insert into public.pipeline_versions (pipeline_id, workspace_id, version, config, changed_by)
    values (new.id, new.workspace_id, new.version, new.config, engine.user_id())
    on conflict do nothing;
    return null;
end
$$;

create trigger _500_pipelines_keep_first_version
    after insert on public.pipelines
    for each row
    execute function engine.keep_pipeline_version();
create trigger _500_pipelines_keep_changed_version
    after update on public.pipelines
    for each row
    when (new.version is distinct from old.version)
    execute function engine.keep_pipeline_version();

revoke execute on function
    engine.place_pipeline(),
    engine.my_personal_workspace_id(),
    engine.number_pipeline_version(),
    engine.keep_pipeline_version()
from public;
grant execute on function engine.my_personal_workspace_id() to authenticated, service_role;

alter table public.pipelines enable row level security;
alter table public.pipeline_versions enable row level security;
alter table public.pipeline_stages enable row level security;
revoke all on public.pipelines, public.pipeline_versions, public.pipeline_stages from anon, authenticated;
grant select, insert, update, delete on public.pipelines, public.pipeline_stages to authenticated;
grant select on public.pipeline_versions to authenticated;
grant select on public.pipelines, public.pipeline_versions, public.pipeline_stages to ai_engine;
grant all on public.pipelines, public.pipeline_versions, public.pipeline_stages to service_role;

create policy "members see the pipelines of their workspaces"
    on public.pipelines for select to authenticated
    using (workspace_id = any ((select engine.workspace_ids())::uuid[]));
create policy "members add pipelines to their workspaces"
    on public.pipelines for insert to authenticated
    with check (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]));
create policy "members change the pipelines of their workspaces"
    on public.pipelines for update to authenticated
    using (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]))
    with check (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]));
create policy "admins delete the pipelines of their workspaces"
    on public.pipelines for delete to authenticated
    using (workspace_id = any ((select engine.workspace_ids('admin'))::uuid[]));
create policy "engines see the pipelines of their token's workspace"
    on public.pipelines for select to ai_engine
    using (workspace_id = (select engine.token_workspace_id()));

create policy "members see the config versions of their workspaces"
    on public.pipeline_versions for select to authenticated
    using (workspace_id = any ((select engine.workspace_ids())::uuid[]));
create policy "engines see the config versions of their token's workspace"
    on public.pipeline_versions for select to ai_engine
    using (workspace_id = (select engine.token_workspace_id()));

create policy "members see the stages of their workspaces"
    on public.pipeline_stages for select to authenticated
    using (workspace_id = any ((select engine.workspace_ids())::uuid[]));
create policy "members add stages to their workspaces"
    on public.pipeline_stages for insert to authenticated
    with check (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]));
create policy "members change the stages of their workspaces"
    on public.pipeline_stages for update to authenticated
    using (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]))
    with check (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]));
create policy "members delete the stages of their workspaces"
    on public.pipeline_stages for delete to authenticated
    using (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]));
create policy "engines see the stages of their token's workspace"
    on public.pipeline_stages for select to ai_engine
    using (workspace_id = (select engine.token_workspace_id()));
