-- How much there is to train on, and which part of it where it is more than one training machine takes.

-- What was recorded for each kind of model.
create view engine.training_records as
select model_kind.kind, record.workspace_id, record.execution_id, record.occurred_at, record.feature_fingerprint
from engine.model_kinds as model_kind
join engine.feature_records as record on record.engine = model_kind.feature_engine
where not model_kind.of_stages
union all
select model_kind.kind, record.workspace_id, record.execution_id, record.occurred_at, record.feature_fingerprint
from engine.model_kinds as model_kind
cross join engine.stage_feature_records as record
where model_kind.of_stages;

-- Null where all of it is learned from. Else {whole_from, from_at, success_share}, moments in seconds since 1970: every
-- run from whole_from on, which is the latest half of what the kind takes, and between from_at (null: the beginning) and
-- whole_from the failures and this share of the others, which is the other half.
create function engine.training_window(
    p_workspace_id uuid, p_kind text, p_fingerprint text, p_rows bigint, p_failures bigint
)
    returns jsonb
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    success_share constant double precision := 0.2;
    most bigint := (select max_runs from engine.model_kinds where kind = p_kind);
    whole bigint := most / 2;
    failure_share double precision := p_failures / greatest(p_rows, 1)::double precision;
    earlier bigint := (most - whole) / (failure_share + (1 - failure_share) * success_share);
begin
    if p_rows <= most then
        return null;
    end if;
    return (
        select jsonb_build_object(
            'whole_from', extract(epoch from max(record.occurred_at) filter (where record.place = whole)),
            'from_at', extract(epoch from max(record.occurred_at) filter (where record.place = whole + earlier)),
            'success_share', success_share
        )
        from (
            select occurred_at, row_number() over (order by occurred_at desc) as place
            from engine.training_records
            where
                workspace_id = p_workspace_id
                and kind = p_kind
                and feature_fingerprint = p_fingerprint
        ) as record
        where record.place in (whole, whole + earlier)
    );
end
$$;

-- other_fingerprints counts the records of features that are served no more. With the
-- generations of the kind's rungs as they are now, for whoever moves them after training.
create or replace function engine.training_counts(of_kind text, of_fingerprint text)
    returns jsonb
    language plpgsql
    stable
    security definer
    set search_path = ''
as $$
declare
    this_workspace uuid := engine.token_workspace_id();
    counts jsonb;
begin
    perform engine.require_trainer();
    -- Refuses a kind that there is not.
    perform engine.feature_engine(of_kind);
    select jsonb_build_object(
        'rows', count(*) filter (where record.feature_fingerprint = of_fingerprint),
        'failures', count(*) filter (
            where record.feature_fingerprint = of_fingerprint and execution.status = 'failed'
        ),
        'first_at', min(record.occurred_at) filter (where record.feature_fingerprint = of_fingerprint),
        'last_at', max(record.occurred_at) filter (where record.feature_fingerprint = of_fingerprint),
        'other_fingerprints', count(*) filter (where record.feature_fingerprint <> of_fingerprint),
        'generations', (
            select coalesce(jsonb_object_agg(deployment.rung, deployment.generation), '{}')
            from public.model_deployments as deployment
            where
                deployment.workspace_id = this_workspace
                and deployment.kind = of_kind
        )
    )
    into counts
    from engine.training_records as record
    join public.executions as execution
        on execution.id = record.execution_id
        and execution.workspace_id = record.workspace_id
        and execution.status in ('completed', 'failed')
    where
        record.workspace_id = this_workspace
        and record.kind = of_kind;
    return counts || jsonb_build_object(
        'window', engine.training_window(
            this_workspace, of_kind, of_fingerprint,
            (counts ->> 'rows')::bigint, (counts ->> 'failures')::bigint
        )
    );
end
$$;

revoke execute on all functions in schema engine from public;
revoke all on engine.training_records from public, anon, authenticated, ai_engine;
