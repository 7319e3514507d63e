-- Late and missing runs: said once, each sweep one statement whatever their number.

-- A run that never came has no execution: one row per pipeline and moment.
create unique index detections_absent_idx on public.detections (pipeline_id, workspace_id, phase)
    where execution_id is null;

-- One detection per pipeline. A late run raises the pipeline's alert; a missing one makes it graver, unless somebody has
-- resolved it meanwhile.
create function engine.say_absent_runs(p_rule text, pipeline_ids uuid[])
    returns bigint
    language sql
    volatile
    set search_path = ''
as $$
    with said as (
        update engine.expectations as expectation
        set
            late_said_at = coalesce(expectation.late_said_at, now()),
            missing_said_at = case when p_rule = 'missing_run' then now() end
        where pipeline_id = any (pipeline_ids)
        returning expectation.*
    ),
    described as (
        select
            said.*,
            gen_random_uuid() as detection_id,
            left(pipeline.name, 200) as name,
            extract(epoch from now() - said.expected_at)::double precision as absent_seconds,
            extract(epoch from said.late_after - said.expected_at)::double precision as grace_seconds,
            format(
                'expected at %s, %s ago%s%s',
                engine.say_moment(said.expected_at),
                engine.say_seconds(extract(epoch from now() - said.expected_at)::double precision),
                case
                    when p_rule = 'missing_run'
                    then format(', and the run of %s did not start either', engine.say_moment(said.next_expected_at))
                end,
                '; ' || nullif(said.usual_start, '')
            ) as says
        from said
        join public.pipelines as pipeline on pipeline.id = said.pipeline_id
    ),
    recorded as (
        insert into public.detections
            (id, workspace_id, pipeline_id, phase, score, is_anomaly, reasons, guardrail_action, model_version, evidence)
        select
            detection_id,
            workspace_id,
            pipeline_id,
            case p_rule when 'late_run' then 'late:' else 'missing:' end || engine.phase_moment(expected_at),
            case p_rule when 'late_run' then 0.6 else 0.9 end,
            true,
            engine.seconds_reason(
                p_rule, absent_seconds, grace_seconds, case p_rule when 'late_run' then 0.6 else 0.9 end, says
            ),
            case p_rule when 'late_run' then 'watch' else 'hold_downstream' end,
            'rule:' || p_rule,
            jsonb_build_object('expected_at', expected_at, 'source', source, 'last_start', last_start)
        from described
        on conflict do nothing
    ),
    raised as (
        insert into public.alerts (workspace_id, pipeline_id, severity, title, message, subject, model_version, evidence)
        select
            workspace_id,
            pipeline_id,
            'medium',
            format('%s is late', name),
            format('%s has not started: %s.', name, says),
            'late:' || pipeline_id,
            'rule:late_run',
            jsonb_build_object(
                'detection_id', detection_id,
                'source', source,
                'last_start', last_start,
                'expected_at', expected_at,
                'early_seconds', early_seconds,
                'missing_after', missing_after,
                'suppressed_by_maintenance', suppressed
            )
        from described
        where p_rule = 'late_run'
        on conflict (workspace_id, subject) where status <> 'resolved' do nothing
    ),
    raised_further as (
        update public.alerts as alert
        set
            severity = 'high',
            title = format('%s has not run', described.name),
            message = format('%s has not started: %s.', described.name, described.says),
            model_version = 'rule:missing_run',
            evidence = alert.evidence || jsonb_build_object('missing_detection_id', described.detection_id)
        from described
        where
            p_rule = 'missing_run'
            and alert.workspace_id = described.workspace_id
            and alert.subject = 'late:' || described.pipeline_id
            and alert.status <> 'resolved'
    )
    select count(*) from described
$$;

create function engine.say_late_runs()
    returns bigint
    language plpgsql
    set search_path = ''
as $$
declare
    due uuid[];
begin
    due := engine.lock_expectations(
        array(
            select pipeline_id
            from engine.expectations
            where
                late_after <= now()
                and late_said_at is null
                and engine.run_that_came(pipeline_id, expected_at, early_seconds) is null
        )
    );
    due := array(select unnest(due) except select engine.excuse_late_runs(due));
    return engine.say_absent_runs('late_run', due);
end
$$;

-- While a maintenance window is open nothing becomes graver.
create function engine.say_missing_runs()
    returns bigint
    language sql
    volatile
    set search_path = ''
as $$
    select engine.say_absent_runs(
        'missing_run',
        engine.lock_expectations(
            array(
                select pipeline_id
                from engine.expectations
                where
                    missing_after <= now()
                    and late_said_at is not null
                    and missing_said_at is null
                    and engine.run_that_came(pipeline_id, expected_at, early_seconds) is null
                    and (engine.window_over(pipeline_id, workspace_id, now(), now())).id is null
            )
        )
    )
$$;

revoke execute on all functions in schema engine from public;
