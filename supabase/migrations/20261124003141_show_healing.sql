-- Who may see what `heal` is shown: `heal` itself, and people of their own workspaces.

create function engine.require_heal()
    returns void
    language plpgsql
    stable
    set search_path = ''
as $$
begin
    perform engine.require_engine();
    if engine.token_engine() <> 'heal' then
        raise insufficient_privilege using message = 'this call needs a token of role ai_engine that names engine heal';
    end if;
end
$$;

create function engine.healing_context(p_execution_id uuid)
    returns jsonb
    language plpgsql
    stable
    security definer
    set search_path = ''
as $$
begin
    if engine.user_id() is not null then
        return engine.healing_document(p_execution_id, engine.workspace_ids());
    end if;
    perform engine.require_heal();
    return engine.healing_document(p_execution_id, array[engine.token_workspace_id()]);
end
$$;

-- For `heal`, of its token's workspace, and for people, of theirs. Null where there is no such run.
create function public.healing_context(of_execution uuid)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select engine.healing_context(of_execution)
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.healing_context(uuid) from public, anon;
grant execute on function engine.healing_context(uuid), public.healing_context(uuid) to authenticated, ai_engine;
