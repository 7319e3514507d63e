-- The safety net: what nobody came for is woken for again, what is done is taken away in time. Run by pg_cron.

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

revoke execute on all functions in schema engine from public;
