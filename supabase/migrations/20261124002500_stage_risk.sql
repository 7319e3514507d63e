-- Stage risk: what was known of each stage when a run started, and what became of the stage.

alter table engine.model_kinds
    -- Trained on the stages of runs and not on runs.
    add column of_stages boolean not null default false,
    -- A longer history is learned from in part: the latest half of so many runs, and of earlier ones all that failed.
    add column max_runs integer not null default 1000000 check (max_runs > 0);

insert into engine.model_kinds (kind, feature_engine, of_stages, max_runs) values ('stage_risk', 'predict', true, 200000);

-- Seven quantiles are fitted where another kind fits one model.
update engine.model_kinds set max_runs = 200000 where kind = 'duration';

-- The features of each stage of a run as they were served, beside those of the run in engine.feature_records.
create table engine.stage_feature_records (
    execution_id uuid not null,
    workspace_id uuid not null,
    pipeline_id uuid not null,
    occurred_at timestamptz not null,
    feature_fingerprint text not null,
    -- An array of numbers by stage name.
    stages jsonb not null check (jsonb_typeof(stages) = 'object'),
    primary key (execution_id, workspace_id),
    foreign key (execution_id, workspace_id) references public.executions (id, workspace_id) on delete cascade
);
create index stage_feature_records_workspace_idx on engine.stage_feature_records (workspace_id, occurred_at);

-- records: [{execution_id, pipeline_id, occurred_at, feature_fingerprint, stages}]; those of pipelines that are not held
-- are left out.
create function engine.store_stage_features(p_workspace_id uuid, held uuid[], records jsonb)
    returns void
    language sql
    volatile
    set search_path = ''
as $$
    insert into engine.stage_feature_records
        (execution_id, workspace_id, pipeline_id, occurred_at, feature_fingerprint, stages)
    select
        given.execution_id, p_workspace_id, given.pipeline_id, given.occurred_at, given.feature_fingerprint,
        given.stages
    from jsonb_to_recordset(records) as given (
        execution_id uuid, pipeline_id uuid, occurred_at timestamptz, feature_fingerprint text, stages jsonb
    )
    where given.pipeline_id = any (held)
    on conflict do nothing
$$;

-- One page, ordered and cut as training_rows does, as
-- [execution id, occurred_at, ended_at, whether it or a stage failed (0 or 1), duration, pipeline id, features of the run,
-- [[stage name, failed (0 or 1), features of the stage], …]]. Stages that were skipped or never ended are left out: a
-- stage counts by its last attempt.
create function engine.stage_training_rows(
    of_kind text, of_fingerprint text, after_at timestamptz, after_id uuid, before_at timestamptz, max_rows integer
)
    returns jsonb
    language plpgsql
    stable
    security definer
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
as $$
declare
    from_engine text := engine.feature_engine(of_kind);
    this_workspace uuid := engine.token_workspace_id();
begin
    perform engine.require_trainer();
    return (
        select coalesce(
            jsonb_agg(
                jsonb_build_array(
                    page.execution_id,
                    extract(epoch from page.occurred_at),
                    extract(epoch from page.ended_at),
                    (page.status = 'failed' or coalesce(ended_stages.any_failed, false))::integer,
                    page.duration_seconds,
                    page.pipeline_id,
                    page.features,
                    coalesce(ended_stages.documents, '[]')
                )
                order by page.occurred_at, page.execution_id
            ),
            '[]'
        )
        from (
            select
                record.execution_id, record.occurred_at, record.pipeline_id, record.stages, of_run.features,
                ended.status, ended.ended_at, ended.duration_seconds
            from engine.stage_feature_records as record
            join engine.feature_records as of_run
                on of_run.execution_id = record.execution_id
                and of_run.workspace_id = record.workspace_id
                and of_run.engine = from_engine
            cross join lateral (
                select
                    execution.status,
                    execution.duration_seconds,
                    coalesce(greatest(execution.started_at, execution.completed_at), execution.created_at) as ended_at
                from public.executions as execution
                where
                    execution.id = record.execution_id
                    and execution.workspace_id = record.workspace_id
                    and execution.status in ('completed', 'failed')
                -- Keeps the planner from joining whole tables for one page.
                offset 0
            ) as ended
            where
                record.workspace_id = this_workspace
                and record.feature_fingerprint = of_fingerprint
                and record.occurred_at >= coalesce(after_at, '-infinity')
                and record.occurred_at < coalesce(before_at, 'infinity')
                and (record.occurred_at, record.execution_id) > (
                    coalesce(after_at, '-infinity'), coalesce(after_id, '00000000-0000-0000-0000-000000000000')
                )
            order by record.occurred_at, record.execution_id
            limit greatest(1, least(max_rows, 20000))
        ) as page
        left join lateral (
            select
                jsonb_agg(
                    jsonb_build_array(
                        last_attempt.stage_name,
                        (last_attempt.status = 'failed')::integer,
                        page.stages -> last_attempt.stage_name
                    )
                    order by last_attempt.stage_name
                ) as documents,
                bool_or(last_attempt.status = 'failed') as any_failed
            from (
                select distinct on (stage.stage_name) stage.stage_name, stage.status
                from public.execution_stages as stage
                where
                    stage.execution_id = page.execution_id
                    and stage.workspace_id = this_workspace
                    and page.stages ? stage.stage_name
                order by stage.stage_name, stage.attempt desc
            ) as last_attempt
            where last_attempt.status in ('completed', 'failed')
        ) as ended_stages on true
    );
end
$$;

create function public.stage_training_rows(
    of_kind text,
    of_fingerprint text,
    after_at timestamptz default null,
    after_id uuid default null,
    before_at timestamptz default null,
    max_rows integer default 5000
)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select engine.stage_training_rows(of_kind, of_fingerprint, after_at, after_id, before_at, max_rows)
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.stage_training_rows(text, text, timestamptz, uuid, timestamptz, integer)
from public, anon, authenticated;
grant execute on function
    engine.stage_training_rows(text, text, timestamptz, uuid, timestamptz, integer),
    public.stage_training_rows(text, text, timestamptz, uuid, timestamptz, integer)
to ai_engine;
