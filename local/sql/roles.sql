-- The roles that every hosted Supabase project has. Made only where they are missing.
do $$
declare
    wanted record;
begin
    for wanted in
        select *
        from
            (
                values
                    ('anon', 'nologin noinherit'),
                    ('authenticated', 'nologin noinherit'),
                    ('service_role', 'nologin noinherit bypassrls'),
                    ('authenticator', 'login noinherit')
            ) as platform_role (name, options)
        where
            not exists (select from pg_catalog.pg_roles where rolname = platform_role.name)
    loop
        execute format('create role %I %s', wanted.name, wanted.options);
    end loop;
end
$$;

grant anon, authenticated, service_role to authenticator;

grant usage on schema public to anon, authenticated, service_role;

-- As the supabase CLI makes it.
create schema if not exists supabase_migrations;

create table if not exists supabase_migrations.schema_migrations (
    version text primary key,
    statements text[],
    name text
);
