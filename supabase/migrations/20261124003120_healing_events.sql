-- What wakes `heal`: a root cause, a stuck run, and the end of a run that it queued (an approval: see the next file).

select engine.add_follower('heal', 'root_causes');

-- By the database's clock: what `heal` is told comes in the order in which it became known.
create function engine.emit_to_heal(p_workspace_id uuid, p_pipeline_id uuid, p_execution_id uuid, p_phase text)
    returns boolean
    language plpgsql
    set search_path = ''
as $$
begin
    insert into engine.events (engine, workspace_id, pipeline_id, execution_id, phase, occurred_at)
    values ('heal', p_workspace_id, p_pipeline_id, p_execution_id, p_phase, clock_timestamp())
    on conflict do nothing;
    if not found then
        return false;
    end if;
    perform engine.wake('heal', p_workspace_id);
    return true;
end
$$;

create function engine.emit_caused_executions()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    perform engine.emit_to_heal(stored.workspace_id, stored.pipeline_id, stored.execution_id, 'cause')
    from stored
    join public.executions as execution
        on execution.id = stored.execution_id
        and execution.workspace_id = stored.workspace_id
        and execution.status = 'failed'
        -- What ended more than a day ago is a history that is replayed: nobody waits for it.
        and coalesce(execution.completed_at, execution.created_at) > clock_timestamp() - interval '1 day'
    where stored.rank = 1
    order by stored.workspace_id;
    return null;
end
$$;

create trigger _900_root_causes_emit
    after insert on public.root_causes
    referencing new table as stored
    for each statement
    execute function engine.emit_caused_executions();

create function engine.emit_stuck_executions()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    perform engine.emit_to_heal(stored.workspace_id, stored.pipeline_id, stored.execution_id, 'stuck')
    from stored
    join public.executions as execution
        on execution.id = stored.execution_id
        and execution.workspace_id = stored.workspace_id
        -- One that waits to be run has no worker that could hang.
        and execution.status = 'running'
    where stored.phase = 'stuck'
    order by stored.workspace_id;
    return null;
end
$$;

create trigger _910_detections_emit_stuck
    after insert on public.detections
    referencing new table as stored
    for each statement
    execute function engine.emit_stuck_executions();

create function engine.emit_healed_executions()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    -- Nearly always nothing waits to be verified, and recording runs must not pay for it.
    if not exists (select from public.healing_actions where status in ('acting', 'acted')) then
        return null;
    end if;
    -- Of an orchestrator outside, the run that an action led to is the one that names it, or the next one that ends.
    update public.healing_actions as taken
    set healing_execution_id = updated.id
    from updated
    where
        taken.pipeline_id = updated.pipeline_id
        and taken.workspace_id = updated.workspace_id
        and taken.status in ('acting', 'acted')
        and taken.healing_execution_id is null
        and taken.request ? 'actuator'
        and updated.status in ('completed', 'failed', 'cancelled')
        and coalesce(
            updated.metadata ->> 'healing_action_id' = taken.id::text,
            updated.created_at > taken.created_at
        );
    perform engine.emit_to_heal(healed.workspace_id, healed.pipeline_id, healed.id, 'outcome')
    from (
        select updated.id, updated.workspace_id, updated.pipeline_id
        from updated
        join public.healing_actions as action
            on action.healing_execution_id = updated.id
            and action.workspace_id = updated.workspace_id
            and action.status in ('acting', 'acted')
        where
            updated.status in ('completed', 'failed', 'cancelled')
        order by updated.workspace_id, updated.id
    ) as healed;
    return null;
end
$$;

create trigger _910_executions_emit_recorded_healed
    after insert on public.executions
    referencing new table as updated
    for each statement
    execute function engine.emit_healed_executions();
create trigger _910_executions_emit_healed
    after update on public.executions
    referencing new table as updated
    for each statement
    execute function engine.emit_healed_executions();

revoke execute on all functions in schema engine from public;
