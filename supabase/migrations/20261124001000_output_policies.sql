-- Who reads and writes the tables of 0600 to 0900. One map, because they all follow one rule: members of the workspace
-- read, exactly one engine writes, and people change only what is theirs to say.

do $$
declare
    output record;
begin
    for output in
        select *
        from (
            values
                ('predictions', 'predict'),
                ('detections', 'detect'),
                ('root_causes', 'rca'),
                ('healing_plans', 'heal'),
                ('healing_actions', 'heal'),
                ('recommendations', 'recommend'),
                ('model_versions', 'train'),
                ('model_deployments', 'train'),
                ('model_evaluations', 'train'),
                ('drift_reports', 'train'),
                -- Any engine may raise an alert or an insight; null: whichever engine the token names.
                ('alerts', null),
                ('ai_insights', null)
        ) as map (table_name, writer)
    loop
        execute format('alter table public.%I enable row level security', output.table_name);
        execute format('revoke all on public.%I from anon, authenticated', output.table_name);
        execute format('grant select on public.%I to authenticated', output.table_name);
        execute format('grant select, insert, update on public.%I to ai_engine', output.table_name);
        execute format('grant all on public.%I to service_role', output.table_name);
        execute format(
            'create policy "members see what engines wrote about their workspaces"
                on public.%I for select to authenticated
                using (workspace_id = any ((select engine.workspace_ids())::uuid[]))',
            output.table_name
        );
        execute format(
            'create policy "engines see what was written about their token''s workspace"
                on public.%I for select to ai_engine
                using (workspace_id = (select engine.token_workspace_id()))',
            output.table_name
        );
        execute format(
            'create policy "the writing engine adds rows to its token''s workspace"
                on public.%1$I for insert to ai_engine
                with check (
                    workspace_id = (select engine.token_workspace_id())
                    and (select engine.token_engine()) = coalesce(%2$L, (select engine.token_engine()))
                )',
            output.table_name, output.writer
        );
        execute format(
            'create policy "the writing engine changes rows of its token''s workspace"
                on public.%1$I for update to ai_engine
                using (
                    workspace_id = (select engine.token_workspace_id())
                    and (select engine.token_engine()) = coalesce(%2$L, (select engine.token_engine()))
                )
                with check (workspace_id = (select engine.token_workspace_id()))',
            output.table_name, output.writer
        );
    end loop;
end
$$;

grant update (status, acknowledged_by, acknowledged_at, resolved_by, resolved_at) on public.alerts to authenticated;
create policy "members acknowledge and resolve the alerts of their workspaces"
    on public.alerts for update to authenticated
    using (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]))
    with check (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]));

grant update (is_dismissed) on public.ai_insights to authenticated;
create policy "members dismiss the insights of their workspaces"
    on public.ai_insights for update to authenticated
    using (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]))
    with check (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]));

grant update (status) on public.recommendations to authenticated;
create policy "members apply and dismiss recommendations"
    on public.recommendations for update to authenticated
    using (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]))
    with check (workspace_id = any ((select engine.workspace_ids('member'))::uuid[]));

-- What people say: feedback by members, approvals, policies and maintenance windows by admins.
do $$
declare
    input record;
begin
    for input in
        select *
        from (
            values
                ('feedback', 'member', 'given_by'),
                ('approvals', 'admin', 'decided_by'),
                ('healing_policies', 'admin', 'updated_by'),
                ('maintenance_windows', 'admin', 'created_by')
        ) as map (table_name, least_role, said_by)
    loop
        execute format('alter table public.%I enable row level security', input.table_name);
        execute format('revoke all on public.%I from anon, authenticated', input.table_name);
        execute format('grant select, insert on public.%I to authenticated', input.table_name);
        execute format('grant select on public.%I to ai_engine', input.table_name);
        execute format('grant all on public.%I to service_role', input.table_name);
        execute format(
            'create policy "members see what people said in their workspaces"
                on public.%I for select to authenticated
                using (workspace_id = any ((select engine.workspace_ids())::uuid[]))',
            input.table_name
        );
        execute format(
            'create policy "people with the role speak for themselves"
                on public.%1$I for insert to authenticated
                with check (
                    workspace_id = any ((select engine.workspace_ids(%2$L))::uuid[])
                    and (%3$I is null or %3$I = (select engine.user_id()))
                )',
            input.table_name, input.least_role, input.said_by
        );
        execute format(
            'create policy "engines see what people said in their token''s workspace"
                on public.%I for select to ai_engine
                using (workspace_id = (select engine.token_workspace_id()))',
            input.table_name
        );
    end loop;
end
$$;

-- An opinion, a policy and a window may be changed or taken back; an approval may not.
grant update, delete on public.feedback, public.healing_policies, public.maintenance_windows to authenticated;
create policy "people change their own feedback"
    on public.feedback for update to authenticated
    using (given_by = (select engine.user_id()))
    with check (
        given_by = (select engine.user_id())
        and workspace_id = any ((select engine.workspace_ids('member'))::uuid[])
    );
create policy "people take back their own feedback"
    on public.feedback for delete to authenticated
    using (given_by = (select engine.user_id()));
create policy "admins change the healing policies of their workspaces"
    on public.healing_policies for update to authenticated
    using (workspace_id = any ((select engine.workspace_ids('admin'))::uuid[]))
    with check (workspace_id = any ((select engine.workspace_ids('admin'))::uuid[]));
create policy "admins delete the healing policies of their workspaces"
    on public.healing_policies for delete to authenticated
    using (workspace_id = any ((select engine.workspace_ids('admin'))::uuid[]));
create policy "admins change the maintenance windows of their workspaces"
    on public.maintenance_windows for update to authenticated
    using (workspace_id = any ((select engine.workspace_ids('admin'))::uuid[]))
    with check (workspace_id = any ((select engine.workspace_ids('admin'))::uuid[]));
create policy "admins delete the maintenance windows of their workspaces"
    on public.maintenance_windows for delete to authenticated
    using (workspace_id = any ((select engine.workspace_ids('admin'))::uuid[]));

-- Nobody changes a row in another person's name: who changed it is who is signed in.
create function engine.sign_alert_change()
    returns trigger
    language plpgsql
    set search_path = ''
as $$
begin
    if new.acknowledged_by is distinct from old.acknowledged_by and new.acknowledged_by is not null then
        new.acknowledged_by := engine.user_id();
    end if;
    if new.resolved_by is distinct from old.resolved_by and new.resolved_by is not null then
        new.resolved_by := engine.user_id();
    end if;
    return new;
end
$$;

create function engine.sign_policy_change()
    returns trigger
    language plpgsql
    set search_path = ''
as $$
begin
    new.updated_by := engine.user_id();
    return new;
end
$$;

create function engine.keep_window_maker()
    returns trigger
    language plpgsql
    set search_path = ''
as $$
begin
    new.created_by := old.created_by;
    return new;
end
$$;

create trigger _100_alerts_sign
    before update on public.alerts
    for each row
    execute function engine.sign_alert_change();
create trigger _100_healing_policies_sign
    before update on public.healing_policies
    for each row
    execute function engine.sign_policy_change();
create trigger _100_maintenance_windows_keep_maker
    before update of created_by on public.maintenance_windows
    for each row
    -- Deleting a person takes the name away; nothing else may.
    when (new.created_by is not null)
    execute function engine.keep_window_maker();

revoke execute on function
    engine.sign_alert_change(),
    engine.sign_policy_change(),
    engine.keep_window_maker()
from public;
