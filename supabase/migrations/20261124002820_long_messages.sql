-- Long messages: a stack trace says at its end what happened, so engines are shown both ends of one.

-- A text of at most so many characters, or a quarter of these from its beginning and the rest from its end.
create function engine.both_ends(message text, most integer)
    returns text
    language sql
    immutable
    set search_path = ''
as $$
    select case
        when length(message) > most then left(message, most / 4) || E'\n…\n' || right(message, most - most / 4 - 3)
        else message
    end
$$;

-- Executions as engines see them, with sizes bounded: a 5 MB message is evidence, but 8 KB of it are enough. Metrics
-- and stages come with those of with_telemetry. For many at once, because a call for each would cost more than its answer.
create or replace function engine.execution_documents(execution_ids uuid[], with_telemetry uuid[])
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
                    'error_message', engine.both_ends(error_message, 2048)
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
            'error_message', engine.both_ends(execution.error_message, 8192),
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

revoke execute on all functions in schema engine from public;
