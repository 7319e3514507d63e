-- The steps by which models go up, leave their rung and are rolled back.

-- Production goes back to the version before, or to none: then engines do without a model. There is no way back from
-- there: going back twice does not bring the bad one again. Null when the pointer is of another generation, or pinned
-- and nobody in person (p_by null) asks.
create function engine.go_back(
    p_workspace_id uuid, p_kind text, p_generation bigint, p_reason text, p_evidence jsonb, p_by uuid
)
    returns bigint
    language plpgsql
    set search_path = ''
as $$
declare
    new_generation bigint := engine.move_model(
        p_workspace_id, p_kind, 'production',
        (
            select previous_version_id
            from public.model_deployments
            where
                workspace_id = p_workspace_id
                and kind = p_kind
                and rung = 'production'
                and generation = p_generation
        ),
        p_generation, p_reason, p_evidence, p_by
    );
begin
    update public.model_deployments
    set previous_version_id = null
    where
        workspace_id = p_workspace_id
        and kind = p_kind
        and rung = 'production'
        and generation = new_generation;
    return new_generation;
end
$$;

create or replace function engine.roll_back_model(p_workspace_id uuid, p_kind text)
    returns bigint
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    perform engine.require_admin(p_workspace_id);
    return engine.go_back(
        p_workspace_id, p_kind, engine.generation_of(p_workspace_id, p_kind, 'production'),
        'rolled back by a person', '{}', engine.user_id()
    );
end
$$;

-- A challenger that passed goes one rung up and leaves its own; both or neither. Null where either pointer is of another
-- generation than expected.
create function engine.advance(p_workspace_id uuid, step jsonb)
    returns bigint
    language plpgsql
    set search_path = ''
as $$
declare
    own_rung text := step ->> 'rung';
    next_rung text := case own_rung when 'shadow' then 'canary' when 'canary' then 'production' end;
    new_generation bigint := engine.move_model(
        p_workspace_id, step ->> 'kind', next_rung, (step ->> 'model_version_id')::uuid,
        (step ->> 'next_generation')::bigint, step ->> 'reason', step -> 'evidence', null
    );
begin
    if new_generation is null then
        return null;
    end if;
    if engine.move_model(
        p_workspace_id, step ->> 'kind', own_rung, null,
        (step ->> 'generation')::bigint, 'it went on to ' || next_rung, '{}', null
    ) is null then
        raise serialization_failure using message = 'somebody else moved the challenger at this moment';
    end if;
    update public.model_deployments
    set canary_percent = engine.setting('canary_percent')::double precision
    where
        workspace_id = p_workspace_id
        and kind = step ->> 'kind'
        and rung = 'canary'
        and generation = new_generation
        and next_rung = 'canary';
    return new_generation;
end
$$;

-- One step of {action (advance, withdraw or roll_back), kind, rung, model_version_id, generation, next_generation,
-- reason, evidence}; the new generation, or null when somebody else was first.
create function engine.take_step(p_workspace_id uuid, step jsonb)
    returns bigint
    language plpgsql
    set search_path = ''
as $$
begin
    case step ->> 'action'
        when 'advance' then
            return engine.advance(p_workspace_id, step);
        when 'withdraw' then
            return engine.move_model(
                p_workspace_id, step ->> 'kind', step ->> 'rung', null, (step ->> 'generation')::bigint,
                step ->> 'reason', step -> 'evidence', null
            );
        when 'roll_back' then
            return engine.go_back(
                p_workspace_id, step ->> 'kind', (step ->> 'generation')::bigint,
                step ->> 'reason', step -> 'evidence', null
            );
    end case;
exception
    when serialization_failure then
        return null;
end
$$;

revoke execute on all functions in schema engine from public;
