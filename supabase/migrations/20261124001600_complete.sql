-- Completing: in one transaction, what was decided, what was learned, and that it is done.
--
-- A payload names a lease and holds: done (event ids), failed ([{event_id, error}]), states ([{pipeline_id,
-- former_etag, etag, state}]), histories ([{scope, key, as_of, runs, failures}]) with half_lives_seconds,
-- feature_records ([{execution_id, pipeline_id, occurred_at, feature_fingerprint, features}]) and the rows of the
-- engine's own table. Pipelines whose lease was taken over meanwhile are left out and named in the answer as lost.

-- 2 s, 4 s, 8 s, … up to the limit, each between half and one and a half times that.
create function engine.backoff(attempts integer)
    returns interval
    language sql
    volatile
    set search_path = ''
as $$
    select make_interval(
        secs => least(
            engine.setting('backoff_seconds')::double precision * power(2, least(attempts, 20) - 1),
            engine.setting('backoff_limit_seconds')::double precision
        ) * (0.5 + random())
    )
$$;

create function engine.store_states(p_engine text, p_workspace_id uuid, held uuid[], states jsonb)
    returns uuid[]
    language sql
    volatile
    set search_path = ''
as $$
    with given as (
        select *
        from jsonb_to_recordset(states) as state (pipeline_id uuid, former_etag text, etag text, state text)
        where pipeline_id = any (held)
    ),
    stored as (
        insert into engine.pipeline_state as learned (engine, pipeline_id, workspace_id, etag, state)
        select p_engine, given.pipeline_id, p_workspace_id, given.etag, given.state
        from given
        on conflict (engine, pipeline_id) do update
        set etag = excluded.etag, state = excluded.state, updated_at = clock_timestamp()
        where
            learned.etag is not distinct from (
                select given.former_etag from given where given.pipeline_id = excluded.pipeline_id
            )
        returning learned.pipeline_id
    )
    -- The pipelines whose state was not what this claimant learned from.
    select coalesce(array_agg(given.pipeline_id), '{}')
    from given
    where given.pipeline_id not in (select stored.pipeline_id from stored)
$$;

create function engine.store_histories(p_engine text, p_workspace_id uuid, histories jsonb, half_lives double precision[])
    returns void
    language sql
    volatile
    set search_path = ''
as $$
    insert into engine.outcome_histories as history (workspace_id, engine, scope, key, as_of, runs, failures)
    select p_workspace_id, p_engine, given.scope, given.key, given.as_of, given.runs, given.failures
    from jsonb_to_recordset(histories) as given (
        scope text, key text, as_of timestamptz, runs double precision[], failures double precision[]
    )
    -- One order for everybody: two instances that add to the same rows never wait for each other in a circle.
    order by given.scope, given.key
    on conflict (workspace_id, engine, scope, key) do update
    set
        as_of = greatest(history.as_of, excluded.as_of),
        runs = engine.add_faded(history.runs, history.as_of, excluded.runs, excluded.as_of, half_lives),
        failures = engine.add_faded(history.failures, history.as_of, excluded.failures, excluded.as_of, half_lives)
$$;

-- Puts off the pipelines whose first remaining event failed; returns them. After max_attempts the event is put aside.
create function engine.fail_events(p_engine text, p_lease uuid, failures jsonb)
    returns uuid[]
    language plpgsql
    set search_path = ''
as $$
declare
    failure record;
    put_off uuid[] := '{}';
    max_attempts integer := engine.setting('max_attempts')::integer;
begin
    for failure in
        select distinct on (queue.pipeline_id) queue.pipeline_id, queue.attempts, given.error
        from jsonb_to_recordset(failures) as given (event_id bigint, error text)
        join engine.events as event on event.id = given.event_id
        join engine.queues as queue
            on queue.engine = p_engine
            and queue.pipeline_id = event.pipeline_id
            and queue.lease = p_lease
        order by queue.pipeline_id, event.occurred_at, event.rank, event.id
    loop
        if failure.attempts >= max_attempts then
            perform engine.bury_first_event(p_engine, failure.pipeline_id, failure.attempts, failure.error);
        else
            update engine.queues
            set
                available_at = clock_timestamp() + engine.backoff(failure.attempts),
                last_error = left(failure.error, 2000)
            where
                engine = p_engine
                and pipeline_id = failure.pipeline_id;
            put_off := put_off || failure.pipeline_id;
        end if;
    end loop;
    return put_off;
end
$$;

-- The engine's half of completing. Answers {"stored": [pipeline ids whose rows may be written], "lost": [pipeline ids
-- that another claimant has taken over]}.
create function engine.finish_events(payload jsonb)
    returns jsonb
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    this_engine text := engine.token_engine();
    this_workspace uuid := engine.token_workspace_id();
    this_lease uuid := (payload ->> 'lease')::uuid;
    done bigint[] := array(select jsonb_array_elements_text(coalesce(payload -> 'done', '[]'))::bigint);
    held uuid[];
    put_off uuid[];
