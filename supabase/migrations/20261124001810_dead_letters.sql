-- What was put aside can be sent round again.

-- Sends dead letters round again: those named, or all of the caller's workspaces. Admins only.
create function engine.redrive_dead_letters(least_role public.workspace_role, dead_letter_ids uuid[])
    returns integer
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    redriven integer;
begin
    with letters as (
        delete from engine.dead_letters
        where
            workspace_id = any (engine.workspace_ids(least_role))
            and (dead_letter_ids is null or id = any (dead_letter_ids))
        returning *
    ),
    again as (
        update engine.events as event
        set done_at = null, created_at = clock_timestamp()
        from letters
        where
            event.execution_id = letters.execution_id
            and event.engine = letters.engine
            and event.phase = letters.phase
        returning event.engine, event.workspace_id, event.pipeline_id
    ),
    settled as (
        update public.alerts
        set status = 'resolved', resolved_at = now(), resolved_by = engine.user_id()
        where
            status <> 'resolved'
            and (workspace_id, subject) in (
                select workspace_id, 'dead_letter:' || engine || ':' || pipeline_id from letters
            )
    ),
    woken as (
        select engine.wake(engine, workspace_id)
        from (select distinct engine, workspace_id from again order by 1, 2) as wanted
    )
    select count(*) into redriven from again, (select count(*) from woken) as sent;
    return redriven;
end
$$;

create function public.redrive_dead_letters(dead_letter_ids uuid[] default null)
    returns integer
    language sql
    volatile
    set search_path = ''
as $$
    select engine.redrive_dead_letters('admin', dead_letter_ids)
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.redrive_dead_letters(uuid[]) from public, anon;
grant execute on function
    engine.redrive_dead_letters(public.workspace_role, uuid[]),
    public.redrive_dead_letters(uuid[])
to authenticated;
