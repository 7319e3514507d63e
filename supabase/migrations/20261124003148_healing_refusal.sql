-- The limits once more, at the moment of acting.

-- Why a plan may not be acted on now: {why, status, until}; null: it may. An approval overrides the tier and the stage's
-- idempotency, and nothing else.
create function engine.refusal_to_act(plan public.healing_plans, p_approval_id uuid)
    returns jsonb
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    policy public.healing_policies := engine.policy_in_force(plan.workspace_id, plan.pipeline_id);
    used jsonb := engine.healing_usage(plan.workspace_id, plan.pipeline_id);
    approval public.approvals;
    run public.executions;
    later interval := '1 minute';
begin
    if plan.expires_at < clock_timestamp() then
        return jsonb_build_object('why', 'the plan is out of date', 'status', 'void');
    end if;
    if plan.config_version is distinct from (select version from public.pipelines where id = plan.pipeline_id) then
        return jsonb_build_object('why', 'the configuration was changed after the plan was made', 'status', 'void');
    end if;
    select * into run
    from public.executions
    where
        id = plan.execution_id
        and workspace_id = plan.workspace_id;
    if run.status not in ('failed', 'running') or engine.is_superseded(run) then
        return jsonb_build_object('why', 'the pipeline ran again meanwhile', 'status', 'void');
    end if;
    if not engine.is_sound(plan, plan.steps -> 0) then
        return jsonb_build_object('why', 'its first step is not what such an action may be', 'status', 'void');
    end if;
    if policy.kill_switch then
        return jsonb_build_object('why', 'the kill switch is on');
    end if;
    if policy.autonomy not in ('approve', 'auto') then
        return jsonb_build_object('why', format('the policy says %s', policy.autonomy));
    end if;
    if p_approval_id is not null then
        select * into approval
        from public.approvals
        where
            id = p_approval_id
            and plan_id = plan.id
            and workspace_id = plan.workspace_id;
        if approval.decision is distinct from 'approved' or approval.plan_hash <> plan.plan_hash then
            return jsonb_build_object('why', 'the approval is not about this plan');
        end if;
        if approval.expires_at < clock_timestamp() then
            return jsonb_build_object('why', 'the approval is no longer valid', 'status', 'proposed');
        end if;
        if not exists (
            select
            from public.workspace_members
            where
                workspace_id = plan.workspace_id
                and user_id = approval.decided_by
                and role >= 'admin'
        ) then
            return jsonb_build_object('why', 'who approved it may not do so any more', 'status', 'proposed');
        end if;
    else
        if policy.autonomy <> 'auto' or (plan.steps #>> '{0,risk_tier}')::integer > policy.highest_tier_alone then
            return jsonb_build_object('why', 'it needs an approval');
        end if;
        if plan.steps #>> '{0,approval}' <> 'none' or engine.unsafe_stage(plan, plan.steps -> 0) is not null then
            return jsonb_build_object('why', 'a stage would run twice that is not known to be safe to');
        end if;
    end if;
    if (used ->> 'pipeline_hour')::integer >= policy.actions_per_hour
        or (used ->> 'pipeline_day')::integer >= policy.actions_per_day
        or (used ->> 'workspace_hour')::integer >= policy.workspace_actions_per_hour
        or (used ->> 'workspace_day')::integer >= policy.workspace_actions_per_day
    then
        return jsonb_build_object('why', 'a cap is reached', 'until', clock_timestamp() + later);
    end if;
    if engine.maintained_until(plan.workspace_id, plan.pipeline_id) is not null then
        return jsonb_build_object('why', 'maintenance is under way', 'until', clock_timestamp() + later);
    end if;
    if plan.wave is null and exists (
        select
        from public.healing_breakers as breaker
        where
            breaker.workspace_id = plan.workspace_id
            and breaker.cause = 'signature:' || plan.error_fingerprint
            and breaker.status <> 'closed'
            and breaker.canary_plan_id is distinct from plan.id
    ) then
        return jsonb_build_object('why', 'a breaker was opened for its error', 'until', clock_timestamp());
    end if;
    return null;
end
$$;

revoke execute on all functions in schema engine from public;
