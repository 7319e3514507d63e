-- The safety net: what nobody came for is woken for again, what was put aside can be sent round again, what is done is
-- taken away in time. Run by pg_cron.

-- The engines and workspaces that have any event waiting: a loose index scan, so that an idle installation costs one step.
create function engine.waiting_workspaces()
    returns table (engine text, workspace_id uuid)
    language sql
    stable
    set search_path = ''
as $$
    with recursive step as (
        (
            select event.engine, event.workspace_id
            from engine.events as event
            where event.done_at is null
            order by event.engine, event.workspace_id
            limit 1
        )
        union all
        select next.engine, next.workspace_id
        from step,
        lateral (
            select event.engine, event.workspace_id
            from engine.events as event
            where
                event.done_at is null
                and (event.engine, event.workspace_id) > (step.engine, step.workspace_id)
            order by event.engine, event.workspace_id
            limit 1
        ) as next
    )
    select step.engine, step.workspace_id
    from step
$$;

-- Whether a workspace has work for an engine that is free to be claimed and has been lying for a while.
create function engine.is_neglected(p_engine text, p_workspace_id uuid)
    returns boolean
    language sql
    volatile
    set search_path = ''
as $$
    select exists (
        select
        from engine.waiting_pipelines(p_engine, p_workspace_id, 200) as waiting (pipeline_id)
        join engine.queues as queue
            on queue.engine = p_engine
            and queue.pipeline_id = waiting.pipeline_id
        where
            (queue.leased_until is null or queue.leased_until < clock_timestamp())
            and queue.available_at <= clock_timestamp()
            and exists (
                select
                from engine.events as event
                where
                    event.engine = p_engine
                    and event.workspace_id = p_workspace_id
                    and event.pipeline_id = waiting.pipeline_id
                    and event.done_at is null
                    and event.created_at
                        < clock_timestamp()
                        - make_interval(secs => engine.setting('sweep_after_seconds')::double precision)
            )
    )
$$;

-- Wakes for neglected work, with exponential backoff and jitter for an engine that does not answer.
-- Returns how many wake-ups were sent.
create function engine.sweep()
    returns integer
    language plpgsql
    set search_path = ''
as $$
declare
    neglected record;
    sent integer := 0;
begin
    for neglected in
        select wake_up.engine, wake_up.workspace_id
        from engine.wake_ups as wake_up
        join engine.waiting_workspaces() as waiting using (engine, workspace_id)
        where
            wake_up.sweep_at <= clock_timestamp()
            and engine.is_neglected(wake_up.engine, wake_up.workspace_id)
        for update of wake_up skip locked
    loop
        update engine.wake_ups
        set
            awake_until = clock_timestamp() + interval '10 seconds',
            unanswered = unanswered + 1,
            sweep_at = clock_timestamp() + engine.backoff(unanswered + 1)
        where
            engine = neglected.engine
            and workspace_id = neglected.workspace_id;
        perform engine.send_wake_up(neglected.engine, neglected.workspace_id);
        sent := sent + 1;
    end loop;
    return sent;
end
$$;

-- A version that enough runs completed on, and more than failed, is a safe place to go back to.
create function engine.mark_known_good_versions()
    returns integer
    language plpgsql
    set search_path = ''
as $$
declare
    marked integer;
begin
    update public.pipeline_versions as version
    set known_good = true
    where
        not version.known_good
        and (
            select
                count(*) filter (where execution.status = 'completed')
                    >= engine.setting('known_good_after')::integer
                and count(*) filter (where execution.status = 'completed')
                    > count(*) filter (where execution.status = 'failed')
            from (
                select recent.status
                from public.executions as recent
                where
                    recent.pipeline_id = version.pipeline_id
                    and recent.config_version = version.version
                order by recent.created_at desc
                limit 100
            ) as execution
        );
    get diagnostics marked = row_count;
    return marked;
end
$$;

