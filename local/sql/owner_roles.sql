-- The embedded Data API connects as the database's owner, where PostgREST connects as authenticator.
-- So the owner must be able to become whatever authenticator can. Run after the migrations, which add roles.
do $$
declare
    wanted record;
begin
    for wanted in
        select role.rolname as name
        from pg_catalog.pg_auth_members as membership
        join pg_catalog.pg_roles as role on role.oid = membership.roleid
        where
            membership.member = 'authenticator'::regrole
            and not (select rolsuper from pg_catalog.pg_roles where rolname = current_user)
            and not exists (
                select
                from pg_catalog.pg_auth_members as own
                where
                    own.roleid = membership.roleid
                    and own.member = current_user::regrole
                    -- Column set_option exists from PostgreSQL 16 on; before, membership is enough.
                    and coalesce((to_jsonb(own) ->> 'set_option')::boolean, true)
            )
    loop
        execute format('grant %I to current_user', wanted.name);
    end loop;
end
$$;
