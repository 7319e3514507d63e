-- One call that records executions, stages, metrics and logs together, under the caller's own row-level security.
-- Idempotent by id, and out of order is welcome: a late start never overwrites an end.

create function engine.given_rows(document jsonb, name text)
    returns jsonb
    language plpgsql
    immutable
    set search_path = ''
as $$
declare
    rows jsonb := coalesce(document -> name, '[]');
begin
    if jsonb_typeof(rows) <> 'array' then
        raise invalid_parameter_value using
            message = format('%s must be a list of objects, not %s', name, jsonb_typeof(rows));
    end if;
    if jsonb_array_length(rows) > 10000 then
        raise invalid_parameter_value using
            message = format('%s holds %s rows; send at most 10000 at a time', name, jsonb_array_length(rows));
    end if;
    return rows;
end
$$;

-- The rows of a list numbered within their run, so that a run may start and end in one call.
create function engine.given_executions(document jsonb)
    returns table (turn bigint, given public.executions)
    language sql
    stable
    set search_path = ''
as $$
    select
        row_number() over (partition by element.value ->> 'id' order by element.position),
        jsonb_populate_record(null::public.executions, element.value)
    from jsonb_array_elements(engine.given_rows(document, 'executions')) with ordinality as element (value, position)
$$;

-- Inserts or completes the executions of one turn, at most one row per run.
create function engine.ingest_executions(document jsonb, this_turn bigint)
    returns integer
    language plpgsql
    set search_path = ''
as $$
declare
    written integer;
begin
    insert into public.executions as execution (
        id, workspace_id, pipeline_id, status, started_at, completed_at, duration_seconds, triggered_by, trigger_type,
        attempt, retry_of, error_message, config_version, data_volume_mb, rows_processed, metadata, created_at
    )
    select
        coalesce((given).id, gen_random_uuid()),
        coalesce((given).workspace_id, pipeline.workspace_id),
        (given).pipeline_id,
        coalesce((given).status, 'running'),
        (given).started_at,
        (given).completed_at,
        (given).duration_seconds,
        (given).triggered_by,
        coalesce((given).trigger_type, 'api'),
        coalesce((given).attempt, 1),
        (given).retry_of,
        (given).error_message,
        coalesce((given).config_version, pipeline.version),
        (given).data_volume_mb,
        (given).rows_processed,
        coalesce((given).metadata, '{}'),
        coalesce((given).created_at, now())
    from engine.given_executions(document)
    left join public.pipelines as pipeline on pipeline.id = (given).pipeline_id
    where turn = this_turn
    on conflict (id) do update
    set
        status = case
            when execution.status in ('completed', 'failed', 'cancelled')
                and excluded.status not in ('completed', 'failed', 'cancelled')
            then execution.status
            else excluded.status
        end,
        started_at = coalesce(execution.started_at, excluded.started_at),
        completed_at = coalesce(excluded.completed_at, execution.completed_at),
        -- Where it is still unknown, a trigger measures it.
        duration_seconds = coalesce(excluded.duration_seconds, execution.duration_seconds),
        triggered_by = coalesce(execution.triggered_by, excluded.triggered_by),
        attempt = greatest(execution.attempt, excluded.attempt),
        error_message = coalesce(excluded.error_message, execution.error_message),
        data_volume_mb = coalesce(excluded.data_volume_mb, execution.data_volume_mb),
        rows_processed = coalesce(excluded.rows_processed, execution.rows_processed),
        metadata = execution.metadata || excluded.metadata;
    get diagnostics written = row_count;
    return written;
end
$$;

create function public.ingest(payload jsonb)
    returns jsonb
    language plpgsql
    set search_path = ''
as $$
declare
    document jsonb := engine.unwrap(payload);
    turns bigint;
    executions integer := 0;
    stages integer;
    metrics integer;
    logs integer;
begin
    if jsonb_typeof(document) is distinct from 'object' then
        raise invalid_parameter_value using
            message = 'the payload must be an object with any of the lists executions, stages, metrics, logs';
    end if;

    -- An end wakes detect, and detect sees it when the transaction commits: together with its metrics below.
    select coalesce(max(turn), 0) into turns from engine.given_executions(document);
    for turn in 1..turns loop
        executions := executions + engine.ingest_executions(document, turn);
    end loop;

    insert into public.execution_stages as stage (
        id, workspace_id, execution_id, stage_name, status, attempt, started_at, completed_at, duration_seconds,
        error_message, output
    )
    select
        coalesce(given.id, gen_random_uuid()),
        coalesce(given.workspace_id, execution.workspace_id),
        given.execution_id,
        given.stage_name,
        coalesce(given.status, 'running'),
        coalesce(given.attempt, 1),
        given.started_at,
        given.completed_at,
        given.duration_seconds,
        given.error_message,
        coalesce(given.output, '{}')
    from jsonb_populate_recordset(null::public.execution_stages, engine.given_rows(document, 'stages')) as given
    left join public.executions as execution on execution.id = given.execution_id
    on conflict (execution_id, stage_name, attempt) do update
    set
        status = case
            when stage.status in ('completed', 'failed', 'skipped')
                and excluded.status not in ('completed', 'failed', 'skipped')
            then stage.status
            else excluded.status
        end,
        started_at = coalesce(stage.started_at, excluded.started_at),
        completed_at = coalesce(excluded.completed_at, stage.completed_at),
        duration_seconds = coalesce(excluded.duration_seconds, stage.duration_seconds),
        error_message = coalesce(excluded.error_message, stage.error_message),
        output = stage.output || excluded.output;
    get diagnostics stages = row_count;

    insert into public.metrics (
        id, workspace_id, execution_id, stage_name, metric_name, metric_value, unit, tags, created_at
    )
    select
        coalesce(given.id, gen_random_uuid()),
        coalesce(given.workspace_id, execution.workspace_id),
        given.execution_id,
        given.stage_name,
        given.metric_name,
        given.metric_value,
        given.unit,
        coalesce(given.tags, '{}'),
        coalesce(given.created_at, now())
    from jsonb_populate_recordset(null::public.metrics, engine.given_rows(document, 'metrics')) as given
    left join public.executions as execution on execution.id = given.execution_id
    on conflict (id) do nothing;
    get diagnostics metrics = row_count;

    insert into public.logs (id, workspace_id, execution_id, stage_name, level, message, metadata, created_at)
    select
        coalesce(given.id, gen_random_uuid()),
        coalesce(given.workspace_id, execution.workspace_id),
        given.execution_id,
        given.stage_name,
        coalesce(given.level, 'info'),
        given.message,
        coalesce(given.metadata, '{}'),
        coalesce(given.created_at, now())
    from jsonb_populate_recordset(null::public.logs, engine.given_rows(document, 'logs')) as given
    left join public.executions as execution on execution.id = given.execution_id
    on conflict (id) do nothing;
    get diagnostics logs = row_count;

    return jsonb_build_object('executions', executions, 'stages', stages, 'metrics', metrics, 'logs', logs);
end
$$;

revoke execute on function
    engine.given_rows(jsonb, text),
    engine.given_executions(jsonb),
    engine.ingest_executions(jsonb, bigint)
from public;
revoke execute on function public.ingest(jsonb) from public, anon;
grant execute on function
    engine.given_rows(jsonb, text),
    engine.given_executions(jsonb),
    engine.ingest_executions(jsonb, bigint),
    public.ingest(jsonb)
to authenticated, service_role;
