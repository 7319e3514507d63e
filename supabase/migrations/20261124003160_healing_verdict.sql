-- Verifying: what an action was worth, what is taken back, and what is learned from it.

-- Puts a pipeline's configuration back as it was before an action, bit for bit. Null: done or nothing to do; else why not.
create function engine.restore_snapshot(taken public.healing_actions)
    returns text
    language plpgsql
    set search_path = ''
as $$
declare
    pipeline public.pipelines;
    restored jsonb;
begin
    if taken.config_version_after is null or taken.restored_at is not null then
        return null;
    end if;
    select * into pipeline from public.pipelines where id = taken.pipeline_id for update;
    if pipeline.version <> taken.config_version_after then
        return format(
            'the configuration is at version %s and not at %s, which healing made: somebody changed it, so it was left',
            pipeline.version, taken.config_version_after
        );
    end if;
    restored := taken.snapshot -> 'config';
    if encode(sha256(convert_to(restored::text, 'UTF8')), 'hex') <> taken.snapshot ->> 'sha256' then
        raise data_corrupted using message = format('the snapshot of action %s is not what was taken', taken.id);
    end if;
    perform engine.set_config_of(pipeline.id, restored);
    update public.healing_actions set restored_at = clock_timestamp() where id = taken.id;
    return null;
end
$$;

-- Counts an outcome for the pipeline and for its workspace.
create function engine.count_outcome(taken public.healing_actions, is_success boolean)
    returns void
    language sql
    set search_path = ''
as $$
    insert into public.action_outcomes as outcome (workspace_id, pipeline_id, cause, action, successes, failures)
    select
        taken.workspace_id, subject.pipeline_id, coalesce(taken.cause, 'unknown'), taken.action,
        is_success::integer, (not is_success)::integer
    from (values (null::uuid), (taken.pipeline_id)) as subject (pipeline_id)
    where taken.pipeline_id is not null
    on conflict (workspace_id, pipeline_id, cause, action) do update
    set
        successes = outcome.successes + excluded.successes,
        failures = outcome.failures + excluded.failures,
        updated_at = clock_timestamp()
$$;

create function engine.raise_healing_alert(plan public.healing_plans, p_severity text, p_title text, p_message text)
    returns void
    language sql
    set search_path = ''
as $$
    insert into public.alerts as alert (
        workspace_id, pipeline_id, execution_id, severity, title, message, subject, model_version, evidence
    )
    values (
        plan.workspace_id, plan.pipeline_id, plan.execution_id, p_severity, left(p_title, 500), left(p_message, 4000),
        'heal:' || plan.pipeline_id, plan.model_version, jsonb_build_object('plan_id', plan.id, 'cause', plan.cause)
    )
    on conflict (workspace_id, subject) where status <> 'resolved' do update
    set
        execution_id = excluded.execution_id,
        severity = excluded.severity,
        title = excluded.title,
        message = excluded.message,
        evidence = excluded.evidence
$$;

-- A verdict: {action_id, status, why, restore, alert, recommendation, cost, breaker}. Given twice it counts once.
create function engine.store_verdict(p_workspace_id uuid, verdict jsonb)
    returns void
    language plpgsql
    set search_path = ''
as $$
declare
    taken public.healing_actions;
    plan public.healing_plans;
    left_alone text;
begin
    perform pg_advisory_xact_lock(hashtextextended('healing:' || p_workspace_id, 20261124));
    select * into taken
    from public.healing_actions
    where
        id = (verdict ->> 'action_id')::uuid
        and workspace_id = p_workspace_id
        and status in ('acting', 'acted')
    for update;
    if not found then
        return;
    end if;
    select * into plan from public.healing_plans where id = taken.plan_id for update;
    if (verdict ->> 'restore')::boolean then
        left_alone := engine.restore_snapshot(taken);
    end if;
    update public.executions
    set status = 'cancelled', error_message = 'healing withdrew this run before it was started'
    where
        id = taken.healing_execution_id
        and status in ('pending', 'queued')
        and verdict ->> 'status' = 'undone';
    update public.healing_actions
    set
        status = verdict ->> 'status',
        verified_at = clock_timestamp(),
        cost = coalesce((verdict ->> 'cost')::double precision, 0),
        evidence = evidence || jsonb_build_object('verdict', verdict ->> 'why', 'left_alone', left_alone)
    where id = taken.id;
    if verdict ->> 'status' in ('effective', 'ineffective', 'harmful') then
        perform engine.count_outcome(taken, verdict ->> 'status' = 'effective');
    end if;
    update public.healing_plans set status = 'done' where id = plan.id;
    perform engine.audit_plan(
        plan, verdict ->> 'status', 'heal', concat_ws('; ', verdict ->> 'why', left_alone), taken.id,
        p_after => case
            when (verdict ->> 'restore')::boolean and left_alone is null and taken.config_version_after is not null
            then taken.snapshot -> 'config'
        end
    );
    if left_alone is not null or verdict ->> 'alert' is not null then
        perform engine.raise_healing_alert(
            plan, 'high', coalesce(verdict ->> 'alert', 'A change by healing was not taken back'),
            concat_ws('; ', verdict ->> 'why', left_alone)
        );
    end if;
    if verdict ->> 'status' = 'effective' then
        update public.alerts
        set status = 'resolved', resolved_at = clock_timestamp()
        where
            workspace_id = p_workspace_id
            and subject = 'heal:' || plan.pipeline_id
            and status <> 'resolved';
    end if;
    if verdict -> 'recommendation' is not null and verdict -> 'recommendation' <> 'null' then
        insert into public.recommendations (
            workspace_id, pipeline_id, kind, title, description, proposed_change, model_version, evidence
        )
        select
            p_workspace_id, plan.pipeline_id, given.kind, given.title, given.description, given.proposed_change,
            plan.model_version, jsonb_build_object('action_id', taken.id)
        from jsonb_to_record(verdict -> 'recommendation')
            as given (kind text, title text, description text, proposed_change jsonb);
    end if;
    perform engine.move_breaker(plan, verdict);
end
$$;

revoke execute on all functions in schema engine from public;
