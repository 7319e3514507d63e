-- The sweep and the wake-ups know tasks too.

-- Whether a workspace has a task for an engine that is free to be claimed and has been lying for a while.
create function engine.has_neglected_task(p_engine text, p_workspace_id uuid)
    returns boolean
    language sql
    volatile
    set search_path = ''
as $$
    select exists (
        select
        from engine.tasks
        where
            engine = p_engine
            and workspace_id = p_workspace_id
            and requested_at
                < clock_timestamp() - make_interval(secs => engine.setting('sweep_after_seconds')::double precision)
            and (leased_until is null or leased_until < clock_timestamp())
            and available_at <= clock_timestamp()
    )
$$;

create or replace function engine.sweep()
    returns integer
    language plpgsql
    set search_path = ''
as $$
declare
    neglected record;
    sent integer := 0;
begin
    for neglected in
        select wake_up.engine, wake_up.workspace_id
        from engine.wake_ups as wake_up
        join (
            select engine, workspace_id from engine.waiting_workspaces()
            union
            select engine, workspace_id from engine.tasks where requested_at is not null
        ) as waiting using (engine, workspace_id)
        where
            wake_up.sweep_at <= clock_timestamp()
            and (
                engine.has_neglected_task(wake_up.engine, wake_up.workspace_id)
                or engine.is_neglected(wake_up.engine, wake_up.workspace_id)
            )
        for update of wake_up skip locked
    loop
        update engine.wake_ups
        set
            awake_until = clock_timestamp() + interval '10 seconds',
            unanswered = unanswered + 1,
            sweep_at = clock_timestamp() + engine.backoff(unanswered + 1)
        where
            engine = neglected.engine
            and workspace_id = neglected.workspace_id;
        perform engine.send_wake_up(neglected.engine, neglected.workspace_id);
        sent := sent + 1;
    end loop;
    return sent;
end
$$;

-- Standard Webhooks (standardwebhooks.com): base64 of the HMAC of "id.timestamp.body".
create or replace function engine.send_wake_up(p_engine text, p_workspace_id uuid)
    returns void
    language plpgsql
    set search_path = ''
as $$
declare
    url text := engine.setting('functions_url');
    secret text := engine.webhook_secret();
    webhook_id text := 'wake_' || gen_random_uuid();
    sent_at text := floor(extract(epoch from clock_timestamp()))::bigint::text;
    body jsonb := jsonb_build_object('type', 'wake_up', 'engine', p_engine, 'workspace_id', p_workspace_id);
    signature text;
begin
    if url = '' or secret is null then
        return;
    end if;
    signature := encode(
        engine.hmac_sha256(
            decode(substr(secret, 7), 'base64'),
            convert_to(webhook_id || '.' || sent_at || '.' || body::text, 'UTF8')
        ),
        'base64'
    );
    perform net.http_post(
        url => url || '/' || p_engine,
        body => body,
        params => '{}'::jsonb,
        headers => jsonb_build_object(
            'content-type', 'application/json',
            'webhook-id', webhook_id,
            'webhook-timestamp', sent_at,
            'webhook-signature', 'v1,' || signature
        ),
        timeout_milliseconds => coalesce(
            (
                select task_engine.wake_up_timeout_milliseconds
                from engine.task_engines as task_engine
                where task_engine.engine = p_engine
            ),
            engine.setting('wake_up_timeout_milliseconds')::integer
        )
    );
exception
    when others then
        -- A user's insert must not fail because nobody could be woken: the sweep will.
        raise warning 'no wake-up was sent to %: %', p_engine, sqlerrm;
end
$$;

revoke execute on all functions in schema engine from public;
