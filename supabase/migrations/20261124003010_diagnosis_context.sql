-- What `rca` is shown of a run besides the run itself: its log and that of the last green run, what changed in between,
-- what the same error was found to be before, and what else fails at the moment. Sizes are bounded.

-- Lines [id, stage, level, message] of a run in the order of their writing: the last so many of those that were recorded.
create function engine.log_lines(p_execution_id uuid, p_workspace_id uuid, p_limit integer)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select coalesce(jsonb_agg(line.document order by line.created_at, line.id), '[]')
    from (
        select created_at, id, jsonb_build_array(id, stage_name, level, left(message, 4000)) as document
        from public.logs
        where
            execution_id = p_execution_id
            and workspace_id = p_workspace_id
        order by created_at desc, id desc
        limit p_limit
    ) as line
$$;

-- The last run of a pipeline that completed before a moment.
create function engine.last_success(p_pipeline_id uuid, p_before timestamptz)
    returns public.executions
    language sql
    stable
    set search_path = ''
as $$
    select *
    from public.executions
    where
        pipeline_id = p_pipeline_id
        and status = 'completed'
        and created_at < p_before
    order by created_at desc
    limit 1
$$;

-- Other runs with an error in the workspace, by what they were found to be: [{family, subcause, runs, confirmed, denied}].
create function engine.former_causes(p_workspace_id uuid, p_fingerprint text, p_execution_id uuid)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select coalesce(jsonb_agg(to_jsonb(found) order by found.runs desc), '[]')
    from (
        select
            cause.family,
            cause.subcause,
            count(distinct cause.execution_id) as runs,
            count(*) filter (where said.verdict = 'confirmed') as confirmed,
            count(*) filter (where said.verdict = 'wrong_cause') as denied,
            max(said.correct_cause) as correct_cause
        from (
            select execution_id
            from public.detections
            where
                workspace_id = p_workspace_id
                and error_fingerprint = p_fingerprint
                and execution_id <> p_execution_id
            order by created_at desc
            limit 200
        ) as same
        join public.root_causes as cause
            on cause.execution_id = same.execution_id
            and cause.workspace_id = p_workspace_id
            and cause.rank = 1
        left join public.feedback as said
            on said.subject_table = 'root_causes'
            and said.subject_id = cause.id
            and said.workspace_id = p_workspace_id
        group by cause.family, cause.subcause
        order by 3 desc
        limit 10
    ) as found
$$;

-- Other pipelines that failed in the last quarter of an hour before a moment: {pipelines, same_error, upstream}.
create function engine.surroundings(p_workspace_id uuid, p_pipeline_id uuid, p_fingerprint text, p_at timestamptz)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select jsonb_build_object(
        'pipelines', count(distinct failed.pipeline_id),
        'same_error', count(distinct failed.pipeline_id) filter (where failed.error_fingerprint = p_fingerprint),
        'upstream', coalesce(
            jsonb_agg(distinct pipeline.name) filter (where dependency.upstream_id is not null), '[]'
        )
    )
    from (
        select detection.pipeline_id, detection.error_fingerprint
        from public.detections as detection
        where
            detection.workspace_id = p_workspace_id
            and detection.pipeline_id <> p_pipeline_id
            and detection.created_at between p_at - interval '15 minutes' and p_at + interval '1 minute'
            and detection.error_fingerprint is not null
        order by detection.created_at desc
        limit 1000
    ) as failed
    join public.pipelines as pipeline on pipeline.id = failed.pipeline_id
    left join public.pipeline_dependencies as dependency
        on dependency.upstream_id = failed.pipeline_id
        and dependency.downstream_id = p_pipeline_id
$$;

create function engine.diagnosis_document(p_execution_id uuid, p_workspace_ids uuid[], p_log_lines integer)
    returns jsonb
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    run public.executions;
    green public.executions;
    detection public.detections;
