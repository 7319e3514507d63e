-- From a claimed task to its end: done, failed and tried again, or given up with an alert.

create function engine.give_up_task(given_up engine.tasks, p_error text)
    returns void
    language sql
    set search_path = ''
as $$
    update engine.tasks
    set
        -- What was asked for meanwhile may find the cause mended.
        requested_at = case when requests > claimed_requests then clock_timestamp() end,
        lease = null,
        leased_until = null,
        attempts = 0,
        last_error = left(p_error, 2000)
    where
        engine = given_up.engine
        and workspace_id = given_up.workspace_id
        and kind = given_up.kind;

    insert into public.alerts (workspace_id, severity, title, message, subject, model_version, evidence)
    values (
        given_up.workspace_id,
        'high',
        format('%s gave up on %s', given_up.engine, given_up.kind),
        format(
            '%s could not do its task %s after %s attempts: %s. Mend the cause, then ask for it again.',
            given_up.engine, given_up.kind, given_up.attempts, left(p_error, 500)
        ),
        'task:' || given_up.engine || ':' || given_up.kind,
        'rule:task_given_up',
        jsonb_build_object('engine', given_up.engine, 'kind', given_up.kind, 'attempts', given_up.attempts)
    )
    on conflict (workspace_id, subject) where status <> 'resolved' do nothing;
$$;

-- Takes a lease on the task that has waited longest of those that nobody holds and that are not backing off.
create function engine.lease_task(p_engine text, p_workspace_id uuid)
    returns jsonb
    language plpgsql
    set search_path = ''
as $$
declare
    free engine.tasks;
begin
    loop
        select * into free
        from engine.tasks
        where
            engine = p_engine
            and workspace_id = p_workspace_id
            and requested_at is not null
            and (leased_until is null or leased_until < clock_timestamp())
            and available_at <= clock_timestamp()
        order by requested_at, kind
        limit 1
        for update skip locked;
        if not found then
            return null;
        end if;
        exit when free.attempts < engine.setting('max_attempts')::integer;
        -- Claimants that were killed never say that they failed: the attempts say it for them.
        perform engine.give_up_task(free, coalesce(free.last_error, 'every claimant stopped without an answer'));
    end loop;
    update engine.tasks
    set
        lease = gen_random_uuid(),
        leased_until = clock_timestamp()
            + make_interval(secs => engine.setting('task_lease_seconds')::double precision),
        attempts = attempts + 1,
        claimed_requests = requests
    where
        engine = p_engine
        and workspace_id = p_workspace_id
        and kind = free.kind
    returning * into free;
    return jsonb_build_object(
        'lease', free.lease,
        'workspace_id', free.workspace_id,
        'kind', free.kind,
        'reason', free.reason,
        'requested_at', free.requested_at,
        'attempt', free.attempts,
        'claimed_at', clock_timestamp()
    );
end
$$;

-- Null: there is nothing to do, and the engine counts as asleep.
create function engine.claim_task()
    returns jsonb
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    this_engine text := engine.token_engine();
    this_workspace uuid := engine.token_workspace_id();
    claimed jsonb;
begin
    perform engine.require_engine();
    claimed := engine.lease_task(this_engine, this_workspace);
    if claimed is not null then
        perform engine.mark_awake(this_engine, this_workspace, clock_timestamp() + interval '10 seconds', true);
        return claimed;
    end if;
    perform engine.fall_asleep(this_engine, this_workspace);
    -- A request may have come between the look and the sleep; for one that is still in flight the sweep wakes.
    return engine.lease_task(this_engine, this_workspace);
end
$$;

revoke execute on all functions in schema engine from public;
grant execute on function engine.claim_task() to ai_engine;

create function public.claim_task()
    returns jsonb
    language sql
    volatile
    set search_path = ''
as $$
    select engine.claim_task()
$$;

revoke execute on function public.claim_task() from public, anon, authenticated;
grant execute on function public.claim_task() to ai_engine;
