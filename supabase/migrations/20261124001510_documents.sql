-- What engines are shown: runs, pipelines, shared outcomes and models, as JSON documents of bounded size.

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

revoke execute on all functions in schema engine from public;
