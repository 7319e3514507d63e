-- Claiming: an engine asks what there is to do in its token's workspace and gets, in one answer, all it needs.

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

-- Executions as engines see them, with sizes bounded: a 5 MB message is evidence, but its first 8 KB are enough. Metrics
-- and stages come with those of with_telemetry. For many at once, because a call for each would cost more than its answer.
create function engine.execution_documents(execution_ids uuid[], with_telemetry uuid[])
    returns table (id uuid, document jsonb)
    language sql
    stable
    set search_path = ''
as $$
    with measured as (
        select metric.execution_id, jsonb_object_agg(metric.metric_name, metric.mean) as metrics
        from (
            select
                execution_id,
                left(metric_name, 120) as metric_name,
                avg(metric_value) as mean,
                row_number() over (partition by execution_id order by left(metric_name, 120)) as position
            from public.metrics
            where
                execution_id = any (with_telemetry)
            group by execution_id, left(metric_name, 120)
        ) as metric
        where metric.position <= 200
        group by metric.execution_id
    ),
    staged as (
        select stage.execution_id, jsonb_agg(stage.document order by stage.position) as stages
        from (
            select
                execution_id,
                row_number() over (partition by execution_id order by started_at, stage_name, attempt) as position,
                jsonb_build_object(
                    'name', stage_name,
                    'status', status,
                    'attempt', attempt,
                    'started_at', started_at,
                    'completed_at', completed_at,
                    'duration_seconds', duration_seconds,
                    'error_message', left(error_message, 2048)
                ) as document
            from public.execution_stages
            where execution_id = any (with_telemetry)
        ) as stage
        where stage.position <= 200
        group by stage.execution_id
    )
    select
        execution.id,
        jsonb_build_object(
            'id', execution.id,
            'workspace_id', execution.workspace_id,
            'pipeline_id', execution.pipeline_id,
            'status', execution.status,
            'started_at', execution.started_at,
            'completed_at', execution.completed_at,
            'duration_seconds', execution.duration_seconds,
            'trigger_type', execution.trigger_type,
            'attempt', execution.attempt,
            'error_message', left(execution.error_message, 8192),
            'config_version', execution.config_version,
            'data_volume_mb', execution.data_volume_mb,
            'rows_processed', execution.rows_processed,
            'metadata', case when octet_length(execution.metadata::text) <= 65536 then execution.metadata else '{}' end,
            'created_at', execution.created_at,
            'metrics', coalesce(measured.metrics, '{}'),
            'stages', coalesce(staged.stages, '[]')
        )
    from public.executions as execution
    left join measured on measured.execution_id = execution.id
    left join staged on staged.execution_id = execution.id
    where execution.id = any (execution_ids)
$$;

-- Pipelines as engines see them, with the etag of what an engine has learned about each. Outcomes are counted under an
-- owner: a tag 'owner:<name>' when there is one, else the pipeline's owner_id.
create function engine.pipeline_documents(p_engine text, pipeline_ids uuid[])
    returns table (id uuid, owner_key text, document jsonb)
    language sql
    stable
    set search_path = ''
as $$
    with staged as (
        select
            pipeline_id,
            jsonb_agg(
                jsonb_build_object(
                    'name', name,
                    'type', type,
                    'order_index', order_index,
                    'dependencies', dependencies,
                    'is_critical', is_critical
                )
                order by order_index, name
            ) as stages
        from public.pipeline_stages
        where pipeline_id = any (pipeline_ids)
        group by pipeline_id
    )
    select
        pipeline.id,
        owner.key,
        jsonb_build_object(
            'name', pipeline.name,
            'owner_id', owner.key,
            'config', case when octet_length(pipeline.config::text) <= 65536 then pipeline.config else '{}' end,
            'version', pipeline.version,
            'timeout_seconds', pipeline.timeout_seconds,
            'schedule_cron', pipeline.schedule_cron,
            'stages', coalesce(staged.stages, '[]'),
            'etag', state.etag
        )
    from public.pipelines as pipeline
    left join staged on staged.pipeline_id = pipeline.id
    left join engine.pipeline_state as state
        on state.engine = p_engine
        and state.pipeline_id = pipeline.id
    cross join lateral (
        select coalesce(
            (select left(substr(tag, 7), 200) from unnest(pipeline.tags) as tag where tag like 'owner:%' limit 1),
            pipeline.owner_id::text
        ) as key
    ) as owner
    where pipeline.id = any (pipeline_ids)
$$;

-- The fading outcome counts of a workspace and of the given owners.
create function engine.history_documents(p_engine text, p_workspace_id uuid, owner_keys text[])
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select coalesce(
        jsonb_agg(
            jsonb_build_object(
                'scope', history.scope,
                'key', history.key,
                'as_of', history.as_of,
                'runs', history.runs,
                'failures', history.failures
            )
        ),
        '[]'
    )
    from engine.outcome_histories as history
    where
        history.workspace_id = p_workspace_id
        and history.engine = p_engine
        and (
            history.scope = 'workspace'
            or history.key = any (owner_keys)
        )
