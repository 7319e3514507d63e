-- Workspaces are the tenants. Every row of every other table belongs to exactly one.

create type public.workspace_role as enum ('viewer', 'member', 'admin', 'owner');

create table public.workspaces (
    id uuid primary key default gen_random_uuid(),
    name text not null check (length(name) between 1 and 200),
    -- The one workspace that a person gets at sign-up; unique, so that signing up twice at once makes one.
    personal_for uuid unique references auth.users (id) on delete cascade,
    created_by uuid references auth.users (id) on delete set null,
    created_at timestamptz not null default now()
);
create index workspaces_created_by_idx on public.workspaces (created_by);

create table public.workspace_members (
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    user_id uuid not null references auth.users (id) on delete cascade,
    role public.workspace_role not null default 'member',
    created_at timestamptz not null default now(),
    primary key (workspace_id, user_id)
);
create index workspace_members_user_id_idx on public.workspace_members (user_id);

-- The caller's workspaces in which the caller has at least this role. Definer, because a policy on
-- workspace_members that read workspace_members would never end.
create function engine.workspace_ids(least_role public.workspace_role default 'viewer')
    returns uuid[]
    language sql
    stable
    security definer
    set search_path = ''
as $$
    select coalesce(array_agg(workspace_id), '{}')
    from public.workspace_members
    where
        user_id = engine.user_id()
        and role >= least_role
$$;

create function engine.personal_workspace_id(p_user_id uuid)
    returns uuid
    language sql
    stable
    security definer
    set search_path = ''
as $$
    select id from public.workspaces where personal_for = p_user_id
$$;

-- Whoever makes a workspace owns it.
create function engine.own_new_workspace()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    if new.created_by is not null then
        insert into public.workspace_members (workspace_id, user_id, role)
        values (new.id, new.created_by, 'owner')
        on conflict do nothing;
    end if;
    return null;
end
$$;

create trigger _100_workspaces_own
    after insert on public.workspaces
    for each row
    execute function engine.own_new_workspace();

create function engine.create_personal_workspace()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    insert into public.workspaces (name, personal_for, created_by)
    values (coalesce(nullif(left(split_part(new.email, '@', 1), 200), ''), 'personal'), new.id, new.id)
    on conflict (personal_for) do nothing;
    return null;
end
$$;

create trigger _500_users_personal_workspace
    after insert on auth.users
    for each row
    execute function engine.create_personal_workspace();

-- People who signed up before FlexiRoaster came.
insert into public.workspaces (name, personal_for, created_by)
select coalesce(nullif(left(split_part(email, '@', 1), 200), ''), 'personal'), id, id
from auth.users
on conflict (personal_for) do nothing;

revoke execute on function
    engine.workspace_ids(public.workspace_role),
    engine.personal_workspace_id(uuid),
    engine.own_new_workspace(),
    engine.create_personal_workspace()
from public;
grant execute on function engine.workspace_ids(public.workspace_role) to authenticated;

alter table public.workspaces enable row level security;
alter table public.workspace_members enable row level security;
revoke all on public.workspaces, public.workspace_members from anon, authenticated;
grant select, insert, delete on public.workspaces to authenticated;
grant update (name) on public.workspaces to authenticated;
grant select, insert, delete on public.workspace_members to authenticated;
grant update (role) on public.workspace_members to authenticated;
grant select on public.workspaces to ai_engine;
grant all on public.workspaces, public.workspace_members to service_role;

create policy "members see their workspaces"
    on public.workspaces for select to authenticated
    -- The maker sees the row before the trigger has made the membership: insert … returning asks for it.
    using (id = any ((select engine.workspace_ids())::uuid[]) or created_by = (select engine.user_id()));
create policy "people make workspaces of their own"
    on public.workspaces for insert to authenticated
    with check (created_by = (select engine.user_id()) and personal_for is null);
create policy "admins rename their workspace"
    on public.workspaces for update to authenticated
    using (id = any ((select engine.workspace_ids('admin'))::uuid[]))
    with check (id = any ((select engine.workspace_ids('admin'))::uuid[]));
create policy "owners delete a workspace that is not personal"
    on public.workspaces for delete to authenticated
    using (id = any ((select engine.workspace_ids('owner'))::uuid[]) and personal_for is null);
create policy "engines see the workspace of their token"
    on public.workspaces for select to ai_engine
    using (id = (select engine.token_workspace_id()));

create policy "members see who else is a member"
    on public.workspace_members for select to authenticated
    using (workspace_id = any ((select engine.workspace_ids())::uuid[]));
create policy "admins add members below owner"
    on public.workspace_members for insert to authenticated
    with check (workspace_id = any ((select engine.workspace_ids('admin'))::uuid[]) and role < 'owner');
create policy "admins change the role of members below owner"
    on public.workspace_members for update to authenticated
    using (workspace_id = any ((select engine.workspace_ids('admin'))::uuid[]) and role < 'owner')
    with check (workspace_id = any ((select engine.workspace_ids('admin'))::uuid[]) and role < 'owner');
create policy "admins remove members, and anyone below owner may leave"
    on public.workspace_members for delete to authenticated
    using (
        role < 'owner'
        and (
            workspace_id = any ((select engine.workspace_ids('admin'))::uuid[])
            or user_id = (select engine.user_id())
        )
    );
