-- From a recorded execution to events and wake-ups, in the transaction of whoever recorded it.
-- Statement-level: one insert of events and one wake-up per engine and workspace, whatever the number of rows.

-- Wakes every engine that a phase wakes, once per workspace.
create function engine.wake_subscribers(phases text[], workspace_ids uuid[])
    returns void
    language sql
    set search_path = ''
as $$
    select engine.wake(wanted.engine, wanted.workspace_id)
    from (
        select distinct subscription.engine, workspace.id as workspace_id
        from engine.subscriptions as subscription, unnest(workspace_ids) as workspace (id)
        where
            subscription.phase = any (phases)
            and subscription.wakes
        -- One order for everybody, so that two statements over the same workspaces cannot wait for each other.
        order by 1, 2
    ) as wanted
$$;

-- A run starts when it is first recorded, so that a queued run is predicted before it takes off. It ends by its own
-- clock, but not before it started. (Written out and not called: a function with a search_path of its own is not inlined,
-- and these lines run for every row that anybody records.)
create function engine.emit_recorded_executions()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    insert into engine.events (engine, workspace_id, pipeline_id, execution_id, phase, occurred_at)
    select
        subscription.engine,
        inserted.workspace_id,
        inserted.pipeline_id,
        inserted.id,
        subscription.phase,
        case subscription.phase
            when 'started' then coalesce(inserted.started_at, least(inserted.created_at, inserted.completed_at))
            else coalesce(greatest(inserted.started_at, inserted.completed_at), now())
        end
    from inserted
    join engine.subscriptions as subscription
        on subscription.phase = 'started'
        or (subscription.phase = 'ended' and inserted.status in ('completed', 'failed', 'cancelled'))
    on conflict do nothing;

    perform engine.wake_subscribers(
        array(
            select 'started' from inserted
            union
            select 'ended' from inserted where inserted.status in ('completed', 'failed', 'cancelled')
        ),
        array(select distinct workspace_id from inserted)
    );
    return null;
end
$$;

create function engine.emit_ended_executions()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    workspace_ids uuid[];
begin
    with ended as (
        select updated.*
        from updated
        join former using (id)
        where
            updated.status in ('completed', 'failed', 'cancelled')
            and former.status not in ('completed', 'failed', 'cancelled')
    ),
    emitted as (
        insert into engine.events (engine, workspace_id, pipeline_id, execution_id, phase, occurred_at)
        select
            subscription.engine,
            ended.workspace_id,
            ended.pipeline_id,
            ended.id,
            'ended',
            -- A client's clock may lie behind the one that its start was recorded by.
            greatest(
                coalesce(greatest(ended.started_at, ended.completed_at), now()),
                (
                    select started.occurred_at
                    from engine.events as started
                    where
                        started.execution_id = ended.id
                        and started.engine = subscription.engine
                        and started.phase = 'started'
                )
            )
        from ended
        join engine.subscriptions as subscription on subscription.phase = 'ended'
        on conflict do nothing
    )
    select array_agg(distinct workspace_id) into workspace_ids from ended;

    perform engine.wake_subscribers(array['ended'], workspace_ids);
    return null;
end
$$;

-- A stage that was tried again ends again.
create function engine.emit_ended_stages()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    workspace_ids uuid[];
begin
    with ended as (
        select stage.*, execution.pipeline_id
        from written as stage
        join public.executions as execution on execution.id = stage.execution_id
        where stage.status in ('completed', 'failed')
    ),
    emitted as (
        insert into engine.events (engine, workspace_id, pipeline_id, execution_id, phase, occurred_at)
        select
            subscription.engine,
            ended.workspace_id,
            ended.pipeline_id,
            ended.execution_id,
            'stage:' || ended.stage_name || case when ended.attempt > 1 then '#' || ended.attempt else '' end,
            greatest(
                coalesce(greatest(ended.started_at, ended.completed_at), now()),
                (
                    select started.occurred_at
                    from engine.events as started
                    where
                        started.execution_id = ended.execution_id
                        and started.engine = subscription.engine
                        and started.phase = 'started'
                )
            )
        from ended
        join engine.subscriptions as subscription on subscription.phase = 'stage'
        on conflict do nothing
    )
    select array_agg(distinct workspace_id) into workspace_ids from ended;

    perform engine.wake_subscribers(array['stage'], workspace_ids);
    return null;
end
$$;

create trigger _900_executions_emit_recorded
    after insert on public.executions
    referencing new table as inserted
    for each statement
    execute function engine.emit_recorded_executions();
create trigger _900_executions_emit_ended
    after update on public.executions
    referencing old table as former new table as updated
    for each statement
    execute function engine.emit_ended_executions();
create trigger _900_execution_stages_emit_recorded
    after insert on public.execution_stages
    referencing new table as written
    for each statement
    execute function engine.emit_ended_stages();
create trigger _900_execution_stages_emit_ended
    after update on public.execution_stages
    referencing new table as written
    for each statement
    execute function engine.emit_ended_stages();

revoke execute on function
    engine.wake_subscribers(text[], uuid[]),
    engine.emit_recorded_executions(),
    engine.emit_ended_executions(),
    engine.emit_ended_stages()
from public;