begin
    select * into run
    from public.executions
    where
        id = p_execution_id
        and workspace_id = any (p_workspace_ids);
    if not found then
        return null;
    end if;
    green := engine.last_success(run.pipeline_id, run.created_at);
    select * into detection
    from public.detections
    where
        execution_id = run.id
        and workspace_id = run.workspace_id
        and phase = 'ended';
    return jsonb_build_object(
        'stored', (
            select coalesce(jsonb_agg(to_jsonb(cause) order by cause.rank), '[]')
            from public.root_causes as cause
            where
                cause.execution_id = run.id
                and cause.workspace_id = run.workspace_id
        ),
        'log', engine.log_lines(run.id, run.workspace_id, p_log_lines),
        'passing_log', case
            when green.id is null then '[]' else engine.log_lines(green.id, green.workspace_id, p_log_lines)
        end,
        'metrics', (
            select coalesce(
                jsonb_agg(jsonb_build_array(stage_name, metric_name, metric_value, unit, created_at) order by created_at),
                '[]'
            )
            from (
                select *
                from public.metrics
                where
                    execution_id = run.id
                    and workspace_id = run.workspace_id
                order by created_at desc
                limit 5000
            ) as metric
        ),
        'config', (
            select config from public.pipeline_versions
            where pipeline_id = run.pipeline_id and version = run.config_version
        ),
        'last_success', case
            when green.id is not null
            then jsonb_build_object(
                'id', green.id,
                'started_at', green.started_at,
                'config_version', green.config_version,
                'trigger_type', green.trigger_type,
                'duration_seconds', green.duration_seconds,
                'rows_processed', green.rows_processed,
                'data_volume_mb', green.data_volume_mb,
                'metadata', case when octet_length(green.metadata::text) <= 65536 then green.metadata else '{}' end,
                'config', (
                    select config from public.pipeline_versions
                    where pipeline_id = green.pipeline_id and version = green.config_version
                )
            )
        end,
        'detection', jsonb_build_object(
            'id', detection.id,
            'score', detection.score,
            'is_anomaly', detection.is_anomaly,
            'reasons', coalesce(detection.reasons, '[]')
        ),
        'former_causes', engine.former_causes(run.workspace_id, detection.error_fingerprint, run.id),
        'surroundings', engine.surroundings(
            run.workspace_id, run.pipeline_id, detection.error_fingerprint,
            coalesce(detection.created_at, clock_timestamp())
        )
    );
end
$$;

-- {execution id: document}, of the runs that there are. They share 50,000 lines of log, so that many at once are no more
-- than one with a long log; each has at least 2,500.
create function engine.diagnosis_contexts(p_execution_ids uuid[])
    returns jsonb
    language plpgsql
    stable
    security definer
    set search_path = ''
as $$
declare
    workspaces uuid[];
begin
    if engine.user_id() is not null then
        workspaces := engine.workspace_ids();
    else
        perform engine.require_engine();
        if engine.token_engine() <> 'rca' then
            raise insufficient_privilege using
                message = 'this call needs a token of role ai_engine that names engine rca';
        end if;
        workspaces := array[engine.token_workspace_id()];
    end if;
    if cardinality(p_execution_ids) > 100 then
        raise invalid_parameter_value using message = 'ask about at most 100 runs at a time';
    end if;
    return (
        select coalesce(jsonb_object_agg(asked.id, asked.document) filter (where asked.document is not null), '{}')
        from (
            select
                id,
                engine.diagnosis_document(
                    id, workspaces, greatest(50000 / greatest(cardinality(p_execution_ids), 1), 2500)
                ) as document
            from unnest(p_execution_ids) as id
        ) as asked
    );
end
$$;

-- For `rca`, of its token's workspace, and for people, of theirs.
create function public.diagnosis_contexts(of_executions uuid[])
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select engine.diagnosis_contexts(of_executions)
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.diagnosis_contexts(uuid[]) from public, anon;
grant execute on function engine.diagnosis_contexts(uuid[]), public.diagnosis_contexts(uuid[]) to authenticated, ai_engine;