begin
    perform engine.require_engine();
    -- A deletion locks the pipeline, its runs, then what hangs on them. In the same order here, so that neither dies of
    -- the other.
    perform
    from public.pipelines
    where id in (select pipeline_id from engine.queues where lease = this_lease)
    order by id
    for key share;
    perform
    from public.executions
    where id in (select execution_id from engine.events where id = any (done))
    order by id
    for key share;
    held := array(
        select pipeline_id
        from engine.queues
        where
            lease = this_lease
            and engine = this_engine
            and workspace_id = this_workspace
        order by pipeline_id
        for update
    );
    held := array(
        select unnest(held)
        except
        select unnest(engine.store_states(this_engine, this_workspace, held, coalesce(payload -> 'states', '[]')))
    );

    update engine.events
    set done_at = clock_timestamp()
    where
        id = any (done)
        and engine = this_engine
        and pipeline_id = any (held)
        and done_at is null;

    put_off := engine.fail_events(this_engine, this_lease, coalesce(payload -> 'failed', '[]'));
    update engine.queues
    set
        lease = null,
        leased_until = null,
        attempts = case when pipeline_id = any (put_off) or not pipeline_id = any (held) then attempts else 0 end
    where
        lease = this_lease
        and engine = this_engine;

    if held <> '{}' then
        perform engine.store_histories(
            this_engine,
            this_workspace,
            coalesce(payload -> 'histories', '[]'),
            array(select jsonb_array_elements_text(payload -> 'half_lives_seconds')::double precision)
        );
    end if;

    insert into engine.feature_records
        (execution_id, engine, workspace_id, pipeline_id, occurred_at, feature_fingerprint, features)
    select
        given.execution_id, this_engine, this_workspace, given.pipeline_id, given.occurred_at,
        given.feature_fingerprint, given.features
    from jsonb_to_recordset(coalesce(payload -> 'feature_records', '[]')) as given (
        execution_id uuid, pipeline_id uuid, occurred_at timestamptz, feature_fingerprint text, features real[]
    )
    where given.pipeline_id = any (held)
    on conflict do nothing;

    return jsonb_build_object(
        'stored', held,
        'lost', array(
            select distinct pipeline_id
            from engine.events
            where
                id = any (done)
                and engine = this_engine
                and workspace_id = this_workspace
                and not pipeline_id = any (held)
        )
    );
end
$$;

-- Rows of predictions and detections go in under the token's own row-level security.
create function public.complete_predictions(payload jsonb)
    returns jsonb
    language plpgsql
    set search_path = ''
as $$
declare
    document jsonb := engine.unwrap(payload);
    finished jsonb := engine.finish_events(document);
    held uuid[] := array(select jsonb_array_elements_text(finished -> 'stored')::uuid);
    this_workspace uuid := engine.token_workspace_id();
begin
    insert into public.predictions (
        workspace_id, pipeline_id, execution_id, phase, status, runs_missing, failure_probability, success_probability,
        stage_risks, expected_duration_seconds, expected_duration_low_seconds, expected_duration_high_seconds,
        timeout_probability, factors, model, model_version, model_version_id, model_fault, evidence
    )
    select
        this_workspace, given.pipeline_id, given.execution_id, given.phase, given.status,
        given.runs_missing, given.failure_probability, given.success_probability, coalesce(given.stage_risks, '[]'),
        given.expected_duration_seconds, given.expected_duration_low_seconds, given.expected_duration_high_seconds,
        given.timeout_probability, coalesce(given.factors, '[]'), given.model, given.model_version,
        given.model_version_id, given.model_fault, coalesce(given.evidence, '{}')
    from jsonb_populate_recordset(null::public.predictions, coalesce(document -> 'predictions', '[]')) as given
    where given.pipeline_id = any (held)
    on conflict do nothing;
    return finished;
end
$$;

create function public.complete_detections(payload jsonb)
    returns jsonb
    language plpgsql
    set search_path = ''
as $$
declare
    document jsonb := engine.unwrap(payload);
    finished jsonb := engine.finish_events(document);
    held uuid[] := array(select jsonb_array_elements_text(finished -> 'stored')::uuid);
    this_workspace uuid := engine.token_workspace_id();
begin
    insert into public.detections (
        workspace_id, pipeline_id, execution_id, phase, status, runs_missing, score, is_anomaly, reasons,
        guardrail_action, model, model_version, model_version_id, model_fault, evidence
    )
    select
        this_workspace, given.pipeline_id, given.execution_id, given.phase, given.status,
        given.runs_missing, given.score, given.is_anomaly, coalesce(given.reasons, '[]'), given.guardrail_action,
        given.model, given.model_version, given.model_version_id, given.model_fault, coalesce(given.evidence, '{}')
    from jsonb_populate_recordset(null::public.detections, coalesce(document -> 'detections', '[]')) as given
    where given.pipeline_id = any (held)
    on conflict do nothing;
    return finished;
end
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.complete_predictions(jsonb), public.complete_detections(jsonb)
from public, anon, authenticated;
grant execute on function
    engine.finish_events(jsonb),
    public.complete_predictions(jsonb),
    public.complete_detections(jsonb)
to ai_engine;
