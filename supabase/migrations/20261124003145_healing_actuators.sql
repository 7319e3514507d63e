-- Orchestrators outside: whom a pipeline's runs are asked from, where it is not whoever takes up queued executions.

create table public.healing_actuators (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    -- Null: for every pipeline of the workspace that has none.
    pipeline_id uuid,
    kind text not null check (kind in ('webhook', 'airflow', 'github')),
    url text not null check (length(url) <= 2000),
    settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object' and octet_length(settings::text) <= 8192),
    -- A name, never the secret: the operator keeps it, for this workspace and host.
    secret_name text not null check (secret_name ~ '^[A-Z][A-Z0-9_]{0,60}$'),
    created_by uuid default engine.user_id() references auth.users (id) on delete set null,
    created_at timestamptz not null default now(),
    unique nulls not distinct (workspace_id, pipeline_id),
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade
);
create index healing_actuators_pipeline_idx on public.healing_actuators (pipeline_id, workspace_id);
create index healing_actuators_created_by_idx on public.healing_actuators (created_by) where created_by is not null;

alter table public.healing_actuators enable row level security;
revoke all on public.healing_actuators from public, anon, authenticated;
grant select, insert, update, delete on public.healing_actuators to authenticated;
grant select on public.healing_actuators to ai_engine;
grant all on public.healing_actuators to service_role;
create policy "members see the actuators of their workspaces"
    on public.healing_actuators for select to authenticated
    using (workspace_id = any ((select engine.workspace_ids())::uuid[]));
create policy "admins add actuators to their workspaces"
    on public.healing_actuators for insert to authenticated
    with check (
        workspace_id = any ((select engine.workspace_ids('admin'))::uuid[])
        and (created_by is null or created_by = (select engine.user_id()))
    );
create policy "admins change the actuators of their workspaces"
    on public.healing_actuators for update to authenticated
    using (workspace_id = any ((select engine.workspace_ids('admin'))::uuid[]))
    with check (workspace_id = any ((select engine.workspace_ids('admin'))::uuid[]));
create policy "admins delete the actuators of their workspaces"
    on public.healing_actuators for delete to authenticated
    using (workspace_id = any ((select engine.workspace_ids('admin'))::uuid[]));
create policy "engines see the actuators of their token's workspace"
    on public.healing_actuators for select to ai_engine
    using (workspace_id = (select engine.token_workspace_id()));

-- The actuator of a pipeline, as an order needs it; null: its runs are queued in Supabase.
create function engine.actuator_of(p_workspace_id uuid, p_pipeline_id uuid)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select jsonb_build_object(
        'kind', kind, 'url', url, 'settings', settings, 'secret_name', secret_name
    )
    from public.healing_actuators
    where
        workspace_id = p_workspace_id
        and (pipeline_id = p_pipeline_id or pipeline_id is null)
    order by pipeline_id nulls last
    limit 1
$$;

revoke execute on all functions in schema engine from public;
