-- What `heal` is shown of a run, in one answer: why it failed, what was tried, what may be done and what is known of it.

create function engine.healing_document(p_execution_id uuid, p_workspace_ids uuid[])
    returns jsonb
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    run public.executions;
    pipeline public.pipelines;
    chain uuid[];
    fingerprint text;
begin
    select * into run
    from public.executions
    where
        id = p_execution_id
        and workspace_id = any (p_workspace_ids);
    if not found then
        return null;
    end if;
    select * into pipeline from public.pipelines where id = run.pipeline_id;
    chain := engine.retry_chain(run.id, run.workspace_id);
    select error_fingerprint into fingerprint
    from public.detections
    where
        execution_id = run.id
        and workspace_id = run.workspace_id
        and phase = 'ended';
    return jsonb_build_object(
        'now', clock_timestamp(),
        'run', to_jsonb(run) - 'metadata' || jsonb_build_object('error_message', left(run.error_message, 2000)),
        'run_stages', (
            select coalesce(jsonb_agg(jsonb_build_object('name', stage_name, 'status', status) order by created_at), '[]')
            from (
                select stage_name, status, created_at
                from public.execution_stages
                where
                    execution_id = run.id
                    and workspace_id = run.workspace_id
                limit 1000
            ) as stage
        ),
        'pipeline', jsonb_build_object(
            'id', pipeline.id, 'name', pipeline.name, 'is_active', pipeline.is_active, 'version', pipeline.version,
            'config', case when octet_length(pipeline.config::text) <= 65536 then pipeline.config else '{}' end
        ),
        'stages', (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'name', name, 'order_index', order_index, 'dependencies', dependencies,
                        'idempotency', idempotency
                    )
                    order by order_index, name
                ),
                '[]'
            )
            from public.pipeline_stages
            where pipeline_id = run.pipeline_id
        ),
        'causes', (
            select coalesce(jsonb_agg(to_jsonb(cause) order by cause.rank), '[]')
            from public.root_causes as cause
            where
                cause.execution_id = run.id
                and cause.workspace_id = run.workspace_id
        ),
        'fingerprint', fingerprint,
        'chain', chain,
        -- Actions about this failure and the ones that it is a retry of, the oldest first.
        'actions', (
            select coalesce(jsonb_agg(to_jsonb(taken) - 'snapshot' order by taken.created_at), '[]')
            from public.healing_actions as taken
            join public.healing_plans as plan
                on plan.id = taken.plan_id
                and plan.workspace_id = taken.workspace_id
            where
                plan.execution_id = any (chain)
                and plan.workspace_id = run.workspace_id
        ),
        -- The action that this run was queued by.
        'tried', (
            select to_jsonb(taken) || jsonb_build_object(
                'breaker', (select to_jsonb(breaker) from public.healing_breakers as breaker where breaker.id = plan.breaker_id)
            )
            from public.healing_actions as taken
            join public.healing_plans as plan
                on plan.id = taken.plan_id
                and plan.workspace_id = taken.workspace_id
            where
                taken.healing_execution_id = run.id
                and taken.workspace_id = run.workspace_id
        ),
        'plan', (
            select to_jsonb(plan)
            from public.healing_plans as plan
            where plan.id = engine.healing_id('plan', run.id)
        ),
        'superseded', engine.is_superseded(run),
        'policy', to_jsonb(engine.policy_in_force(run.workspace_id, run.pipeline_id)),
        'usage', engine.healing_usage(run.workspace_id, run.pipeline_id),
        'maintained_until', engine.maintained_until(run.workspace_id, run.pipeline_id),
        'known_good', engine.last_known_good(run.pipeline_id),
        'person_config', engine.person_config(run.pipeline_id),
        'usual', engine.usual_runs(run.pipeline_id, chain, fingerprint),
        'outcomes', engine.outcomes_of(run.workspace_id, run.pipeline_id),
        'outage', engine.outage_of(run.workspace_id, fingerprint),
        'backoff_seconds', engine.setting('healing_backoff_seconds')::double precision,
        'backoff_limit_seconds', engine.setting('healing_backoff_limit_seconds')::double precision
    );
end
$$;

revoke execute on all functions in schema engine from public;
