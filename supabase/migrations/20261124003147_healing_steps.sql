-- Steps: what they may be and change.

-- A configuration with the changes of a step: [{path, before, after}]. Only what engines may change is changed.
create function engine.changed_config(config jsonb, changes jsonb)
    returns jsonb
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    change record;
    changed jsonb := config;
begin
    for change in
        select array(select jsonb_array_elements_text(item -> 'path')) as path, item -> 'before' as before,
            item -> 'after' as after
        from jsonb_array_elements(changes) as item
    loop
        if not (
            cardinality(change.path) = 1
            and change.path[1] in ('timeout_seconds', 'memory_mb', 'cpu', 'workers', 'parallelism')
            and jsonb_typeof(change.after) = 'number'
            or cardinality(change.path) = 3
            and change.path[1] = 'services'
            and change.path[3] = 'active'
            and changed #> array['services', change.path[2], 'choices'] @> jsonb_build_array(change.after)
        ) then
            raise invalid_parameter_value using
                message = format('healing may not set %s to %s', array_to_string(change.path, '.'), change.after);
        end if;
        if changed #> change.path is distinct from change.before then
            raise invalid_parameter_value using
                message = format('%s is not %s any more', array_to_string(change.path, '.'), change.before);
        end if;
        changed := jsonb_set(changed, change.path, change.after, false);
    end loop;
    return changed;
end
$$;

-- Whether a step is what its action may be: an engine that errs must not pass a rollback off as a retry.
create function engine.is_sound(plan public.healing_plans, step jsonb)
    returns boolean
    language sql
    stable
    set search_path = ''
as $$
    select coalesce(
        case step ->> 'action'
            when 'retry_stage' then tier = 1 and changes = '[]' and rollback_to is null
            when 'restart_worker' then tier = 1 and changes = '[]' and rollback_to is null
            when 'rollback_config' then
                tier = 3 and changes = '[]' and rollback_to = engine.last_known_good(plan.pipeline_id) ->> 'version'
            else tier = 2 and jsonb_array_length(changes) = 1 and rollback_to is null
        end,
        -- No version is known to be good, or something is missing.
        false
    )
    from (
        select (step ->> 'risk_tier')::integer, coalesce(step -> 'changes', '[]'), step ->> 'rollback_to'
    ) as claimed (tier, changes, rollback_to)
$$;

-- The first stage that would run twice and is not known to be safe to; null: there is none.
create function engine.unsafe_stage(plan public.healing_plans, step jsonb)
    returns text
    language sql
    stable
    set search_path = ''
as $$
    select stage.name
    from public.pipeline_stages as stage
    join public.execution_stages as ran
        on ran.execution_id = plan.execution_id
        and ran.workspace_id = plan.workspace_id
        and ran.stage_name = stage.name
        and ran.status not in ('pending', 'skipped')
    where
        stage.pipeline_id = plan.pipeline_id
        and stage.idempotency = 'unsafe'
        and (jsonb_typeof(step -> 'stages') is distinct from 'array' or step -> 'stages' ? stage.name)
    limit 1
$$;

-- Sets a pipeline's configuration; answers its version then.
create function engine.set_config_of(p_pipeline_id uuid, p_config jsonb)
    returns integer
    language sql
    set search_path = ''
as $$
    update public.pipelines set config = p_config where id = p_pipeline_id returning version
$$;

revoke execute on all functions in schema engine from public;
