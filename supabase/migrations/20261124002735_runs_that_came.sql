-- An alert about a late or missing run is closed by itself.

-- The sweep looks at these each minute.
create index alerts_open_lateness_idx on public.alerts (model_version)
    where
        status <> 'resolved'
        and model_version in ('rule:late_run', 'rule:missing_run', 'rule:stuck_run', 'rule:schedule_fault');

-- Resolves the alerts whose run came, and those that nobody waits for any more.
create function engine.close_late_runs()
    returns bigint
    language sql
    volatile
    set search_path = ''
as $$
    with over as (
        select
            alert.id,
            came.execution_id,
            case
                when came.execution_id is not null then 'the run came'
                else 'the pipeline was switched off, or its schedule or settings changed'
            end as because
        from public.alerts as alert
        left join engine.expectations as expectation
            on expectation.pipeline_id = alert.pipeline_id
            and expectation.workspace_id = alert.workspace_id
        cross join lateral (
            select engine.run_that_came(
                alert.pipeline_id,
                (alert.evidence ->> 'expected_at')::timestamptz,
                (alert.evidence ->> 'early_seconds')::double precision
            ) as execution_id
        ) as came
        where
            alert.status <> 'resolved'
            and alert.model_version in ('rule:late_run', 'rule:missing_run')
            and (came.execution_id is not null or expectation.late_said_at is null)
        order by alert.id
        for update of alert skip locked
    ),
    closed as (
        update public.alerts as alert
        set
            status = 'resolved',
            resolved_at = now(),
            evidence = alert.evidence
                || jsonb_build_object('closed_because', over.because, 'closed_by_execution_id', over.execution_id)
        from over
        where alert.id = over.id
        returning alert.id
    )
    select count(*) from closed
$$;

-- A run came, ended, and detect has learned from it, and still it is waited for: the row was locked as detect completed, or
-- the run repeats another and is no start of the pipeline's own. Detect is to look again; answers how many.
create function engine.void_what_came()
    returns integer
    language plpgsql
    set search_path = ''
as $$
declare
    behind uuid[] := engine.lock_expectations(
        array(
            select expectation.pipeline_id
            from engine.expectations as expectation
            join engine.events as event
                on event.execution_id = engine.run_that_came(
                    expectation.pipeline_id, expectation.expected_at, expectation.early_seconds
                )
                and event.workspace_id = expectation.workspace_id
                and event.engine = 'detect'
                and event.phase = 'ended'
            where
                expectation.late_after <= now()
                and event.done_at < now()
        )
    );
begin
    perform engine.void_expectations(behind);
    return cardinality(behind);
end
$$;

revoke execute on all functions in schema engine from public;
