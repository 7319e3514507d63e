-- Acting: whatever changed between the decision and now is looked at again, and then all of it is done or nothing.

-- The run that an action asks for. Its id follows from the action's, so that asking twice queues once.
create function engine.queue_healing_run(plan public.healing_plans, p_action_id uuid, step jsonb)
    returns uuid
    language sql
    set search_path = ''
as $$
    insert into public.executions (
        id, workspace_id, pipeline_id, status, trigger_type, triggered_by, retry_of, attempt, metadata
    )
    select
        engine.healing_id('run', p_action_id), plan.workspace_id, plan.pipeline_id, 'queued', 'healing', 'heal', failed.id,
        failed.attempt + 1,
        jsonb_strip_nulls(
            jsonb_build_object(
                'healing_action_id', p_action_id,
                'plan_id', plan.id,
                'stages', nullif(step -> 'stages', 'null'),
                'restart_worker', case when step ->> 'action' = 'restart_worker' then true end,
                'not_before', clock_timestamp() + make_interval(secs => (step ->> 'wait_seconds')::double precision)
            )
        )
    from public.executions as failed
    where
        failed.id = plan.execution_id
        and failed.workspace_id = plan.workspace_id
    on conflict do nothing
    returning id
$$;

-- Carries out a plan's first step. Answers null, or why it was not done.
create function engine.act_on_plan(p_plan_id uuid, p_approval_id uuid)
    returns text
    language plpgsql
    set search_path = ''
as $$
declare
    plan public.healing_plans;
    pipeline public.pipelines;
    step jsonb;
    refusal jsonb;
    this_action uuid;
    wanted jsonb;
    version_after integer;
    actuator jsonb;
begin
    select * into plan from public.healing_plans where id = p_plan_id;
    -- One at a time in a workspace: two instances must not both find a cap free.
    perform pg_advisory_xact_lock(hashtextextended('healing:' || plan.workspace_id, 20261124));
    select * into pipeline from public.pipelines where id = plan.pipeline_id for update;
    select * into plan from public.healing_plans where id = p_plan_id for update;
    if plan.status not in ('proposed', 'approved') or plan.steps = '[]' then
        return null;
    end if;
    step := plan.steps -> 0;
    refusal := engine.refusal_to_act(plan, p_approval_id);
    if refusal is not null then
        update public.healing_plans
        set
            status = coalesce(refusal ->> 'status', status),
            act_after = coalesce((refusal ->> 'until')::timestamptz, act_after)
        where id = plan.id;
        perform engine.audit_plan(plan, 'refused', 'database', refusal ->> 'why');
        return refusal ->> 'why';
    end if;

    this_action := engine.healing_id('action', plan.id, plan.acts);
    actuator := engine.actuator_of(plan.workspace_id, plan.pipeline_id);
    if step ->> 'rollback_to' is not null then
        select kept.config into strict wanted
        from public.pipeline_versions as kept
        where
            kept.pipeline_id = pipeline.id
            and kept.version = (step ->> 'rollback_to')::integer;
    elsif step -> 'changes' <> '[]' then
        wanted := engine.changed_config(pipeline.config, step -> 'changes');
    end if;
    if wanted is not null then
        version_after := engine.set_config_of(pipeline.id, wanted);
    end if;

    insert into public.healing_actions (
        id, workspace_id, plan_id, pipeline_id, cause, action, risk_tier, status, snapshot, request,
        config_version_after, verify_by, attempt, model_version, evidence
    )
    values (
        this_action, plan.workspace_id, plan.id, plan.pipeline_id, plan.cause, step ->> 'action',
        (step ->> 'risk_tier')::integer,
        'acting',
        jsonb_build_object(
            'version', pipeline.version,
            'config', pipeline.config,
            'sha256', encode(sha256(convert_to(pipeline.config::text, 'UTF8')), 'hex')
        ),
        -- Where an orchestrator outside is to be asked, the order is part of the request.
        step || case when actuator is null then '{}' else jsonb_build_object('actuator', actuator) end,
        version_after,
        clock_timestamp()
            + make_interval(secs => (step ->> 'wait_seconds')::double precision)
            + make_interval(secs => (step ->> 'verify_within_seconds')::double precision),
        (select attempt from public.executions where id = plan.execution_id) + 1,
        plan.model_version,
        jsonb_build_object('approval_id', p_approval_id, 'expected_success', step -> 'expected_success')
    );
    if actuator is null then
        update public.healing_actions
        set
            healing_execution_id = engine.queue_healing_run(plan, this_action, step),
            status = 'acted',
            answer = jsonb_build_object('actuator', 'supabase', 'execution_id', engine.healing_id('run', this_action))
        where id = this_action;
    else
        update public.healing_actions
        set ordered_until = clock_timestamp() + make_interval(secs => (step ->> 'wait_seconds')::double precision)
        where id = this_action;
    end if;
    update public.healing_plans
    set status = 'acting', acts = acts + 1, act_after = null
    where id = plan.id;
    perform engine.audit_plan(
        plan, 'acted',
        coalesce((select decided_by::text from public.approvals where id = p_approval_id), 'heal'),
        step ->> 'why', this_action,
        case when wanted is not null then pipeline.config end, wanted, step,
        case when actuator is null then jsonb_build_object('execution_id', engine.healing_id('run', this_action)) end
    );
    return null;
end
$$;

revoke execute on all functions in schema engine from public;
