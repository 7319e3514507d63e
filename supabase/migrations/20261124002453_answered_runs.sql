-- Runs, who answered about them at their start, and what was kept beside that.

-- An answer that was kept beside the served one, as [rung, version id, number].
create function engine.short_alternatives(alternatives jsonb, of_number text)
    returns jsonb
    language sql
    immutable
    set search_path = ''
as $$
    select coalesce(
        jsonb_agg(
            jsonb_build_array(
                alternative -> 'rung', alternative -> 'model_version_id', alternative -> of_number
            )
        ),
        '[]'
    )
    from jsonb_array_elements(alternatives) as alternative
$$;

-- Answers at the start of runs since a moment, newest first, of runs with one of these statuses. Labels are in the order
-- in which they became known here: by when the end was recorded, while its event is kept.
create function engine.answered_runs(p_workspace_id uuid, p_since timestamptz, p_statuses text[], p_rows integer)
    returns table (labelled_at timestamptz, document jsonb)
    language sql
    stable
    set search_path = ''
as $$
    select
        ended.labelled_at,
        jsonb_build_array(
            answer.execution_id,
            extract(epoch from answer.created_at),
            extract(epoch from ended.labelled_at),
            case run.status when 'failed' then 1 when 'completed' then 0 end,
            answer.model_version_id,
            answer.failure_probability,
            engine.short_alternatives(answer.alternatives, 'failure_probability')
        )
    from (
        select prediction.*
        from public.predictions as prediction
        where
            prediction.workspace_id = p_workspace_id
            and prediction.phase = 'started'
            and prediction.created_at >= p_since
            and exists (
                select
                from public.executions as execution
                where
                    execution.id = prediction.execution_id
                    and execution.workspace_id = prediction.workspace_id
                    and execution.status = any (p_statuses)
                -- Keeps the planner from joining whole tables for the latest rows.
                offset 0
            )
        order by prediction.created_at desc
        limit p_rows
    ) as answer
    join public.executions as run
        on run.id = answer.execution_id
        and run.workspace_id = answer.workspace_id
    left join engine.events as event
        on event.execution_id = answer.execution_id
        and event.workspace_id = answer.workspace_id
        and event.engine = 'predict'
        and event.phase = 'ended'
    cross join lateral (
        select coalesce(event.created_at, greatest(run.completed_at, run.created_at)) as labelled_at
    ) as ended
$$;

-- How many labelled answers production gave since it was deployed and before the earliest of these; counts no further
-- than 100,000.
create function engine.earlier_answers(p_workspace_id uuid, p_kind text, labelled jsonb)
    returns integer
    language sql
    stable
    set search_path = ''
as $$
    select count(*)::integer
    from (
        select
        from public.model_deployments as production
        join public.predictions as prediction
            on prediction.model_version_id = production.model_version_id
            and prediction.workspace_id = production.workspace_id
            and prediction.phase = 'started'
            and prediction.created_at >= production.created_at
            and prediction.created_at < (
                select to_timestamp(min((answer ->> 1)::double precision))
                from jsonb_array_elements(labelled) as answer
            )
        join public.executions as execution
            on execution.id = prediction.execution_id
            and execution.workspace_id = prediction.workspace_id
            and execution.status in ('completed', 'failed')
        where
            production.workspace_id = p_workspace_id
            and production.kind = p_kind
            and production.rung = 'production'
        limit 100000
    ) as answer
$$;

revoke execute on all functions in schema engine from public;
