-- Every minute: closes what is over, says what is new, asks detect to look at what changed.

-- Answers how much was said.
create function engine.sweep_late()
    returns bigint
    language plpgsql
    set search_path = ''
as $$
declare
    said bigint;
begin
    -- One at a time: pg_cron keeps to that, a person at a console may not.
    if not pg_try_advisory_xact_lock(hashtextextended('engine.sweep_late', 20261124)) then
        return 0;
    end if;
    perform engine.close_late_runs(), engine.close_stuck_runs(), engine.close_schedule_faults();
    said := engine.say_late_runs();
    said := said + engine.say_missing_runs();
    said := said + engine.say_stuck_runs() + engine.say_schedule_faults();
    perform engine.void_what_came();
    perform engine.request_expectations();
    return said;
end
$$;

revoke execute on all functions in schema engine from public;

do $$
begin
    perform cron.schedule('flexiroaster-lateness', '* * * * *', 'select engine.sweep_late()');
end
$$;
