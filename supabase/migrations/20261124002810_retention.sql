-- Retention: how long rows are kept that would otherwise grow for ever. pg_cron applies it, a bounded share at a time.

insert into engine.settings (name, value, meaning) values
    ('execution_retention_days', '400', 'how long executions are kept, with all that hangs on them'),
    ('log_retention_days', '30', 'how long log lines are kept'),
    ('metric_retention_days', '90', 'how long metrics are kept');

-- Deletes at most 20,000 rows of a table per workspace that are older than a setting says, oldest first; answers how
-- many.
create function engine.forget_old_rows(p_table regclass, p_setting text)
    returns bigint
    language plpgsql
    set search_path = ''
as $$
declare
    workspace uuid;
    forgotten bigint := 0;
    of_workspace bigint;
    limit_at timestamptz := now() - make_interval(days => engine.setting(p_setting)::integer);
begin
    for workspace in select id from public.workspaces loop
        -- By workspace, because that is how the tables are indexed.
        execute format(
            'delete from %s where id in ('
            'select id from %1$s where workspace_id = $1 and created_at < $2 order by created_at limit 20000)',
            p_table
        )
        using workspace, limit_at;
        get diagnostics of_workspace = row_count;
        forgotten := forgotten + of_workspace;
    end loop;
    return forgotten;
end
$$;

revoke execute on all functions in schema engine from public;

do $$
begin
    perform cron.schedule(
        'flexiroaster-log-retention', '7 * * * *',
        'select engine.forget_old_rows(''public.logs'', ''log_retention_days'')'
    );
    perform cron.schedule(
        'flexiroaster-metric-retention', '11 * * * *',
        'select engine.forget_old_rows(''public.metrics'', ''metric_retention_days'')'
    );
    perform cron.schedule(
        'flexiroaster-execution-retention', '13 * * * *',
        'select engine.forget_old_rows(''public.executions'', ''execution_retention_days'')'
    );
end
$$;
