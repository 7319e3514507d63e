-- Runs that go on for much longer than they should: said once per run, closed when the run ends.

-- The runs that are under way. A run that was recorded late counts from then on: nobody could have known of it before.
create index executions_open_idx on public.executions (pipeline_id, greatest(started_at, created_at))
    where status in ('pending', 'queued', 'running');

-- What has been open for more than a week longer than it takes to be stuck was given up by whoever recorded it.
create function engine.stuck_runs()
    returns uuid[]
    language sql
    volatile
    set search_path = ''
as $$
    select coalesce(array_agg(stuck.id), '{}')
    from (
        select execution.id
        from engine.expectations as expectation
        join public.executions as execution
            on execution.pipeline_id = expectation.pipeline_id
            and execution.status in ('pending', 'queued', 'running')
            and greatest(execution.started_at, execution.created_at)
                between now() - make_interval(days => 7, secs => expectation.stuck_after_seconds)
                and now() - make_interval(secs => expectation.stuck_after_seconds)
        where
            expectation.stuck_after_seconds is not null
            and not exists (
                select
                from public.detections as detection
                where
                    detection.execution_id = execution.id
                    and detection.workspace_id = execution.workspace_id
                    and detection.phase = 'stuck'
            )
            and (engine.window_over(expectation.pipeline_id, expectation.workspace_id, now(), now())).id is null
        order by execution.id
        for key share of execution skip locked
    ) as stuck
$$;

create function engine.say_stuck_runs()
    returns bigint
    language sql
    volatile
    set search_path = ''
as $$
    with stuck as materialized (
        select unnest(engine.stuck_runs()) as id
    ),
    described as (
        select
            execution.id as execution_id,
            execution.workspace_id,
            execution.pipeline_id,
            execution.status,
            gen_random_uuid() as detection_id,
            left(pipeline.name, 200) as name,
            elapsed.seconds as elapsed_seconds,
            expectation.stuck_after_seconds,
            format(
                '%s for %s%s',
                case execution.status when 'running' then 'has been running' else 'has been waiting to run' end,
                engine.say_seconds(elapsed.seconds),
                '; ' || nullif(expectation.usual_duration, '')
            ) as says
        from stuck
        join public.executions as execution on execution.id = stuck.id
        join public.pipelines as pipeline on pipeline.id = execution.pipeline_id
        join engine.expectations as expectation
            on expectation.pipeline_id = execution.pipeline_id
            and expectation.workspace_id = execution.workspace_id
        cross join lateral (
            select
                extract(epoch from now() - coalesce(execution.started_at, execution.created_at))::double precision
                as seconds
        ) as elapsed
    ),
    recorded as (
        insert into public.detections (
            id, workspace_id, pipeline_id, execution_id, phase, score, is_anomaly, reasons, guardrail_action,
            model_version, evidence
        )
        select
            detection_id,
            workspace_id,
            pipeline_id,
            execution_id,
            'stuck',
            0.8,
            true,
            engine.seconds_reason('stuck_run', elapsed_seconds, stuck_after_seconds, 0.8, says),
            'hold_downstream',
            'rule:stuck_run',
            jsonb_build_object('status', status, 'stuck_after_seconds', stuck_after_seconds)
        from described
        on conflict do nothing
    ),
    raised as (
        insert into public.alerts (
            workspace_id, pipeline_id, execution_id, severity, title, message, subject, model_version, evidence
        )
        select
            workspace_id,
            pipeline_id,
            execution_id,
            'high',
            format('A run of %s is stuck', name),
            format('The run of %s %s.', name, says),
            'stuck:' || execution_id,
            'rule:stuck_run',
            jsonb_build_object('detection_id', detection_id, 'stuck_after_seconds', stuck_after_seconds)
        from described
        on conflict (workspace_id, subject) where status <> 'resolved' do nothing
    )
    select count(*) from described
$$;

create function engine.close_stuck_runs()
    returns bigint
    language sql
    volatile
    set search_path = ''
as $$
    with over as (
        select alert.id, execution.status
        from public.alerts as alert
        join public.executions as execution on execution.id = alert.execution_id
        where
            alert.status <> 'resolved'
            and alert.model_version = 'rule:stuck_run'
            and execution.status in ('completed', 'failed', 'cancelled')
        order by alert.id
        for update of alert skip locked
    ),
    closed as (
        update public.alerts as alert
        set
            status = 'resolved',
            resolved_at = now(),
            evidence = alert.evidence || jsonb_build_object('closed_because', 'the run ended: ' || over.status)
        from over
        where alert.id = over.id
        returning alert.id
    )
    select count(*) from closed
$$;

revoke execute on all functions in schema engine from public;