$$;

-- What serves in a workspace, by kind.
create function engine.production_models(p_workspace_id uuid)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select coalesce(
        jsonb_object_agg(
            deployment.kind,
            jsonb_build_object(
                'id', version.id,
                'model_version', version.model_version,
                'object_key', version.object_key,
                'sha256', version.sha256,
                'size_bytes', version.size_bytes,
                'feature_fingerprint', version.feature_fingerprint,
                'threshold', version.threshold
            )
        ),
        '{}'
    )
    from public.model_deployments as deployment
    join public.model_versions as version on version.id = deployment.model_version_id
    where
        deployment.workspace_id = p_workspace_id
        and deployment.rung = 'production'
$$;

create function engine.require_engine()
    returns void
    language plpgsql
    stable
    set search_path = ''
as $$
begin
    if engine.token_engine() is null or engine.token_workspace_id() is null then
        raise insufficient_privilege using
            message = 'this call needs a token of role ai_engine that names an engine and a workspace';
    end if;
end
$$;

create function engine.claim_events(max_events integer)
    returns jsonb
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    this_engine text := engine.token_engine();
    this_workspace uuid := engine.token_workspace_id();
    this_lease uuid := gen_random_uuid();
    row_limit integer := greatest(1, least(max_events, 1000));
    undisturbed boolean := true;
    answer jsonb;
begin
    perform engine.require_engine();
    if engine.lease_pipelines(this_engine, this_workspace, this_lease, row_limit) = 0 then
        undisturbed := engine.fall_asleep(this_engine, this_workspace);
        -- A writer may have committed between the look and the sleep.
        perform engine.lease_pipelines(this_engine, this_workspace, this_lease, row_limit);
    else
        perform engine.mark_awake(this_engine, this_workspace, clock_timestamp() + interval '10 seconds', true);
    end if;

    with handed_out as materialized (
        select * from engine.leased_events(this_lease, row_limit)
    ),
    executions as materialized (
        select *
        from engine.execution_documents(
            array(select distinct execution_id from handed_out),
            array(select distinct execution_id from handed_out where phase <> 'started')
        )
    ),
    pipelines as materialized (
        select *
        from engine.pipeline_documents(this_engine, array(select distinct pipeline_id from handed_out))
    )
    select jsonb_build_object(
        'lease', this_lease,
        'workspace_id', this_workspace,
        'claimed_at', now(),
        'events', coalesce(
            (
                select jsonb_agg(
                    jsonb_build_object(
                        'id', handed_out.id,
                        'phase', handed_out.phase,
                        'occurred_at', handed_out.occurred_at,
                        'attempt', handed_out.attempt,
                        'execution', executions.document
                    )
                    order by handed_out.occurred_at, handed_out.rank, handed_out.id
                )
                from handed_out
                join executions on executions.id = handed_out.execution_id
            ),
            '[]'
        ),
        'pipelines', coalesce((select jsonb_object_agg(id, document) from pipelines), '{}'),
        'histories', engine.history_documents(
            this_engine, this_workspace, array(select distinct owner_key from pipelines)
        ),
        'models', engine.production_models(this_workspace),
        -- True with no events: a writer is in flight, look again soon.
        'more', not undisturbed or exists (select from handed_out)
    )
    into answer;
    return answer;
end
$$;

-- What an engine has learned about pipelines of its workspace, for those that its cache does not hold.
create function engine.read_pipeline_states(pipeline_ids uuid[])
    returns jsonb
    language plpgsql
    stable
    security definer
    set search_path = ''
as $$
begin
    perform engine.require_engine();
    return (
        select coalesce(
            jsonb_object_agg(pipeline_id, jsonb_build_object('etag', etag, 'state', state)),
            '{}'
        )
        from engine.pipeline_state
        where
            engine = engine.token_engine()
            and workspace_id = engine.token_workspace_id()
            and pipeline_id = any (pipeline_ids)
    );
end
$$;

create function public.claim_events(max_events integer default 200)
    returns jsonb
    language sql
    volatile
    set search_path = ''
as $$
    select engine.claim_events(max_events)
$$;

create function public.read_pipeline_states(pipeline_ids uuid[])
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select engine.read_pipeline_states(pipeline_ids)
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.claim_events(integer), public.read_pipeline_states(uuid[])
from public, anon, authenticated;
grant execute on function
    engine.claim_events(integer),
    engine.read_pipeline_states(uuid[]),
    public.claim_events(integer),
    public.read_pipeline_states(uuid[])
to ai_engine;
