-- A person's word about models: promotion to any rung with a share for a canary, and pins on the record.

alter table public.model_changes
    add column action text not null default 'moved' check (action in ('moved', 'pinned', 'unpinned'));
-- Two moves never make the same generation; a pin moves nothing.
alter table public.model_changes drop constraint model_changes_workspace_id_kind_rung_generation_key;
create unique index model_changes_one_move_per_generation_idx
    on public.model_changes (workspace_id, kind, rung, generation)
    where action = 'moved';

create or replace function engine.pin_model(p_workspace_id uuid, p_kind text, p_pinned boolean)
    returns boolean
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    kept public.model_deployments;
begin
    perform engine.require_admin(p_workspace_id);
    select * into kept
    from public.model_deployments
    where
        workspace_id = p_workspace_id
        and kind = p_kind
        and rung = 'production'
    for update;
    if not found then
        return false;
    end if;
    update public.model_deployments set pinned = p_pinned where id = kept.id;
    if kept.pinned is distinct from p_pinned then
        insert into public.model_changes
            (workspace_id, kind, rung, from_version_id, to_version_id, generation, reason, action, changed_by)
        values (
            p_workspace_id, p_kind, 'production', kept.model_version_id, kept.model_version_id, kept.generation,
            case when p_pinned then 'pinned by a person' else 'unpinned by a person' end,
            case when p_pinned then 'pinned' else 'unpinned' end, engine.user_id()
        );
    end if;
    return true;
end
$$;

drop function public.promote_model(uuid, text);
drop function engine.promote_model(uuid, text);

create function engine.promote_model(p_version_id uuid, p_rung text, p_percent double precision)
    returns bigint
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    version public.model_versions;
    new_generation bigint;
begin
    select * into version from public.model_versions where id = p_version_id;
    perform engine.require_admin(version.workspace_id);
    if p_percent is not null and p_rung <> 'canary' then
        raise invalid_parameter_value using message = 'only a canary serves a share of the runs';
    end if;
    if exists (
        select
        from public.model_deployments
        where
            model_version_id = p_version_id
            and rung = p_rung
    ) then
        -- It is there: said twice is done once, and what it replaced stays the way back.
        new_generation := engine.generation_of(version.workspace_id, version.kind, p_rung);
    else
        new_generation := engine.move_model(
            version.workspace_id, version.kind, p_rung, version.id,
            engine.generation_of(version.workspace_id, version.kind, p_rung),
            'promoted by a person', '{}', engine.user_id()
        );
    end if;
    update public.model_deployments
    set canary_percent = coalesce(p_percent, engine.setting('canary_percent')::double precision)
    where
        model_version_id = p_version_id
        and rung = 'canary'
        and rung = p_rung
        and generation = new_generation;
    if new_generation is not null then
        -- On the rungs below it would be tried beside itself.
        perform engine.move_model(
            version.workspace_id, version.kind, below.rung, null, below.generation,
            'it went on to ' || p_rung, '{}', engine.user_id()
        )
        from public.model_deployments as below
        where
            below.model_version_id = p_version_id
            and array_position(array['shadow', 'canary', 'production'], below.rung)
                < array_position(array['shadow', 'canary', 'production'], p_rung);
    end if;
    return new_generation;
end
$$;

-- Answers the new generation; null when somebody else moved the pointer at the same moment. A canary without a percentage
-- serves the share that operators set.
create function public.promote_model(version uuid, to_rung text, percent double precision default null)
    returns bigint
    language sql
    volatile
    set search_path = ''
as $$
    select engine.promote_model(version, to_rung, percent)
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.promote_model(uuid, text, double precision) from public, anon;
grant execute on function
    engine.promote_model(uuid, text, double precision),
    public.promote_model(uuid, text, double precision)
to authenticated;
