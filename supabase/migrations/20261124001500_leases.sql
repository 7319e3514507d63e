-- Leases: which pipelines have work waiting, and who may work on them.

-- Pipelines of a workspace that have events waiting: a loose index scan, so that ten thousand events of one pipeline
-- cost one step. It begins at a random pipeline and goes round, so that none is always last.
create function engine.waiting_pipelines(p_engine text, p_workspace_id uuid, p_limit integer)
    returns setof uuid
    language sql
    volatile
    set search_path = ''
as $$
    with recursive beginning as materialized (
        select gen_random_uuid() as id
    ),
    step (pipeline_id, is_round, n) as (
        select
            (
                select min_event.pipeline_id
                from engine.events as min_event
                where
                    min_event.engine = p_engine
                    and min_event.workspace_id = p_workspace_id
                    and min_event.done_at is null
                    and min_event.pipeline_id >= beginning.id
                order by min_event.pipeline_id
                limit 1
            ),
            false,
            1
        from beginning
        union all
        select
            case
                -- Past the last pipeline: once more from the first one.
                when step.pipeline_id is null
                then (
                    select event.pipeline_id
                    from engine.events as event
                    where
                        event.engine = p_engine
                        and event.workspace_id = p_workspace_id
                        and event.done_at is null
                    order by event.pipeline_id
                    limit 1
                )
                else (
                    select event.pipeline_id
                    from engine.events as event
                    where
                        event.engine = p_engine
                        and event.workspace_id = p_workspace_id
                        and event.done_at is null
                        and event.pipeline_id > step.pipeline_id
                    order by event.pipeline_id
                    limit 1
                )
            end,
            step.is_round or step.pipeline_id is null,
            step.n + 1
        from step, beginning
        where
            step.n <= p_limit
            and (
                (step.pipeline_id is null and not step.is_round)
                or (step.pipeline_id is not null and (not step.is_round or step.pipeline_id < beginning.id))
            )
    )
    select distinct step.pipeline_id
    from step
    where step.pipeline_id is not null
$$;

-- Moves the first waiting event of a pipeline to the dead letters and raises one alert per pipeline and engine.
create function engine.bury_first_event(p_engine text, p_pipeline_id uuid, p_attempts integer, p_error text)
    returns void
    language plpgsql
    set search_path = ''
as $$
declare
    buried engine.events;
begin
    update engine.events
    set done_at = clock_timestamp()
    where id = (
        select id
        from engine.events
        where
            engine = p_engine
            and workspace_id = (select workspace_id from public.pipelines where id = p_pipeline_id)
            and pipeline_id = p_pipeline_id
            and done_at is null
        order by occurred_at, rank, id
        limit 1
    )
    returning * into buried;
    if not found then
        return;
    end if;

    insert into engine.dead_letters
        (engine, workspace_id, pipeline_id, execution_id, phase, occurred_at, attempts, last_error)
    values (
        buried.engine, buried.workspace_id, buried.pipeline_id, buried.execution_id, buried.phase,
        buried.occurred_at, p_attempts, left(p_error, 2000)
    )
    on conflict (execution_id, engine, phase) do update
    set attempts = excluded.attempts, last_error = excluded.last_error, created_at = excluded.created_at;

    insert into public.alerts
        (workspace_id, pipeline_id, execution_id, severity, title, message, subject, model_version, evidence)
    values (
        buried.workspace_id,
        buried.pipeline_id,
        buried.execution_id,
        'high',
        format('%s gave up on a run', buried.engine),
        format(
            '%s could not work on this run after %s attempts and put it aside: %s. '
            'Mend the cause, then send it round again with redrive_dead_letters().',
            buried.engine, p_attempts, left(p_error, 500)
        ),
        'dead_letter:' || buried.engine || ':' || buried.pipeline_id,
        'rule:dead_letter',
        jsonb_build_object('engine', buried.engine, 'phase', buried.phase, 'attempts', p_attempts)
    )
    on conflict (workspace_id, subject) where status <> 'resolved' do nothing;
end
$$;

-- Takes a lease on pipelines with waiting events that nobody holds and that are not backing off.
create function engine.lease_pipelines(p_engine text, p_workspace_id uuid, p_lease uuid, p_limit integer)
    returns integer
    language plpgsql
    set search_path = ''
as $$
declare
    max_attempts integer := engine.setting('max_attempts')::integer;
    worn_out record;
    leased integer;
begin
    with free as (
        select queue.pipeline_id
        from engine.queues as queue
        where
            queue.engine = p_engine
            and queue.pipeline_id in (
                select engine.waiting_pipelines(p_engine, p_workspace_id, p_limit)
            )
            and (queue.leased_until is null or queue.leased_until < clock_timestamp())
            and queue.available_at <= clock_timestamp()
        limit p_limit
        for update skip locked
    )
    update engine.queues as queue
    set
        lease = p_lease,
        leased_until = clock_timestamp() + make_interval(secs => engine.setting('lease_seconds')::double precision),
        attempts = queue.attempts + 1
    from free
    where
        queue.engine = p_engine
        and queue.pipeline_id = free.pipeline_id;
    get diagnostics leased = row_count;

    -- Claimants that were killed never say that they failed: the attempts say it for them.
    for worn_out in
        select pipeline_id, attempts, last_error
        from engine.queues
        where
            lease = p_lease
            and attempts > max_attempts
    loop
        perform engine.bury_first_event(
            p_engine, worn_out.pipeline_id, worn_out.attempts - 1,
            coalesce(worn_out.last_error, 'every claimant stopped without an answer')
        );
        update engine.queues
        set attempts = 1, last_error = null
        where
            engine = p_engine
            and pipeline_id = worn_out.pipeline_id;
    end loop;
    return leased;
end
$$;

-- The events under a lease, oldest first within each pipeline, at least one of each pipeline. After a failure only the
-- first event of the pipeline is handed out, so that one bad event does not wear out its neighbours.
create function engine.leased_events(p_lease uuid, p_limit integer)
    returns table (
        id bigint, execution_id uuid, pipeline_id uuid, phase text, occurred_at timestamptz, rank smallint, attempt integer
    )
    language sql
    stable
    set search_path = ''
as $$
    with held as (
        select engine, pipeline_id, workspace_id, attempts, count(*) over () as pipelines
        from engine.queues
        where lease = p_lease
    ),
    numbered as (
        select
            event.id,
            event.execution_id,
            event.pipeline_id,
            event.phase,
            event.occurred_at,
            event.rank,
            held.attempts as attempt,
            event.position
        from held,
        lateral (
            select waiting.*, row_number() over (order by waiting.occurred_at, waiting.rank, waiting.id) as position
            from engine.events as waiting
            where
                waiting.engine = held.engine
                and waiting.workspace_id = held.workspace_id
                and waiting.pipeline_id = held.pipeline_id
                and waiting.done_at is null
            order by waiting.occurred_at, waiting.rank, waiting.id
            limit case when held.attempts > 1 then 1 else 1 + 4 * p_limit / held.pipelines end
        ) as event
        order by event.position
        limit p_limit
    )
    select id, execution_id, pipeline_id, phase, occurred_at, rank, attempt
    from numbered
$$;

revoke execute on all functions in schema engine from public;
