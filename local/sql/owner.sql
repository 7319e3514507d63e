-- Embedded only: hosted Supabase gives its users the role postgres, which owns the database but is no superuser.
-- Running migrations as the same kind of role shows here what would be refused there.
do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'postgres') then
        create role postgres login createdb createrole bypassrls;
    end if;
end
$$;

-- What postgres creates it may also become, as hosted Supabase arranges it.
alter role postgres set createrole_self_grant = 'set, inherit';

grant anon, authenticated, service_role, authenticator to postgres with admin option;

alter database postgres owner to postgres;

alter schema supabase_migrations owner to postgres;

alter table supabase_migrations.schema_migrations owner to postgres;
