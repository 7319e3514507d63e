-- A person decides about a plan: the API beside the row.

-- As the caller, so that the policies on approvals hold. Answers the plan's standing.
create function public.decide_healing_plan(plan uuid, plan_hash text, decision text, note text default null)
    returns jsonb
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    about public.healing_plans;
begin
    select * into about
    from public.healing_plans
    where id = decide_healing_plan.plan;
    if not found then
        raise no_data_found using message = format('there is no plan %s in your workspaces', plan);
    end if;
    insert into public.approvals (workspace_id, plan_id, plan_hash, decision, decided_by, note)
    values (
        about.workspace_id, about.id, decide_healing_plan.plan_hash, decide_healing_plan.decision, engine.user_id(),
        decide_healing_plan.note
    );
    return (
        select jsonb_build_object('id', decided.id, 'status', decided.status, 'steps', decided.steps)
        from public.healing_plans as decided
        where decided.id = about.id
    );
end
$$;

revoke execute on function public.decide_healing_plan(uuid, text, text, text) from public, anon;
grant execute on function public.decide_healing_plan(uuid, text, text, text) to authenticated;
