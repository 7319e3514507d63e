-- What became of a claimed task. False: the lease was lost, somebody else has the task.

create function engine.finish_task(p_lease uuid, p_result jsonb)
    returns boolean
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    finished engine.tasks;
begin
    perform engine.require_engine();
    update engine.tasks
    set
        requested_at = case when requests > claimed_requests then clock_timestamp() end,
        lease = null,
        leased_until = null,
        attempts = 0,
        available_at = '-infinity',
        last_error = null,
        finished_at = clock_timestamp(),
        result = p_result
    where
        lease = p_lease
        and engine = engine.token_engine()
        and workspace_id = engine.token_workspace_id()
    returning * into finished;
    if not found then
        return false;
    end if;
    update public.alerts
    set status = 'resolved', resolved_at = now()
    where
        workspace_id = finished.workspace_id
        and subject = 'task:' || finished.engine || ':' || finished.kind
        and status <> 'resolved';
    if finished.requested_at is not null then
        perform engine.wake(finished.engine, finished.workspace_id);
    end if;
    return true;
end
$$;

create function engine.fail_task(p_lease uuid, p_error text)
    returns boolean
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    failed engine.tasks;
    error_message text := coalesce(p_error, 'no reason was given');
begin
    perform engine.require_engine();
    update engine.tasks
    set
        lease = null,
        leased_until = null,
        available_at = clock_timestamp() + engine.backoff(attempts),
        last_error = left(error_message, 2000)
    where
        lease = p_lease
        and engine = engine.token_engine()
        and workspace_id = engine.token_workspace_id()
    returning * into failed;
    if not found then
        return false;
    end if;
    if failed.attempts >= engine.setting('max_attempts')::integer then
        perform engine.give_up_task(failed, error_message);
    end if;
    return true;
end
$$;

create function public.finish_task(lease uuid, result jsonb default null)
    returns boolean
    language sql
    volatile
    set search_path = ''
as $$
    select engine.finish_task(lease, engine.unwrap(result))
$$;

create function public.fail_task(lease uuid, error text)
    returns boolean
    language sql
    volatile
    set search_path = ''
as $$
    select engine.fail_task(lease, error)
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.finish_task(uuid, jsonb), public.fail_task(uuid, text)
from public, anon, authenticated;
grant execute on function
    engine.finish_task(uuid, jsonb),
    engine.fail_task(uuid, text),
    public.finish_task(uuid, jsonb),
    public.fail_task(uuid, text)
to ai_engine;
