-- Approvals: what may be approved, for how long, and what follows.

-- An approval is given to a plan as it is, for a while, from now.
create function engine.date_approval()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    plan public.healing_plans;
begin
    select * into plan
    from public.healing_plans
    where
        id = new.plan_id
        and workspace_id = new.workspace_id
    for update;
    if not found or plan.plan_hash <> new.plan_hash then
        raise integrity_constraint_violation using
            message = 'this plan is not the one that was shown: its hash is another',
            hint = 'read the plan again and decide about its plan_hash';
    end if;
    if plan.status <> 'proposed' or plan.steps = '[]' then
        raise integrity_constraint_violation using
            message = format('there is nothing to decide about this plan: it is %s', plan.status);
    end if;
    if plan.expires_at < clock_timestamp() then
        raise integrity_constraint_violation using
            message = 'this plan is out of date; a new failure makes a new one';
    end if;
    if plan.config_version is distinct from (select version from public.pipelines where id = plan.pipeline_id) then
        raise integrity_constraint_violation using
            message = 'the configuration was changed after this plan was made: it does not fit any more';
    end if;
    new.created_at := clock_timestamp();
    new.expires_at := least(
        new.expires_at,
        new.created_at + make_interval(secs => engine.setting('approval_seconds')::double precision)
    );
    return new;
end
$$;

create trigger _100_approvals_date
    before insert on public.approvals
    for each row
    execute function engine.date_approval();

create function engine.take_up_approval()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    plan public.healing_plans;
begin
    update public.healing_plans
    set status = new.decision
    where
        id = new.plan_id
        and workspace_id = new.workspace_id
    returning * into plan;
    perform engine.audit_plan(
        plan, new.decision, new.decided_by::text, new.note,
        p_after => jsonb_build_object('plan_hash', new.plan_hash, 'expires_at', new.expires_at)
    );
    if new.decision = 'approved' then
        perform engine.emit_to_heal(
            plan.workspace_id, plan.pipeline_id, plan.execution_id, 'approval:' || new.id
        );
    end if;
    return null;
end
$$;

create trigger _500_approvals_take_up
    after insert on public.approvals
    for each row
    execute function engine.take_up_approval();

revoke execute on all functions in schema engine from public;
