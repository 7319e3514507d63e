-- A schedule that was set or changed is waited for at once, and not only after the next run.
--
-- The trigger only marks: it waits for nobody and wakes nobody. The sweep asks detect to look, within a minute.

-- Null: as long as engine.settings says for any wake-up.
alter table engine.task_engines alter column wake_up_timeout_milliseconds drop not null;
insert into engine.task_engines (engine, wake_up_timeout_milliseconds) values ('detect', null)
on conflict do nothing;

insert into engine.wake_ups (engine, workspace_id)
select 'detect', id
from public.workspaces
on conflict do nothing;

-- What a pipeline says about when it runs, and for how long.
create function engine.watched_settings(schedule_cron text, config jsonb)
    returns jsonb
    language sql
    immutable
    set search_path = ''
as $$
    select jsonb_build_array(
        schedule_cron,
        config -> 'timezone',
        case when jsonb_typeof(config -> 'detection') = 'object' then config -> 'detection' -> 'lateness' end
    )
$$;

create function engine.watch_new_pipelines()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    insert into engine.expectations (pipeline_id, workspace_id, stale_since)
    select id, workspace_id, clock_timestamp()
    from inserted
    where
        is_active
        and schedule_cron is not null
    order by id
    on conflict do nothing;
    return null;
end
$$;

create function engine.watch_changed_pipelines()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    changed uuid[] := array(
        select updated.id
        from updated
        join former using (id)
        where
            updated.is_active
            and (
                not former.is_active
                or engine.watched_settings(updated.schedule_cron, updated.config)
                    <> engine.watched_settings(former.schedule_cron, former.config)
            )
    );
begin
    -- Nobody waits for a pipeline that is switched off.
    delete from engine.expectations
    where pipeline_id in (
        select updated.id from updated join former using (id) where former.is_active and not updated.is_active
    );

    -- What was waited for by other settings is void.
    if changed <> '{}' then
        insert into engine.expectations (pipeline_id, workspace_id)
        select id, workspace_id
        from updated
        where id = any (changed)
        order by id
        on conflict do nothing;
        perform engine.void_expectations(changed);
    end if;

    -- Another timeout changes how long a run may go on, and nothing else.
    update engine.expectations
    set stale_since = clock_timestamp()
    where pipeline_id in (
        select updated.id
        from updated
        join former using (id)
        where
            (updated.timeout_seconds, updated.config -> 'timeout_seconds')
            is distinct from (former.timeout_seconds, former.config -> 'timeout_seconds')
    );
    return null;
end
$$;

create trigger _900_pipelines_watch_new
    after insert on public.pipelines
    referencing new table as inserted
    for each statement
    execute function engine.watch_new_pipelines();
create trigger _900_pipelines_watch_changed
    after update on public.pipelines
    referencing old table as former new table as updated
    for each statement
    execute function engine.watch_changed_pipelines();

insert into engine.expectations (pipeline_id, workspace_id, stale_since)
select id, workspace_id, clock_timestamp()
from public.pipelines
where
    is_active
    and schedule_cron is not null
on conflict do nothing;

revoke execute on all functions in schema engine from public;
