-- How far the engines are.

-- Depth, age and dead letters of every engine's queue over the given workspaces; null: over all.
create function engine.queue_depths(workspace_ids uuid[])
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select jsonb_build_object('engines', coalesce(jsonb_agg(depth order by depth ->> 'engine'), '[]'))
    from (
        select jsonb_build_object(
            'engine', engine.name,
            'waiting', count(event.id),
            'leased', count(event.id) filter (where queue.leased_until > clock_timestamp()),
            'oldest_waiting_seconds', extract(epoch from clock_timestamp() - min(event.created_at)),
            'dead_letters', (
                select count(*)
                from engine.dead_letters as letter
                where
                    letter.engine = engine.name
                    and (workspace_ids is null or letter.workspace_id = any (workspace_ids))
            )
        ) as depth
        from (select distinct engine as name from engine.subscriptions) as engine
        left join engine.events as event
            on event.engine = engine.name
            and event.done_at is null
            and (workspace_ids is null or event.workspace_id = any (workspace_ids))
        left join engine.queues as queue
            on queue.engine = event.engine
            and queue.pipeline_id = event.pipeline_id
        group by engine.name
    ) as depths
$$;

create function engine.my_queue_depths()
    returns jsonb
    language sql
    stable
    security definer
    set search_path = ''
as $$
    select engine.queue_depths(engine.workspace_ids())
$$;

create function public.queue_status()
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select engine.my_queue_depths()
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.queue_status() from public, anon;
grant execute on function
    engine.my_queue_depths(),
    public.queue_status()
to authenticated;
