-- What healing is worth: recovered share and time to repair of failures with and without a healing action.

-- Of the failures of the last 30 days; null where no healing action has been taken. A run was healed when an action of a
-- plan about it was carried out. It was repaired when the next run of its pipeline completed after it.
create function engine.healing_figures(p_workspace_id uuid)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    with acted as (
        select distinct plan.execution_id
        from public.healing_plans as plan
        join public.healing_actions as action
            on action.plan_id = plan.id
            and action.workspace_id = plan.workspace_id
            and action.status <> 'planned'
        where
            plan.workspace_id = p_workspace_id
            and plan.created_at > now() - interval '30 days'
    ),
    failure as (
        select
            label.recovered,
            exists (select from acted where acted.execution_id = label.execution_id) as is_healed,
            extract(epoch from repair.repaired_at - label.ended_at) as repair_seconds
        from public.executions as execution
        join public.execution_labels as label
            on label.execution_id = execution.id
            and label.workspace_id = execution.workspace_id
        left join lateral (
            select min(coalesce(later.completed_at, later.created_at)) as repaired_at
            from public.executions as later
            where
                later.pipeline_id = execution.pipeline_id
                and later.workspace_id = execution.workspace_id
                and later.status = 'completed'
                and coalesce(later.completed_at, later.created_at) > label.ended_at
        ) as repair on true
        where
            execution.workspace_id = p_workspace_id
            and execution.status = 'failed'
            and execution.created_at > now() - interval '30 days'
            and exists (select from acted)
        order by execution.created_at desc
        limit 2000
    ),
    side as (
        select
            count(*) filter (where is_healed) as healed,
            count(*) filter (where not is_healed) as unhealed,
            avg(recovered::integer) filter (where is_healed) as healed_recovered,
            avg(recovered::integer) filter (where not is_healed) as unhealed_recovered,
            avg(repair_seconds) filter (where is_healed) as healed_seconds,
            avg(repair_seconds) filter (where not is_healed) as unhealed_seconds
        from failure
    )
    select jsonb_build_object(
        'failures_healed', healed,
        'failures_unhealed', unhealed,
        'recovered_share_healed', round(healed_recovered, 4),
        'recovered_share_unhealed', round(unhealed_recovered, 4),
        'recovery_lift', round(healed_recovered - unhealed_recovered, 4),
        'mttr_seconds_healed', round(healed_seconds, 3),
        'mttr_seconds_unhealed', round(unhealed_seconds, 3),
        'mttr_delta_seconds', round(healed_seconds - unhealed_seconds, 3)
    )
    from side
    where healed > 0
$$;

revoke execute on all functions in schema engine from public;
