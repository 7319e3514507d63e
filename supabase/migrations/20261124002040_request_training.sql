-- A person asks for training.

create function engine.require_admin(p_workspace_id uuid)
    returns void
    language plpgsql
    stable
    set search_path = ''
as $$
begin
    if p_workspace_id is null or not p_workspace_id = any (engine.workspace_ids('admin')) then
        raise insufficient_privilege using message = 'this call is for an admin of the workspace';
    end if;
end
$$;

-- Requests the training of one kind of model, or of all; answers how many were requested.
create function engine.request_training(p_workspace_id uuid, p_kind text)
    returns integer
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    kinds text[] := array(select kind from engine.model_kinds where p_kind is null or kind = p_kind order by kind);
begin
    perform engine.require_admin(p_workspace_id);
    if kinds = '{}' then
        raise invalid_parameter_value using message = format('there is no kind of model called %s', p_kind);
    end if;
    perform engine.request_task('train', p_workspace_id, kind, 'asked for by a person')
    from unnest(kinds) as kind;
    return cardinality(kinds);
end
$$;

create function public.request_training(of_workspace uuid, of_kind text default null)
    returns integer
    language sql
    volatile
    set search_path = ''
as $$
    select engine.request_training(of_workspace, of_kind)
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.request_training(uuid, text) from public, anon;
grant execute on function
    engine.request_training(uuid, text),
    public.request_training(uuid, text)
to authenticated;
