-- Error signatures: which failures a pipeline has, since when, how often, and when last.
--
-- An engine that judges a failed run puts {"error_signature": {"fingerprint", "template"}} into the detection's
-- evidence. A trigger counts it, so that it is counted in the transaction that stores the detection and, like the
-- detection, once.

create table public.error_signatures (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    pipeline_id uuid not null,
    -- The same for the same failure on another host, day or row; see docs/signatures.md.
    fingerprint text not null check (fingerprint ~ '^[0-9a-f]{12}$'),
    template text not null check (char_length(template) between 1 and 1000),
    -- The beginning of the latest message that had it.
    example text not null default '' check (char_length(example) <= 2000),
    first_seen timestamptz not null,
    last_seen timestamptz not null check (last_seen >= first_seen),
    occurrences bigint not null default 1 check (occurrences > 0),
    -- Null when that run has been forgotten.
    first_execution_id uuid,
    last_execution_id uuid,
    unique (pipeline_id, workspace_id, fingerprint),
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade,
    foreign key (first_execution_id, workspace_id) references public.executions (id, workspace_id)
        on delete set null (first_execution_id),
    foreign key (last_execution_id, workspace_id) references public.executions (id, workspace_id)
        on delete set null (last_execution_id)
);
create index error_signatures_workspace_seen_idx on public.error_signatures (workspace_id, last_seen desc);
create index error_signatures_fingerprint_idx on public.error_signatures (workspace_id, fingerprint);
create index error_signatures_first_execution_idx on public.error_signatures (first_execution_id, workspace_id)
    where first_execution_id is not null;
create index error_signatures_last_execution_idx on public.error_signatures (last_execution_id, workspace_id)
    where last_execution_id is not null;

alter table public.error_signatures enable row level security;
revoke all on public.error_signatures from anon, authenticated;
grant select on public.error_signatures to authenticated, ai_engine;
grant all on public.error_signatures to service_role;
create policy "members see the error signatures of their workspaces"
    on public.error_signatures for select to authenticated
    using (workspace_id = any ((select engine.workspace_ids())::uuid[]));
create policy "engines see the error signatures of their token's workspace"
    on public.error_signatures for select to ai_engine
    using (workspace_id = (select engine.token_workspace_id()));

-- Definer: nobody writes the table but this. Runs may be judged in any order, so the first and the last are compared.
create function engine.count_error_signature()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    insert into public.error_signatures as known (
        workspace_id, pipeline_id, fingerprint, template, example,
        first_seen, last_seen, first_execution_id, last_execution_id
    )
    select
        new.workspace_id,
        new.pipeline_id,
        new.evidence #>> '{error_signature,fingerprint}',
        left(new.evidence #>> '{error_signature,template}', 1000),
        left(coalesce(execution.error_message, ''), 2000),
        seen.at,
        seen.at,
        execution.id,
        execution.id
    from public.executions as execution
    cross join lateral (select coalesce(execution.completed_at, execution.created_at) as at) as seen
    where
        execution.id = new.execution_id
        and execution.workspace_id = new.workspace_id
    on conflict (pipeline_id, workspace_id, fingerprint) do update
    set
        occurrences = known.occurrences + 1,
        first_seen = least(known.first_seen, excluded.first_seen),
        last_seen = greatest(known.last_seen, excluded.last_seen),
        first_execution_id = case
            when excluded.first_seen < known.first_seen then excluded.first_execution_id
            else known.first_execution_id
        end,
        last_execution_id = case
            when excluded.last_seen >= known.last_seen then excluded.last_execution_id
            else known.last_execution_id
        end,
        example = case when excluded.last_seen >= known.last_seen then excluded.example else known.example end;
    return null;
end
$$;

create trigger _500_detections_count_error_signature
    after insert on public.detections
    for each row
    when (new.execution_id is not null and new.evidence ? 'error_signature')
    execute function engine.count_error_signature();

create view public.workspace_error_signatures
    with (security_invoker = true)
as
select
    workspace_id,
    fingerprint,
    (array_agg(template order by last_seen desc))[1] as template,
    (array_agg(example order by last_seen desc))[1] as example,
    count(*) as pipelines,
    sum(occurrences)::bigint as occurrences,
    min(first_seen) as first_seen,
    max(last_seen) as last_seen
from public.error_signatures
group by workspace_id, fingerprint;

comment on view public.workspace_error_signatures is
    'One row per failure of a workspace, over all its pipelines: how many have it, how often, since when, when last.';

revoke all on public.workspace_error_signatures from public, anon, authenticated;
grant select on public.workspace_error_signatures to authenticated, ai_engine, service_role;
revoke execute on all functions in schema engine from public;
