-- When training is due: so many runs have been recorded as ended since the last time.

insert into engine.settings (name, value, meaning) values
    ('train_after_labels', '200', 'ended runs since the last training after which the daily one is due'),
    ('train_after_new_labels', '2000', 'ended runs since the last training after which it does not wait for the night'),
    ('train_weekly_after_labels', '1', 'ended runs since the last training after which the weekly one is due');

-- Whether at least so many ended runs were recorded since. Looks at no more rows than it has to.
create function engine.has_new_labels(p_workspace_id uuid, p_since timestamptz, p_least integer)
    returns boolean
    language sql
    stable
    set search_path = ''
as $$
    select count(*) >= p_least
    from (
        select
        from public.executions
        where
            workspace_id = p_workspace_id
            and created_at >= coalesce(p_since, '-infinity')
            and status in ('completed', 'failed')
        limit p_least
    ) as label
$$;

-- Requests every kind of model that is due by the setting, in every workspace; answers how many. What was asked for
-- already is not asked for again.
create function engine.request_due_training(
    p_reason text default 'schedule', p_setting text default 'train_after_labels'
)
    returns integer
    language plpgsql
    set search_path = ''
as $$
declare
    due record;
    requested integer := 0;
    at_least integer := engine.setting(p_setting)::integer;
begin
    for due in
        select workspace.id as workspace_id, model_kind.kind
        from public.workspaces as workspace
        cross join engine.model_kinds as model_kind
        left join engine.tasks as task
            on task.engine = 'train'
            and task.workspace_id = workspace.id
            and task.kind = model_kind.kind
        where
            task.requested_at is null
            and engine.has_new_labels(workspace.id, task.finished_at, at_least)
        order by workspace.id, model_kind.kind
    loop
        perform engine.request_task('train', due.workspace_id, due.kind, p_reason);
        requested := requested + 1;
    end loop;
    return requested;
end
$$;

revoke execute on all functions in schema engine from public;

do $$
begin
    perform cron.schedule('flexiroaster-train-daily', '17 3 * * *', 'select engine.request_due_training()');
    perform cron.schedule(
        'flexiroaster-train-hourly',
        '37 * * * *',
        'select engine.request_due_training(''new labels'', ''train_after_new_labels'')'
    );
    perform cron.schedule(
        'flexiroaster-train-weekly',
        '47 3 * * 0',
        'select engine.request_due_training(''weekly'', ''train_weekly_after_labels'')'
    );
end
$$;
