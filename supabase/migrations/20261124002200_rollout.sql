-- The rollout: the pointer to what serves moves by compare-and-swap, and every move is on record.

alter table public.model_deployments
    -- A person's word: the loop leaves it where it is.
    add column pinned boolean not null default false,
    -- What production goes back to.
    add column previous_version_id uuid,
    add foreign key (previous_version_id, workspace_id) references public.model_versions (id, workspace_id)
        on delete set null (previous_version_id);
create index model_deployments_previous_version_idx on public.model_deployments (previous_version_id, workspace_id);

alter table public.model_evaluations add column summary text check (length(summary) <= 10000);

create table public.model_changes (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    kind text not null,
    rung text not null,
    -- No foreign keys: the record outlives the versions it names. Null: nothing served on the rung.
    from_version_id uuid,
    to_version_id uuid,
    generation bigint not null,
    reason text not null,
    evidence jsonb not null default '{}',
    -- Null: the training loop.
    changed_by uuid references auth.users (id) on delete set null,
    created_at timestamptz not null default clock_timestamp(),
    -- Two moves never make the same generation.
    unique (workspace_id, kind, rung, generation)
);
create index model_changes_workspace_created_idx on public.model_changes (workspace_id, created_at desc);
create index model_changes_changed_by_idx on public.model_changes (changed_by) where changed_by is not null;

alter table public.model_changes enable row level security;
revoke all on public.model_changes from anon, authenticated;
grant select on public.model_changes to authenticated, ai_engine;
grant all on public.model_changes to service_role;
create policy "members see how the models of their workspaces moved"
    on public.model_changes for select to authenticated
    using (workspace_id = any ((select engine.workspace_ids())::uuid[]));
create policy "engines see how the models of their token's workspace moved"
    on public.model_changes for select to ai_engine
    using (workspace_id = (select engine.token_workspace_id()));

-- Functions are the only way to a version and to a pointer.
revoke insert, update on public.model_versions, public.model_deployments from ai_engine;
drop policy "the writing engine adds rows to its token's workspace" on public.model_versions;
drop policy "the writing engine changes rows of its token's workspace" on public.model_versions;
drop policy "the writing engine adds rows to its token's workspace" on public.model_deployments;
drop policy "the writing engine changes rows of its token's workspace" on public.model_deployments;

-- Moves the pointer of a rung to a version (null: takes it away) if it is still of the expected generation (null: none
-- is there). Answers the new generation, which a rung never sees twice; null when somebody else was first, or when the
-- loop (p_by null) would move production that a person has pinned.
create function engine.move_model(
    p_workspace_id uuid, p_kind text, p_rung text, p_to uuid, p_generation bigint, p_reason text, p_evidence jsonb,
    p_by uuid
)
    returns bigint
    language plpgsql
    set search_path = ''
as $$
declare
    former public.model_deployments;
    next_generation bigint;
begin
    if p_to is not null and not exists (
        select from public.model_versions where id = p_to and workspace_id = p_workspace_id and kind = p_kind
    ) then
        raise foreign_key_violation using
            message = format('there is no version %s of %s in workspace %s', p_to, p_kind, p_workspace_id);
    end if;
    -- One mover of a rung at a time: a row that is not there cannot be locked.
    perform pg_advisory_xact_lock(
        hashtextextended(concat_ws(':', 'model', p_workspace_id, p_kind, p_rung), 20261124)
    );
    select * into former
    from public.model_deployments
    where
        workspace_id = p_workspace_id
        and kind = p_kind
        and rung = p_rung
    for update;
    if former.generation is distinct from p_generation
        or (former.id is null and p_to is null)
        or (former.pinned and p_rung = 'production' and p_by is null)
    then
        return null;
    end if;

    select greatest(former.generation, max(generation), 0) + 1 into next_generation
    from public.model_changes
    where
        workspace_id = p_workspace_id
        and kind = p_kind
        and rung = p_rung;
    if p_to is null then
        delete from public.model_deployments where id = former.id;
    else
        insert into public.model_deployments (workspace_id, kind, rung, model_version_id, generation, reason, evidence)
        values (p_workspace_id, p_kind, p_rung, p_to, next_generation, p_reason, coalesce(p_evidence, '{}'))
        on conflict (workspace_id, kind, rung) do update
        set
            model_version_id = excluded.model_version_id,
            previous_version_id = case
                when former.model_version_id = p_to then former.previous_version_id
                else former.model_version_id
            end,
            generation = excluded.generation,
            reason = excluded.reason,
            evidence = excluded.evidence,
            created_at = clock_timestamp();
    end if;
    insert into public.model_changes
        (workspace_id, kind, rung, from_version_id, to_version_id, generation, reason, evidence, changed_by)
    values (
        p_workspace_id, p_kind, p_rung, former.model_version_id, p_to, next_generation,
        coalesce(p_reason, 'no reason was given'), coalesce(p_evidence, '{}'), p_by
    );
    return next_generation;
end
$$;

revoke execute on all functions in schema engine from public;
