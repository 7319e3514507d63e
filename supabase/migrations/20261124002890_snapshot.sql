-- GET /api/monitoring/{pipeline_id}/snapshot?window=: how a pipeline has been doing, under the caller's own row-level
-- security. Looks at no more runs than it must, so that it is as fast for a pipeline of a million.

-- The newest runs that a snapshot is made of, recorded since a moment; at most 1,000.
create function engine.recent_runs(of_pipeline uuid, since timestamptz)
    returns setof public.executions
    language sql
    stable
    set search_path = ''
as $$
    select *
    from public.executions
    where
        pipeline_id = of_pipeline
        and created_at >= since
    order by created_at desc
    limit 1000
$$;

-- {mean, highest, unit} of each metric that has a meaning to the engines, over the newest 200 of the runs.
create function engine.resource_figures(of_pipeline uuid, since timestamptz)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select coalesce(jsonb_object_agg(measured.metric_name, measured.figures), '{}')
    from (
        select
            metric.metric_name,
            jsonb_build_object(
                'mean', avg(metric.metric_value), 'highest', max(metric.metric_value), 'unit', max(metric.unit)
            ) as figures
        from (
            select id, workspace_id from engine.recent_runs(of_pipeline, since) limit 200
        ) as run
        join public.metrics as metric
            on metric.execution_id = run.id
            and metric.workspace_id = run.workspace_id
        where
            metric.metric_name in (
                'cpu_percent', 'memory_mb', 'memory_percent', 'latency_ms', 'throughput_per_minute'
            )
        group by metric.metric_name
    ) as measured
$$;

