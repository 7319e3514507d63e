-- The role that engines act under, and the private schema that they never see the tables of.
--
-- A token of role ai_engine names one workspace and one engine. Policies compare rows with the token; nothing else
-- about the caller is believed.

do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'ai_engine') then
        create role ai_engine nologin noinherit;
    end if;
    -- PostgREST switches to the token's role as authenticator; the embedded Data API switches as the owner.
    if exists (select from pg_catalog.pg_roles where rolname = 'authenticator') then
        grant ai_engine to authenticator;
    end if;
end
$$;

create schema if not exists engine;
revoke all on schema engine from public;
grant usage on schema engine to authenticated, ai_engine, service_role;
grant usage on schema public to ai_engine;

-- What the verified token says. Claims arrive in this setting from PostgREST and from the embedded Data API alike.
create function engine.token_claims()
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb
$$;

create function engine.user_id()
    returns uuid
    language sql
    stable
    set search_path = ''
as $$
    select nullif(engine.token_claims() ->> 'sub', '')::uuid
$$;

create function engine.token_workspace_id()
    returns uuid
    language sql
    stable
    set search_path = ''
as $$
    select
        case
            when engine.token_claims() ->> 'role' = 'ai_engine'
            then nullif(engine.token_claims() ->> 'workspace_id', '')::uuid
        end
$$;

create function engine.token_engine()
    returns text
    language sql
    stable
    set search_path = ''
as $$
    select
        case
            when engine.token_claims() ->> 'role' = 'ai_engine'
            then engine.token_claims() ->> 'engine'
        end
$$;

-- Some gateways hand a JSON argument on as a JSON string that holds the document. Both forms mean the same.
create function engine.unwrap(document jsonb)
    returns jsonb
    language sql
    immutable
    set search_path = ''
as $$
    select
        case
            when jsonb_typeof(document) = 'string' then (document #>> '{}')::jsonb
            else document
        end
$$;

revoke execute on all functions in schema engine from public;
grant execute on function
    engine.token_claims(),
    engine.user_id(),
    engine.token_workspace_id(),
    engine.token_engine(),
    engine.unwrap(jsonb)
to authenticated, ai_engine, service_role;

-- Operators' settings: one documented default each, changed with an update by the database owner.
create table engine.settings (
    name text primary key,
    value text not null,
    meaning text not null
);

insert into engine.settings (name, value, meaning) values
    ('functions_url', '', 'address that wake-ups are posted to, followed by /<engine>; empty: none are sent'),
    ('wake_up_timeout_milliseconds', '30000', 'how long pg_net waits for a function to answer'),
    ('lease_seconds', '60', 'how long a claimed pipeline is kept from other claimants'),
    ('max_attempts', '6', 'claims of one event before it becomes a dead letter'),
    ('backoff_seconds', '2', 'wait after the first failed attempt; doubles with each further one'),
    ('backoff_limit_seconds', '300', 'the longest wait between two attempts or two wake-ups'),
    ('sweep_after_seconds', '5', 'age at which an event that nobody claimed is woken for again'),
    ('known_good_after', '5', 'completed runs on a config version that make it known to be good'),
    ('event_retention_days', '14', 'how long completed events are kept, so that a repeated update adds nothing');

create function engine.setting(p_name text)
    returns text
    language sql
    stable
    set search_path = ''
as $$
    select value from engine.settings where name = p_name
$$;

revoke execute on function engine.setting(text) from public;
