-- Orders to orchestrators outside: taken for a while, given, and answered.

alter table public.healing_actions
    -- Until then whoever took the order is at it, or it is not to be given yet.
    add column ordered_until timestamptz,
    add column orders integer not null default 0;
create index healing_actions_ordered_idx on public.healing_actions (workspace_id, ordered_until) where status = 'acting';

-- Takes the orders that are to be given now. An order is taken for a minute: whoever is killed with it leaves it to the
-- next, who gives it under the same id.
create function engine.healing_orders()
    returns jsonb
    language plpgsql
    volatile
    security definer
    set search_path = ''
as $$
declare
    answer jsonb;
begin
    perform engine.require_heal();
    with due as (
        select taken.id
        from public.healing_actions as taken
        where
            taken.workspace_id = engine.token_workspace_id()
            and taken.status = 'acting'
            and taken.ordered_until < clock_timestamp()
            and not (engine.policy_in_force(taken.workspace_id, taken.pipeline_id)).kill_switch
        order by taken.created_at
        limit 20
        for update skip locked
    ),
    ordered as (
        update public.healing_actions as taken
        set ordered_until = clock_timestamp() + interval '1 minute', orders = taken.orders + 1
        from due
        where taken.id = due.id
        returning taken.*
    )
    select coalesce(
        jsonb_agg(
            (ordered.request -> 'actuator') || jsonb_build_object(
                'action_id', ordered.id,
                'workspace_id', ordered.workspace_id,
                'action', ordered.action,
                'stages', nullif(ordered.request -> 'stages', 'null'),
                'run', case when octet_length(failed.metadata::text) <= 65536 then failed.metadata else '{}' end
                    || jsonb_build_object('execution_id', failed.id, 'pipeline_id', failed.pipeline_id)
            )
        ),
        '[]'
    )
    into answer
    from ordered
    join public.healing_plans as plan on plan.id = ordered.plan_id
    join public.executions as failed on failed.id = plan.execution_id;
    return answer;
end
$$;

-- What became of an order: carried out ({answer}), refused ({error}), or nobody knows ({error, is_passing}).
create function engine.record_healing_answer(p_action_id uuid, outcome jsonb)
    returns void
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    taken public.healing_actions;
    plan public.healing_plans;
    is_passing boolean := coalesce((outcome ->> 'is_passing')::boolean, false);
begin
    perform engine.require_heal();
    select * into taken
    from public.healing_actions
    where
        id = p_action_id
        and workspace_id = engine.token_workspace_id()
        and status = 'acting'
    for update;
    if not found then
        return;
    end if;
    select * into plan from public.healing_plans where id = taken.plan_id;
    perform engine.audit_plan(
        plan, case when outcome ->> 'error' is null then 'answered' when is_passing then 'no_answer' else 'refused' end,
        coalesce(taken.request #>> '{actuator,kind}', 'actuator'), outcome ->> 'error', taken.id,
        p_request => taken.request, p_answer => outcome -> 'answer'
    );
    if outcome ->> 'error' is null then
        update public.healing_actions
        set status = 'acted', answer = outcome -> 'answer', ordered_until = null
        where id = taken.id;
    elsif is_passing and taken.orders < engine.setting('max_attempts')::integer then
        update public.healing_actions
        set ordered_until = clock_timestamp() + engine.backoff(taken.orders)
        where id = taken.id;
    else
        perform engine.store_verdict(
            taken.workspace_id,
            jsonb_build_object(
                'action_id', taken.id, 'status', 'undone', 'restore', true, 'why', outcome ->> 'error',
                'alert', 'A healing action could not be carried out'
            )
        );
    end if;
end
$$;

create function public.healing_orders()
    returns jsonb
    language sql
    volatile
    set search_path = ''
as $$
    select engine.healing_orders()
$$;

create function public.record_healing_answer(action_id uuid, outcome jsonb)
    returns void
    language sql
    volatile
    set search_path = ''
as $$
    select engine.record_healing_answer(action_id, engine.unwrap(outcome))
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.healing_orders(), public.record_healing_answer(uuid, jsonb)
from public, anon, authenticated;
grant execute on function
    engine.healing_orders(),
    engine.record_healing_answer(uuid, jsonb),
    public.healing_orders(),
    public.record_healing_answer(uuid, jsonb)
to ai_engine;
