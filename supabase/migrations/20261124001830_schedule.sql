-- What pg_cron runs, and when.

do $$
declare
    sweep_schedule text := '10 seconds';
begin
    if exists (select from pg_catalog.pg_available_extensions where name = 'pg_cron') then
        create extension if not exists pg_cron;
        -- Schedules in seconds need pg_cron 1.5.
        if exists (
            select
            from pg_catalog.pg_extension
            where
                extname = 'pg_cron'
                -- Debian calls its 1.4 "1.4-1".
                and string_to_array(substring(extversion from '^[0-9]+[.][0-9]+'), '.')::integer[] < array[1, 5]
        ) then
            sweep_schedule := '* * * * *';
        end if;
    end if;
    perform cron.schedule('flexiroaster-sweep', sweep_schedule, 'select engine.sweep()');
    perform cron.schedule(
        'flexiroaster-known-good', '*/5 * * * *', 'select engine.mark_known_good_versions()'
    );
    perform cron.schedule('flexiroaster-retention', '17 * * * *', 'select engine.forget_done_events()');
    -- pg_cron never purges its own record of runs.
    perform cron.schedule(
        'flexiroaster-cron-retention',
        '23 * * * *',
        'delete from cron.job_run_details where end_time < now() - interval ''2 days'''
    );
end
$$;
