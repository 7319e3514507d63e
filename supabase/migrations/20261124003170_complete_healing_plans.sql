-- Completing for `heal`: plans, what is done of them, and verdicts, in one transaction with the events.

create function engine.store_plan(p_workspace_id uuid, given jsonb)
    returns uuid
    language plpgsql
    set search_path = ''
as $$
declare
    plan public.healing_plans;
begin
    insert into public.healing_plans (
        id, workspace_id, pipeline_id, execution_id, root_cause_id, status, decision, reasons, steps, cause,
        error_fingerprint, config_version, act_after, plan_hash, retries_avoided, model_version, evidence
    )
    select
        engine.healing_id('plan', wanted.execution_id), p_workspace_id, wanted.pipeline_id, wanted.execution_id,
        wanted.root_cause_id, wanted.status, wanted.decision, wanted.reasons, wanted.steps, wanted.cause,
        wanted.error_fingerprint, wanted.config_version, wanted.act_after, wanted.plan_hash, wanted.retries_avoided,
        wanted.model_version, wanted.evidence
    from jsonb_populate_record(null::public.healing_plans, given) as wanted
    -- Without steps of its own it is about a plan that is there.
    where wanted.steps is not null
    on conflict (id) do nothing
    returning * into plan;
    if found then
        perform engine.audit_plan(
            plan, 'planned', 'heal', plan.decision || ': ' || coalesce(plan.reasons ->> 0, 'no reason'),
            p_request => plan.steps
        );
        if given ->> 'alert' is not null then
            perform engine.raise_healing_alert(
                plan, given #>> '{alert,severity}', given #>> '{alert,title}', given #>> '{alert,message}'
            );
        end if;
        return plan.id;
    end if;
    -- Decided again: what was planned stays, what becomes of it may be another thing now.
    update public.healing_plans
    set
        decision = given ->> 'decision',
        status = case when given ->> 'status' = 'void' then 'void' else status end,
        reasons = given -> 'reasons',
        act_after = (given ->> 'act_after')::timestamptz,
        breaker_id = case when given ->> 'decision' in ('wait', 'act') then breaker_id end
    where
        id = engine.healing_id('plan', (given ->> 'execution_id')::uuid)
        and workspace_id = p_workspace_id
        and status in ('proposed', 'approved')
    returning * into plan;
    if found then
        perform engine.audit_plan(
            plan, 'decided_again', 'heal', plan.decision || ': ' || coalesce(plan.reasons ->> 0, 'no reason')
        );
    end if;
    return plan.id;
end
$$;

create function engine.complete_healing_plans(document jsonb)
    returns jsonb
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    finished jsonb;
    held uuid[];
    this_workspace uuid := engine.token_workspace_id();
    given jsonb;
    plan_id uuid;
    refused jsonb := '[]';
    refusal text;
begin
    perform engine.require_heal();
    finished := engine.finish_events(document);
    held := array(select jsonb_array_elements_text(finished -> 'stored')::uuid);
    for given in
        select item
        from jsonb_array_elements(coalesce(document -> 'verdicts', '[]')) as item
        where (item ->> 'pipeline_id')::uuid = any (held)
    loop
        perform engine.store_verdict(this_workspace, given);
    end loop;
    for given in
        select item
        from jsonb_array_elements(coalesce(document -> 'healing_plans', '[]')) as item
        where (item ->> 'pipeline_id')::uuid = any (held)
    loop
        plan_id := engine.store_plan(this_workspace, given);
        -- Null: it was acted on or settled before.
        continue when plan_id is null;
        if given -> 'park' is not null and given -> 'park' <> 'null' then
            perform engine.park_plan(plan_id, (given #>> '{park,probe_after_seconds}')::double precision);
        elsif given ->> 'decision' = 'act' then
            refusal := engine.act_on_plan(plan_id, (given ->> 'approval_id')::uuid);
            if refusal is not null then
                refused := refused || jsonb_build_object('plan_id', plan_id, 'why', refusal);
            end if;
        end if;
    end loop;
    return finished || jsonb_build_object('refused', refused);
end
$$;

create function public.complete_healing_plans(payload jsonb)
    returns jsonb
    language sql
    volatile
    set search_path = ''
as $$
    select engine.complete_healing_plans(engine.unwrap(payload))
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.complete_healing_plans(jsonb) from public, anon, authenticated;
grant execute on function engine.complete_healing_plans(jsonb), public.complete_healing_plans(jsonb) to ai_engine;
