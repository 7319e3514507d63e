-- What the sweep needs to say something: durations in words, reasons as detect gives them, and the run that came.

-- A duration as functions/detect/quantity.py says it; a test compares the two.
create function engine.say_seconds(seconds double precision)
    returns text
    language sql
    immutable
    set search_path = ''
as $$
    select
        case
            when abs(scaled.value) >= 10 or scaled.value = trunc(scaled.value)
            then to_char(round(scaled.value), 'FM999,999,999,990')
            else trim_scale(round(scaled.value::numeric, 2 - floor(log(abs(scaled.value)))::integer))::text
        end
        || ' ' || scaled.unit
    from (
        select seconds / unit.size as value, unit.name as unit
        from (values (86400.0, 'days'), (3600.0, 'h'), (60.0, 'min'), (1.0, 's')) as unit (size, name)
        where
            abs(seconds) >= unit.size
            or unit.size = 1.0
        order by unit.size desc
        limit 1
    ) as scaled
$$;

create function engine.say_moment(moment timestamptz)
    returns text
    language sql
    immutable
    set search_path = ''
as $$
    select to_char(moment at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')
$$;

-- The moment in the phase of a detection: 2026-11-24T03:00:00Z.
create function engine.phase_moment(moment timestamptz)
    returns text
    language sql
    immutable
    set search_path = ''
as $$
    select to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
$$;

-- One reason, in the shape that detect's reasons have.
create function engine.seconds_reason(
    rule text, value double precision, expected_high double precision, weight double precision, says text
)
    returns jsonb
    language sql
    immutable
    set search_path = ''
as $$
    select jsonb_build_array(
        jsonb_build_object(
            'feature', 'rule:' || rule,
            'value', round(value::numeric, 3),
            'expected_low', null,
            'expected_high', round(expected_high::numeric, 3),
            'unit', 'seconds',
            'direction', 'above',
            'weight', weight,
            'text', says
        )
    )
$$;

-- The first run that started when one was expected or after, whatever became of it; null: none did. It was recorded at
-- most a day before it started. A repeated run is the one that was expected only if it started no sooner than that.
create function engine.run_that_came(p_pipeline_id uuid, p_expected_at timestamptz, p_early_seconds double precision)
    returns uuid
    language sql
    stable
    set search_path = ''
as $$
    select execution.id
    from public.executions as execution
    where
        execution.pipeline_id = p_pipeline_id
        and execution.created_at >= p_expected_at - make_interval(secs => p_early_seconds) - interval '1 day'
        and coalesce(execution.started_at, execution.created_at)
            >= p_expected_at
            - case
                when execution.attempt = 1 and execution.trigger_type <> 'healing'
                then make_interval(secs => p_early_seconds)
                else make_interval(secs => least(p_early_seconds, 60))
            end
    order by execution.created_at
    limit 1
$$;

revoke execute on all functions in schema engine from public;
