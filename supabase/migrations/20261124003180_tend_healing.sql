-- Time as a reason to look again: actions that were not verified in time, plans whose wait is over, canaries to choose.

create function engine.tend_healing()
    returns integer
    language plpgsql
    set search_path = ''
as $$
declare
    told integer;
begin
    update public.healing_plans
    set status = 'void', act_after = null
    where
        status in ('proposed', 'approved')
        and expires_at < clock_timestamp();
    with due as (
        select plan.workspace_id, plan.pipeline_id, plan.execution_id, 'overdue:' || action.id as phase
        from public.healing_actions as action
        join public.healing_plans as plan
            on plan.id = action.plan_id
            and plan.workspace_id = action.workspace_id
        where
            action.status in ('acting', 'acted')
            and action.verify_by < clock_timestamp()
        union all
        select plan.workspace_id, plan.pipeline_id, plan.execution_id, 'order:' || action.id || ':' || action.orders
        from public.healing_actions as action
        join public.healing_plans as plan
            on plan.id = action.plan_id
            and plan.workspace_id = action.workspace_id
        where
            action.status = 'acting'
            and action.ordered_until < clock_timestamp()
        union all
        select plan.workspace_id, plan.pipeline_id, plan.execution_id, 'due:' || extract(epoch from plan.act_after)
        from public.healing_plans as plan
        where
            plan.status = 'proposed'
            and plan.act_after < clock_timestamp()
    )
    select count(engine.emit_to_heal(workspace_id, pipeline_id, execution_id, phase)) into told
    from (select * from due order by workspace_id limit 1000) as bounded;
    -- What a person was called for is over when the pipeline completes again.
    update public.alerts as alert
    set status = 'resolved', resolved_at = clock_timestamp()
    where
        alert.subject like 'heal:%'
        and alert.status <> 'resolved'
        and exists (
            select
            from public.executions as later
            where
                later.pipeline_id = alert.pipeline_id
                and later.status = 'completed'
                and later.created_at > alert.created_at
        );
    return told + engine.choose_canaries();
end
$$;

revoke execute on all functions in schema engine from public;

do $$
begin
    perform cron.schedule(
        'flexiroaster-healing',
        -- As often as the sweep can be: where it is every ten seconds, schedules in seconds are understood.
        (
            select case when schedule like '%seconds' then '5 seconds' else '* * * * *' end
            from cron.job
            where jobname = 'flexiroaster-sweep'
        ),
        'select engine.tend_healing()'
    );
end
$$;
