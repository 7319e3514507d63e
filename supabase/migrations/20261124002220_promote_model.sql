-- How an admin of a workspace moves and pins its models.

create function engine.generation_of(p_workspace_id uuid, p_kind text, p_rung text)
    returns bigint
    language sql
    stable
    set search_path = ''
as $$
    select generation
    from public.model_deployments
    where
        workspace_id = p_workspace_id
        and kind = p_kind
        and rung = p_rung
$$;

create function engine.promote_model(p_version_id uuid, p_rung text)
    returns bigint
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    version public.model_versions;
begin
    select * into version from public.model_versions where id = p_version_id;
    perform engine.require_admin(version.workspace_id);
    if exists (
        select
        from public.model_deployments
        where
            model_version_id = p_version_id
            and rung = p_rung
    ) then
        -- It is there: said twice is done once, and what it replaced stays the way back.
        return engine.generation_of(version.workspace_id, version.kind, p_rung);
    end if;
    return engine.move_model(
        version.workspace_id, version.kind, p_rung, version.id,
        engine.generation_of(version.workspace_id, version.kind, p_rung),
        'promoted by a person', '{}', engine.user_id()
    );
end
$$;

-- Production goes back to the version before; where there was none, to what engines do without a model. Once back, there
-- is no version before: going back twice does not bring the bad one again.
create function engine.roll_back_model(p_workspace_id uuid, p_kind text)
    returns bigint
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    serving public.model_deployments;
    new_generation bigint;
begin
    perform engine.require_admin(p_workspace_id);
    select * into serving
    from public.model_deployments
    where
        workspace_id = p_workspace_id
        and kind = p_kind
        and rung = 'production';
    new_generation := engine.move_model(
        p_workspace_id, p_kind, 'production', serving.previous_version_id, serving.generation,
        'rolled back by a person', '{}', engine.user_id()
    );
    update public.model_deployments
    set previous_version_id = null
    where
        id = serving.id
        and generation = new_generation;
    return new_generation;
end
$$;

create function engine.pin_model(p_workspace_id uuid, p_kind text, p_pinned boolean)
    returns boolean
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    perform engine.require_admin(p_workspace_id);
    update public.model_deployments
    set pinned = p_pinned
    where
        workspace_id = p_workspace_id
        and kind = p_kind
        and rung = 'production';
    return found;
end
$$;

-- Answers the new generation; null when somebody else moved the pointer at the same moment.
create function public.promote_model(version uuid, to_rung text)
    returns bigint
    language sql
    volatile
    set search_path = ''
as $$
    select engine.promote_model(version, to_rung)
$$;

-- Answers the new generation; null when nothing is in production.
create function public.roll_back_model(of_workspace uuid, of_kind text)
    returns bigint
    language sql
    volatile
    set search_path = ''
as $$
    select engine.roll_back_model(of_workspace, of_kind)
$$;

-- False: nothing is in production.
create function public.pin_model(of_workspace uuid, of_kind text, pinned boolean default true)
    returns boolean
    language sql
    volatile
    set search_path = ''
as $$
    select engine.pin_model(of_workspace, of_kind, pinned)
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function
    public.promote_model(uuid, text),
    public.roll_back_model(uuid, text),
    public.pin_model(uuid, text, boolean)
from public, anon;
grant execute on function
    engine.promote_model(uuid, text),
    engine.roll_back_model(uuid, text),
    engine.pin_model(uuid, text, boolean),
    public.promote_model(uuid, text),
    public.roll_back_model(uuid, text),
    public.pin_model(uuid, text, boolean)
to authenticated;
