-- What the sweep may speak about: expectations that nobody changes just now, outside of maintenance windows.

-- The expectations of these pipelines that nobody changes just now, locked in one order, their pipelines kept from being
-- deleted. Never waits.
create function engine.lock_expectations(pipeline_ids uuid[])
    returns uuid[]
    language sql
    volatile
    set search_path = ''
as $$
    select coalesce(array_agg(locked.pipeline_id), '{}')
    from (
        select expectation.pipeline_id
        from engine.expectations as expectation
        join public.pipelines as pipeline
            on pipeline.id = expectation.pipeline_id
            and pipeline.workspace_id = expectation.workspace_id
        where
            expectation.pipeline_id = any (pipeline_ids)
            and expectation.stale_since is null
            and pipeline.is_active
        order by expectation.pipeline_id
        for update of expectation skip locked
        for key share of pipeline skip locked
    ) as locked
$$;

-- The maintenance window, if any, in which a moment of the span lies; the one that ends last.
create function engine.window_over(p_pipeline_id uuid, p_workspace_id uuid, span_start timestamptz, span_end timestamptz)
    returns public.maintenance_windows
    language sql
    stable
    set search_path = ''
as $$
    select maintenance
    from public.maintenance_windows as maintenance
    where
        maintenance.workspace_id = p_workspace_id
        and (maintenance.pipeline_id is null or maintenance.pipeline_id = p_pipeline_id)
        and maintenance.starts_at <= span_end
        and maintenance.ends_at >= span_start
    order by maintenance.ends_at desc
    limit 1
$$;

-- A run that did not come because of maintenance is excused and counted, in a row that is no anomaly. The one after it is
-- waited for; where the window covers that too, one more time as long from its end.
create function engine.excuse_late_runs(pipeline_ids uuid[])
    returns setof uuid
    language sql
    volatile
    set search_path = ''
as $$
    with excused as (
        select
            expectation.*,
            (maintenance).id as window_id,
            greatest(
                expectation.next_expected_at,
                case
                    when (maintenance).ends_at > expectation.next_expected_at
                    then (maintenance).ends_at + (expectation.next_expected_at - expectation.expected_at)
                end
            ) as awaited_at
        from engine.expectations as expectation
        cross join lateral engine.window_over(
            expectation.pipeline_id, expectation.workspace_id, expectation.expected_at, expectation.late_after
        ) as maintenance
        where
            expectation.pipeline_id = any (pipeline_ids)
            and (maintenance).id is not null
    ),
    recorded as (
        insert into public.detections
            (workspace_id, pipeline_id, phase, score, is_anomaly, reasons, model_version, evidence)
        select
            workspace_id,
            pipeline_id,
            'late:' || engine.phase_moment(expected_at),
            0,
            false,
            engine.seconds_reason(
                'late_run',
                extract(epoch from now() - expected_at)::double precision,
                extract(epoch from late_after - expected_at)::double precision,
                0,
                format('did not start at %s, in a maintenance window', engine.say_moment(expected_at))
            ),
            'rule:late_run',
            jsonb_build_object('expected_at', expected_at, 'source', source, 'maintenance_window_id', window_id)
        from excused
        on conflict do nothing
    )
    update engine.expectations as expectation
    set
        suppressed = expectation.suppressed + 1,
        expected_at = excused.awaited_at,
        late_after = excused.awaited_at + (excused.late_after - excused.expected_at),
        next_expected_at = excused.awaited_at + (excused.next_expected_at - excused.expected_at),
        missing_after = excused.awaited_at + (excused.missing_after - excused.expected_at)
    from excused
    where expectation.pipeline_id = excused.pipeline_id
    returning expectation.pipeline_id
$$;

revoke execute on all functions in schema engine from public;