create function engine.forget_done_events()
    returns integer
    language plpgsql
    set search_path = ''
as $$
declare
    forgotten integer;
begin
    delete from engine.events
    where id in (
        select id
        from engine.events
        where
            done_at is not null
            and created_at < now() - make_interval(days => engine.setting('event_retention_days')::integer)
            -- The event of a dead letter waits to be sent round again.
            and not exists (
                select
                from engine.dead_letters as letter
                where
                    letter.execution_id = events.execution_id
                    and letter.engine = events.engine
                    and letter.phase = events.phase
            )
        limit 50000
    );
    get diagnostics forgotten = row_count;
    return forgotten;
end
$$;

-- Sends dead letters round again: those named, or all of the caller's workspaces. Admins only.
create function engine.redrive_dead_letters(least_role public.workspace_role, dead_letter_ids uuid[])
    returns integer
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    redriven integer;
begin
    with letters as (
        delete from engine.dead_letters
        where
            workspace_id = any (engine.workspace_ids(least_role))
            and (dead_letter_ids is null or id = any (dead_letter_ids))
        returning *
    ),
    again as (
        update engine.events as event
        set done_at = null, created_at = clock_timestamp()
        from letters
        where
            event.execution_id = letters.execution_id
            and event.engine = letters.engine
            and event.phase = letters.phase
        returning event.engine, event.workspace_id, event.pipeline_id
    ),
    settled as (
        update public.alerts
        set status = 'resolved', resolved_at = now(), resolved_by = engine.user_id()
        where
            status <> 'resolved'
            and (workspace_id, subject) in (
                select workspace_id, 'dead_letter:' || engine || ':' || pipeline_id from letters
            )
    ),
    woken as (
        select engine.wake(engine, workspace_id)
        from (select distinct engine, workspace_id from again order by 1, 2) as wanted
    )
    select count(*) into redriven from again, (select count(*) from woken) as sent;
    return redriven;
end
$$;

create function public.redrive_dead_letters(dead_letter_ids uuid[] default null)
    returns integer
    language sql
    volatile
    set search_path = ''
as $$
    select engine.redrive_dead_letters('admin', dead_letter_ids)
$$;

-- Depth, age and dead letters of every engine's queue over the given workspaces; null: over all.
create function engine.queue_depths(workspace_ids uuid[])
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select jsonb_build_object('engines', coalesce(jsonb_agg(depth order by depth ->> 'engine'), '[]'))
    from (
        select jsonb_build_object(
            'engine', engine.name,
            'waiting', count(event.id),
            'leased', count(event.id) filter (where queue.leased_until > clock_timestamp()),
            'oldest_waiting_seconds', extract(epoch from clock_timestamp() - min(event.created_at)),
            'dead_letters', (
                select count(*)
                from engine.dead_letters as letter
                where
                    letter.engine = engine.name
                    and (workspace_ids is null or letter.workspace_id = any (workspace_ids))
            )
        ) as depth
        from (select distinct engine as name from engine.subscriptions) as engine
        left join engine.events as event
            on event.engine = engine.name
            and event.done_at is null
            and (workspace_ids is null or event.workspace_id = any (workspace_ids))
        left join engine.queues as queue
            on queue.engine = event.engine
            and queue.pipeline_id = event.pipeline_id
        group by engine.name
    ) as depths
$$;

create function engine.my_queue_depths()
    returns jsonb
    language sql
    stable
    security definer
    set search_path = ''
as $$
    select engine.queue_depths(engine.workspace_ids())
$$;

create function public.queue_status()
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select engine.my_queue_depths()
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.redrive_dead_letters(uuid[]), public.queue_status() from public, anon;
grant execute on function
    engine.redrive_dead_letters(public.workspace_role, uuid[]),
    engine.my_queue_depths(),
    public.redrive_dead_letters(uuid[]),
    public.queue_status()
to authenticated;

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
