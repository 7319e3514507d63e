-- Wake-ups: a signed POST that says which engine and which workspace, and nothing else.
--
-- pg_net is a signal, not a delivery channel: its queue is unlogged, and a worker that crashes loses what it held.
-- What must not be lost is in engine.events; the sweep wakes again for whatever nobody came for.

-- Secrets of installations without Supabase Vault. Nobody but the owner may read it.
create table engine.secrets (
    name text primary key,
    secret text not null
);

do $$
begin
    if exists (select from pg_catalog.pg_available_extensions where name = 'pg_net') then
        create extension if not exists pg_net;
    end if;
end
$$;

-- RFC 2104 with SHA-256, from the built-in sha256(bytea): pgcrypto may be missing.
create function engine.hmac_sha256(key bytea, message bytea)
    returns bytea
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    block bytea := case when octet_length(key) > 64 then sha256(key) else key end;
    inner_pad bytea;
    outer_pad bytea;
begin
    block := block || decode(repeat('00', 64 - octet_length(block)), 'hex');
    inner_pad := block;
    outer_pad := block;
    for position in 0..63 loop
        inner_pad := set_byte(inner_pad, position, get_byte(block, position) # 54);
        outer_pad := set_byte(outer_pad, position, get_byte(block, position) # 92);
    end loop;
    return sha256(outer_pad || sha256(inner_pad || message));
end
$$;

create function engine.webhook_secret()
    returns text
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    found_secret text;
begin
    if to_regclass('vault.decrypted_secrets') is not null then
        execute 'select decrypted_secret from vault.decrypted_secrets where name = $1'
        into found_secret
        using 'flexiroaster_webhook_secret';
    end if;
    return coalesce(
        found_secret,
        (select secret from engine.secrets where name = 'flexiroaster_webhook_secret')
    );
end
$$;

-- Said once by whoever installs: where the functions are and what wake-ups are signed with (whsec_<base64>).
-- The secret goes to Supabase Vault where there is one.
create function engine.configure(functions_url text, webhook_secret text)
    returns void
    language plpgsql
    set search_path = ''
as $$
begin
    if webhook_secret !~ '^whsec_[A-Za-z0-9+/]{32,}={0,2}$' then
        raise exception 'the webhook secret must be whsec_ followed by at least 24 random bytes in base64';
    end if;
    update engine.settings set value = rtrim(functions_url, '/') where name = 'functions_url';
    if to_regclass('vault.decrypted_secrets') is not null then
        execute 'delete from vault.secrets where name = $1' using 'flexiroaster_webhook_secret';
        execute 'select vault.create_secret($1, $2, $3)'
        using webhook_secret, 'flexiroaster_webhook_secret', 'signs the wake-ups of FlexiRoaster';
    else
        insert into engine.secrets (name, secret)
        values ('flexiroaster_webhook_secret', webhook_secret)
        on conflict (name) do update set secret = excluded.secret;
    end if;
end
$$;

-- Standard Webhooks (standardwebhooks.com): base64 of the HMAC of "id.timestamp.body".
create function engine.send_wake_up(p_engine text, p_workspace_id uuid)
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
        timeout_milliseconds => engine.setting('wake_up_timeout_milliseconds')::integer
    );
exception
    when others then
        -- A user's insert must not fail because nobody could be woken: the sweep will.
        raise warning 'no wake-up was sent to %: %', p_engine, sqlerrm;
end
$$;

-- The lock that tells a writer in flight from an engine about to sleep. Writers share it; see engine.fall_asleep.
create function engine.wake_lock(p_engine text, p_workspace_id uuid)
    returns bigint
    language sql
    immutable
    set search_path = ''
as $$
    select hashtextextended(p_engine || ':' || p_workspace_id, 20261124)
$$;

-- Sets how long an engine counts as awake; an engine that answered is swept for without delay again. Never waits: a
-- writer in flight may hold the row until it ends, and then it sends a wake-up of its own.
create function engine.mark_awake(p_engine text, p_workspace_id uuid, until timestamptz, answered boolean)
    returns void
    language sql
    set search_path = ''
as $$
    update engine.wake_ups
    set
        awake_until = until,
        unanswered = case when answered then 0 else unanswered end,
        sweep_at = case when answered then '-infinity' else sweep_at end
    where ctid = (
        select ctid
        from engine.wake_ups
        where
            engine = p_engine
            and workspace_id = p_workspace_id
        for update skip locked
    )
$$;

-- Wakes an engine unless it is awake. Called after the events were written, in the same transaction.
-- Never waits for another writer: of two that find it asleep at once, both may send.
create function engine.wake(p_engine text, p_workspace_id uuid)
    returns void
    language plpgsql
    set search_path = ''
as $$
begin
    perform pg_advisory_xact_lock_shared(engine.wake_lock(p_engine, p_workspace_id));
    perform
    from engine.wake_ups
    where
        engine = p_engine
        and workspace_id = p_workspace_id
        and awake_until > clock_timestamp();
    if found then
        return;
    end if;
    perform engine.mark_awake(p_engine, p_workspace_id, clock_timestamp() + interval '10 seconds', false);
    perform engine.send_wake_up(p_engine, p_workspace_id);
end
$$;

-- An engine that found nothing asks to sleep. False: a writer is in flight that may have been told it is awake, so
-- look again soon. True: no writer is; one that comes now finds it asleep and wakes it. Either way later writers wake it.
create function engine.fall_asleep(p_engine text, p_workspace_id uuid)
    returns boolean
    language plpgsql
    set search_path = ''
as $$
declare
    undisturbed boolean := pg_try_advisory_xact_lock(engine.wake_lock(p_engine, p_workspace_id));
begin
    perform engine.mark_awake(p_engine, p_workspace_id, '-infinity', true);
    return undisturbed;
end
$$;

revoke execute on function
    engine.hmac_sha256(bytea, bytea),
    engine.webhook_secret(),
    engine.configure(text, text),
    engine.send_wake_up(text, uuid),
    engine.wake_lock(text, uuid),
    engine.mark_awake(text, uuid, timestamptz, boolean),
    engine.wake(text, uuid),
    engine.fall_asleep(text, uuid)
from public;
