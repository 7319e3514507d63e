-- What is known of a failure besides itself: its retries, usual runs, what actions were good for, and who else fails.

-- A run and the runs that it is a retry of, the newest first.
create function engine.retry_chain(p_execution_id uuid, p_workspace_id uuid)
    returns uuid[]
    language sql
    stable
    set search_path = ''
as $$
    with recursive chain (id, retry_of, depth) as (
        select execution.id, execution.retry_of, 1
        from public.executions as execution
        where
            execution.id = p_execution_id
            and execution.workspace_id = p_workspace_id
        union all
        select execution.id, execution.retry_of, chain.depth + 1
        from chain
        join public.executions as execution
            on execution.id = chain.retry_of
            and execution.workspace_id = p_workspace_id
        where chain.depth < 50
    )
    select array_agg(id order by depth) from chain
$$;

-- Whether nothing is left to heal about a run: a later one completed, or somebody tries it again already. What healing
-- itself withdrew does not count.
create function engine.is_superseded(run public.executions)
    returns boolean
    language sql
    stable
    set search_path = ''
as $$
    select exists (
        select
        from public.executions as later
        where
            later.pipeline_id = run.pipeline_id
            and later.created_at > run.created_at
            and (later.status = 'completed' or later.retry_of = run.id)
            and not exists (
                select
                from public.healing_actions as taken
                where
                    taken.healing_execution_id = later.id
                    and taken.workspace_id = later.workspace_id
                    and taken.status = 'undone'
            )
    )
$$;

-- What the last runs of a pipeline that completed were like, and how often the same error was gone in the next run
-- though nothing had been changed.
create function engine.usual_runs(p_pipeline_id uuid, p_except uuid[], p_fingerprint text)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    with last as (
        select *
        from public.executions
        where
            pipeline_id = p_pipeline_id
            and status in ('completed', 'failed')
            and not id = any (p_except)
        order by created_at desc
        limit 40
    ),
    ordered as (
        select *, lead(status) over (order by created_at) as next_status, lead(config_version) over (order by created_at)
            as next_version
        from last
    )
    select jsonb_build_object(
        'completed', count(*) filter (where status = 'completed'),
        'failed', count(*) filter (where status = 'failed'),
        'passed_by_itself', count(*) filter (
            where status = 'failed' and next_status = 'completed' and next_version is not distinct from config_version
        ),
        'rows', percentile_cont(0.5) within group (order by rows_processed) filter (where status = 'completed'),
        'volume_mb', percentile_cont(0.5) within group (order by data_volume_mb) filter (where status = 'completed'),
        'rows_per_mb', percentile_cont(0.5) within group (order by rows_processed / nullif(data_volume_mb, 0))
            filter (where status = 'completed'),
        'seconds', percentile_cont(0.5) within group (order by duration_seconds) filter (where status = 'completed'),
        'longest_seconds', max(duration_seconds) filter (where status = 'completed')
    )
    from ordered
$$;

-- What each action was good for: of this pipeline, and (pipeline null) in the workspace.
create function engine.outcomes_of(p_workspace_id uuid, p_pipeline_id uuid)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select coalesce(
        jsonb_agg(
            jsonb_build_object(
                'is_own', pipeline_id is not null,
                'cause', cause,
                'action', action,
                'successes', successes,
                'failures', failures
            )
        ),
        '[]'
    )
    from public.action_outcomes
    where
        workspace_id = p_workspace_id
        and (pipeline_id is null or pipeline_id = p_pipeline_id)
$$;

-- How many pipelines fail with an error now, and the breaker that is open for it.
create function engine.outage_of(p_workspace_id uuid, p_fingerprint text)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select jsonb_build_object(
        'pipelines', (
            select count(distinct pipeline_id)
            from public.detections
            where
                workspace_id = p_workspace_id
                and error_fingerprint = p_fingerprint
                and created_at > clock_timestamp() - interval '15 minutes'
        ),
        'opens_at', engine.setting('healing_outage_pipelines')::integer,
        'probe_seconds', engine.setting('healing_probe_seconds')::double precision,
        'breaker', (
            select to_jsonb(breaker)
            from public.healing_breakers as breaker
            where
                breaker.workspace_id = p_workspace_id
                and breaker.cause = 'signature:' || p_fingerprint
                and breaker.status <> 'closed'
        )
    )
$$;

revoke execute on all functions in schema engine from public;
