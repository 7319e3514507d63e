-- What models are trained on: the features as they were served, with what became of the run.

create function engine.require_trainer()
    returns void
    language plpgsql
    stable
    set search_path = ''
as $$
begin
    perform engine.require_engine();
    if engine.token_engine() <> 'train' then
        raise insufficient_privilege using message = 'this call needs a token of role ai_engine that names engine train';
    end if;
end
$$;

create function engine.feature_engine(p_kind text)
    returns text
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    found_engine text := (select feature_engine from engine.model_kinds where kind = p_kind);
begin
    if found_engine is null then
        raise invalid_parameter_value using message = format('there is no kind of model called %s', p_kind);
    end if;
    return found_engine;
end
$$;

-- One page, ordered by (occurred_at, execution_id): rows after (after_at, after_id) and before before_at, as
-- [execution id, occurred_at, ended_at, failed or excluded (0 or 1), duration, pipeline id, features];
-- moments as seconds since 1970 to the microsecond, the duration in seconds or null. A page that is not full is the last.
create function engine.training_rows(
    of_kind text, of_fingerprint text, after_at timestamptz, after_id uuid, before_at timestamptz, max_rows integer
)
    returns jsonb
    language plpgsql
    stable
    security definer
    set search_path = ''
    -- The plan depends on how full a page is asked for: one for all callers would sort the whole table.
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
                    coalesce(kept.is_excluded, page.status = 'failed')::integer,
                    page.duration_seconds,
                    page.pipeline_id,
                    page.features
                )
                order by page.occurred_at, page.execution_id
            ),
            '[]'
        )
        from (
            select
                record.execution_id, record.occurred_at, record.pipeline_id, record.features,
                ended.status, ended.ended_at, ended.duration_seconds
            from engine.feature_records as record
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
                and record.engine = from_engine
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
            -- What an anomaly detector must not learn as normal: repaired, or found strange and nobody objected.
            select
                label.is_fixed
                or (
                    not label.false_alarm
                    and not label.is_expected
                    and exists (
                        select
                        from public.detections as detection
                        where
                            detection.execution_id = page.execution_id
                            and detection.workspace_id = this_workspace
                            and detection.is_anomaly
                    )
                ) as is_excluded
            from public.execution_labels as label
            where
                of_kind = 'anomaly_detection'
                and label.execution_id = page.execution_id
                and label.workspace_id = this_workspace
            offset 0
        ) as kept on true
    );
end
$$;

create function public.training_rows(
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
    select engine.training_rows(of_kind, of_fingerprint, after_at, after_id, before_at, max_rows)
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.training_rows(text, text, timestamptz, uuid, timestamptz, integer)
from public, anon, authenticated;
grant execute on function
    engine.training_rows(text, text, timestamptz, uuid, timestamptz, integer),
    public.training_rows(text, text, timestamptz, uuid, timestamptz, integer)
to ai_engine;
