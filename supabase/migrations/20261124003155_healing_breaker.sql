-- The outage breaker: how it opens, and what it holds back.

-- Parks a plan behind the breaker for its error, and opens that where there is none. Runs of the same error that healing
-- queued and nobody has started yet are withdrawn: their pipelines are parked with the others.
create function engine.park_plan(p_plan_id uuid, probe_after_seconds double precision)
    returns void
    language plpgsql
    set search_path = ''
as $$
declare
    plan public.healing_plans;
    breaker uuid;
begin
    select * into plan from public.healing_plans where id = p_plan_id;
    perform pg_advisory_xact_lock(hashtextextended('healing:' || plan.workspace_id, 20261124));
    insert into public.healing_breakers (workspace_id, cause, probe_at)
    values (
        plan.workspace_id, 'signature:' || plan.error_fingerprint,
        clock_timestamp() + make_interval(secs => probe_after_seconds)
    )
    on conflict (workspace_id, cause) where status <> 'closed' do nothing
    returning id into breaker;
    if breaker is not null then
        perform engine.audit_plan(plan, 'breaker_opened', 'heal', 'its error was seen on many pipelines');
        perform engine.withdraw_runs(plan.workspace_id, plan.error_fingerprint, breaker);
    else
        select id into breaker
        from public.healing_breakers
        where
            workspace_id = plan.workspace_id
            and cause = 'signature:' || plan.error_fingerprint
            and status <> 'closed';
    end if;
    update public.healing_plans
    set breaker_id = breaker, act_after = null, wave = null
    where
        id = plan.id
        and status = 'proposed';
end
$$;

create function engine.withdraw_runs(p_workspace_id uuid, p_fingerprint text, p_breaker_id uuid)
    returns void
    language sql
    set search_path = ''
as $$
    with withdrawn as (
        update public.executions as execution
        set status = 'cancelled', error_message = 'healing withdrew this run: its error is an outage'
        from public.healing_actions as action
        join public.healing_plans as plan
            on plan.id = action.plan_id
            and plan.workspace_id = action.workspace_id
            and plan.error_fingerprint = p_fingerprint
            and plan.status = 'acting'
        where
            action.workspace_id = p_workspace_id
            and action.status = 'acted'
            -- A changed configuration is not taken back for this: such a run may go on.
            and action.config_version_after is null
            and execution.id = action.healing_execution_id
            and execution.workspace_id = action.workspace_id
            and execution.status in ('pending', 'queued')
        returning action.id as action_id, action.plan_id
    ),
    undone as (
        update public.healing_actions
        set status = 'undone', verified_at = clock_timestamp()
        where id in (select action_id from withdrawn)
    )
    update public.healing_plans
    set status = 'proposed', decision = 'wait', breaker_id = p_breaker_id, act_after = null, wave = null
    where id in (select plan_id from withdrawn)
$$;

revoke execute on all functions in schema engine from public;
