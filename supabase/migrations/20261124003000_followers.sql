-- Followers: engines that take up what another engine decided.

-- An engine's events are written when a row of the table is stored that it follows.
create table engine.followers (
    engine text primary key,
    follows text not null
);

-- The engines that take events, and all that are ever woken: whoever is named in these tables has queues and wake-ups.
create view engine.event_engines as
select subscription.engine from engine.subscriptions as subscription
union
select follower.engine from engine.followers as follower;

create view engine.woken_engines as
select event_engine.engine from engine.event_engines as event_engine
union
select task_engine.engine from engine.task_engines as task_engine;

create or replace function engine.make_wake_ups()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    insert into engine.wake_ups (engine, workspace_id)
    select woken.engine, new.id
    from engine.woken_engines as woken
    on conflict do nothing;
    return null;
end
$$;

create or replace function engine.make_queues()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    insert into engine.queues (engine, pipeline_id, workspace_id)
    select event_engine.engine, inserted.id, inserted.workspace_id
    from inserted, engine.event_engines as event_engine
    on conflict do nothing;
    return null;
end
$$;

-- From now on the engine follows a table; what there is already gets its queues and wake-ups.
create function engine.add_follower(p_engine text, p_follows text)
    returns void
    language sql
    volatile
    set search_path = ''
as $$
    insert into engine.followers (engine, follows) values (p_engine, p_follows);
    insert into engine.wake_ups (engine, workspace_id)
    select p_engine, id from public.workspaces
    on conflict do nothing;
    insert into engine.queues (engine, pipeline_id, workspace_id)
    select p_engine, id, workspace_id from public.pipelines
    on conflict do nothing;
$$;

select engine.add_follower('rca', 'detections');

-- A run that failed or was strange is to be explained, once `detect` has said its word.
create function engine.emit_detected_executions()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    workspace_ids uuid[];
begin
    with emitted as (
        insert into engine.events (engine, workspace_id, pipeline_id, execution_id, phase, occurred_at)
        select
            follower.engine, execution.workspace_id, execution.pipeline_id, execution.id, 'ended',
            coalesce(greatest(execution.started_at, execution.completed_at), now())
        from stored
        join public.executions as execution
            on execution.id = stored.execution_id
            and execution.workspace_id = stored.workspace_id
        join engine.followers as follower on follower.follows = 'detections'
        where
            stored.phase = 'ended'
            and (execution.status = 'failed' or stored.is_anomaly)
        on conflict do nothing
        returning workspace_id
    )
    select array_agg(distinct workspace_id) into workspace_ids from emitted;

    perform engine.wake(follower.engine, workspace.id)
    from engine.followers as follower, unnest(workspace_ids) as workspace (id)
    where follower.follows = 'detections'
    order by follower.engine, workspace.id;
    return null;
end
$$;

create trigger _900_detections_emit
    after insert on public.detections
    referencing new table as stored
    for each statement
    execute function engine.emit_detected_executions();

revoke execute on all functions in schema engine from public;
revoke all on engine.event_engines, engine.woken_engines from public, anon, authenticated, ai_engine;