-- The errors that most of the failed runs had: [{fingerprint, template, runs, last_at}], at most five.
create function engine.dominant_errors(of_pipeline uuid, since timestamptz)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select coalesce(jsonb_agg(to_jsonb(error) order by error.runs desc, error.fingerprint), '[]')
    from (
        select
            detection.error_fingerprint as fingerprint,
            max(detection.evidence #>> '{error_signature,template}') as template,
            count(*) as runs,
            max(run.created_at) as last_at
        from engine.recent_runs(of_pipeline, since) as run
        join public.detections as detection
            on detection.execution_id = run.id
            and detection.workspace_id = run.workspace_id
            and detection.phase = 'ended'
        where
            run.status = 'failed'
            and detection.error_fingerprint is not null
        group by detection.error_fingerprint
        order by 3 desc
        limit 5
    ) as error
$$;

-- {runs, median, low, high} of what the last 50 successes took and moved, low and high holding four fifths of them.
create function engine.baseline_figures(of_pipeline uuid)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select coalesce(jsonb_object_agg(measure.name, measure.figures), '{}')
    from (
        select
            value.name,
            jsonb_build_object(
                'runs', count(value.of_run),
                'median', percentile_cont(0.5) within group (order by value.of_run),
                'low', percentile_cont(0.1) within group (order by value.of_run),
                'high', percentile_cont(0.9) within group (order by value.of_run)
            ) as figures
        from (
            select duration_seconds, rows_processed, data_volume_mb
            from public.executions
            where
                pipeline_id = of_pipeline
                and status = 'completed'
            order by created_at desc
            limit 50
        ) as run
        cross join lateral (
            values
                ('duration_seconds', run.duration_seconds),
                ('rows_processed', run.rows_processed),
                ('data_volume_mb', run.data_volume_mb)
        ) as value (name, of_run)
        where value.of_run is not null
        group by value.name
    ) as measure
$$;

-- What is to be said in one word: silent (no run ended), learning (fewer than 5 ended), failing (the last two failed,
-- or half of all), degraded (the last one failed, or a tenth of all), else healthy.
create function engine.health(ended bigint, failed bigint, last_two text[])
    returns text
    language sql
    immutable
    set search_path = ''
as $$
    select case
        when ended = 0 then 'silent'
        when last_two = array['failed', 'failed'] or failed * 2 >= ended then 'failing'
        when last_two[1] = 'failed' or failed * 10 >= ended then 'degraded'
        when ended < 5 then 'learning'
        else 'healthy'
    end
$$;

-- Null where the caller sees no such pipeline.
create function public.monitoring_snapshot(of_pipeline uuid, time_window interval default '24 hours')
    returns jsonb
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    since timestamptz := now() - time_window;
    pipeline public.pipelines;
begin
    if time_window is null or time_window < '1 minute' or time_window > '366 days' then
        raise invalid_parameter_value using
            message = 'the window must be between one minute and 366 days, such as 24 hours';
    end if;
    select * into pipeline from public.pipelines where id = of_pipeline;
    if not found then
        return null;
    end if;
    return (
        select jsonb_build_object(
            'pipeline_id', pipeline.id,
            'name', pipeline.name,
            'is_active', pipeline.is_active,
            'window', jsonb_build_object('from', since, 'to', now(), 'is_truncated', figures.runs = 1000),
            'health', engine.health(figures.ended, figures.failed, figures.outcomes[1:2]),
            'runs', jsonb_build_object(
                'total', figures.runs,
                'completed', figures.ended - figures.failed,
                'failed', figures.failed,
                'cancelled', figures.cancelled,
                'open', figures.runs - figures.ended - figures.cancelled,
                'retries', figures.retries,
                'failure_rate', figures.failed::double precision / nullif(figures.ended, 0),
                'last_at', figures.last_at
            ),
            'duration_seconds', jsonb_build_object(
                'mean', figures.mean_duration,
                'median', figures.durations[1],
                'p95', figures.durations[2],
                'highest', figures.longest
            ),
            'throughput', jsonb_build_object(
                'runs_per_hour', figures.ended / (extract(epoch from time_window) / 3600),
                'rows_per_run', figures.rows_per_run,
                'data_volume_mb_per_run', figures.volume_per_run
            ),
            'resources', engine.resource_figures(of_pipeline, since),
            'error_signatures', engine.dominant_errors(of_pipeline, since),
            'baseline', engine.baseline_figures(of_pipeline),
            'open_alerts', (
                select count(*)
                from public.alerts
                where
                    pipeline_id = of_pipeline
                    and workspace_id = pipeline.workspace_id
                    and status <> 'resolved'
            )
        )
        from (
            select
                count(*) as runs,
                count(*) filter (where status in ('completed', 'failed')) as ended,
                count(*) filter (where status = 'failed') as failed,
                count(*) filter (where status = 'cancelled') as cancelled,
                count(*) filter (where attempt > 1 or retry_of is not null) as retries,
                max(coalesce(started_at, created_at)) as last_at,
                array_agg(status order by created_at desc) filter (where status in ('completed', 'failed')) as outcomes,
                avg(duration_seconds) as mean_duration,
                max(duration_seconds) as longest,
                percentile_cont(array[0.5, 0.95]) within group (order by duration_seconds) as durations,
                avg(rows_processed) as rows_per_run,
                avg(data_volume_mb) as volume_per_run
            from engine.recent_runs(of_pipeline, since)
        ) as figures
    );
end
$$;

revoke execute on function
    engine.recent_runs(uuid, timestamptz),
    engine.resource_figures(uuid, timestamptz),
    engine.dominant_errors(uuid, timestamptz),
    engine.baseline_figures(uuid),
    engine.health(bigint, bigint, text[])
from public;
revoke execute on function public.monitoring_snapshot(uuid, interval) from public, anon;
grant execute on function
    engine.recent_runs(uuid, timestamptz),
    engine.resource_figures(uuid, timestamptz),
    engine.dominant_errors(uuid, timestamptz),
    engine.baseline_figures(uuid),
    engine.health(bigint, bigint, text[]),
    public.monitoring_snapshot(uuid, interval)
to authenticated, service_role;
