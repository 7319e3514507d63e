-- What is remembered of failures goes when the runs that had them are forgotten.

create function engine.forget_failures()
    returns bigint
    language plpgsql
    set search_path = ''
as $$
declare
    limit_at timestamptz := now() - make_interval(days => engine.setting('execution_retention_days')::integer);
    signatures bigint;
    incidents bigint;
begin
    delete from public.error_signatures where last_seen < limit_at;
    get diagnostics signatures = row_count;
    delete from public.incidents
    where
        status = 'resolved'
        and resolved_at < limit_at;
    get diagnostics incidents = row_count;
    return signatures + incidents;
end
$$;

revoke execute on all functions in schema engine from public;

do $$
begin
    perform cron.schedule('flexiroaster-failure-retention', '19 4 * * *', 'select engine.forget_failures()');
end
$$;
