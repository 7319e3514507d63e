-- The watch list: when the next run of a pipeline is expected, and how long a run may go on. Written by detect, which
-- knows the pipeline; looked at by the sweep, which needs to know nothing but the time.

create table engine.expectations (
    pipeline_id uuid not null,
    workspace_id uuid not null,
    -- What it rests on; null: no run is waited for, and the note says why.
    source text check (source in ('schedule', 'rhythm')),
    note text not null default '',
    -- What is wrong with schedule_cron or its time zone, and what was said about it.
    schedule_fault text,
    schedule_fault_said text,
    -- The latest start that was known.
    last_start timestamptz,
    expected_at timestamptz,
    late_after timestamptz,
    -- The run after that; when it is late too, the pipeline's run is missing.
    next_expected_at timestamptz,
    missing_after timestamptz,
    -- A run that starts this much sooner is the expected one.
    early_seconds double precision not null default 0 check (early_seconds >= 0),
    usual_start text not null default '',
    stuck_after_seconds double precision check (stuck_after_seconds > 0),
    usual_duration text not null default '',
    -- Said once: null until then.
    late_said_at timestamptz,
    missing_said_at timestamptz,
    -- Runs that did not come while a maintenance window was open.
    suppressed bigint not null default 0,
    -- Since then a schedule or a setting is another one, and detect has not looked at it.
    stale_since timestamptz,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (pipeline_id, workspace_id),
    check (num_nulls(source, expected_at, late_after, next_expected_at, missing_after) in (0, 5)),
    check (expected_at <= late_after and late_after <= missing_after),
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
create index expectations_due_idx on engine.expectations (late_after) where late_said_at is null;
create index expectations_overdue_idx on engine.expectations (missing_after)
    where late_said_at is not null and missing_said_at is null;
create index expectations_stale_idx on engine.expectations (workspace_id) where stale_since is not null;

-- Takes what detect expects of pipelines that it holds. Called when it completes events (`since` is null), and when it
-- was asked to look at pipelines whose schedule changed (`since` is when; another change meanwhile stands). Runs that are
-- recorded late move nothing: only a later start than the one known replaces what is waited for, and where that is late
-- already, only a start that is the expected one.
--
-- Never waits: a row that is locked belongs to somebody who changes the pipeline, or to the sweep that says it is late.
-- Either way detect is asked to look again (engine.void_expectations). Answers how many pipelines were taken.
create function engine.store_expectations(p_workspace_id uuid, payload jsonb, held uuid[])
    returns integer
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    locked uuid[];
begin
    perform engine.require_engine();
    if engine.token_engine() <> 'detect' or p_workspace_id is distinct from engine.token_workspace_id() then
        raise insufficient_privilege using message = 'what is expected of a workspace is said by its detect';
    end if;

    insert into engine.expectations (pipeline_id, workspace_id)
    select pipeline.id, pipeline.workspace_id
    from public.pipelines as pipeline
    where
        pipeline.id in (
            select given.pipeline_id
            from jsonb_to_recordset(payload) as given (pipeline_id uuid, since timestamptz)
            where
                given.since is null
                and given.pipeline_id = any (held)
        )
        and pipeline.workspace_id = p_workspace_id
        and pipeline.is_active
        and not exists (
            select from engine.expectations as known where known.pipeline_id = pipeline.id
        )
    order by pipeline.id
    for no key update of pipeline skip locked
    on conflict do nothing;

    locked := array(
        select pipeline_id
        from engine.expectations
        where
            pipeline_id = any (held)
            and workspace_id = p_workspace_id
        order by pipeline_id
        for update skip locked
    );

    with given as (
        select *
        from jsonb_to_recordset(payload) as given (
            pipeline_id uuid, since timestamptz, source text, note text, schedule_fault text, last_start timestamptz,
            expected_at timestamptz, late_after timestamptz, next_expected_at timestamptz, missing_after timestamptz,
            early_seconds double precision, usual_start text, stuck_after_seconds double precision, usual_duration text
        )
        where pipeline_id = any (locked)
    ),
    looked_at as (
        update engine.expectations as known
        set
            note = given.note,
            schedule_fault = given.schedule_fault,
            schedule_fault_said = case when given.schedule_fault is not null then known.schedule_fault_said end,
            stuck_after_seconds = given.stuck_after_seconds,
            usual_duration = given.usual_duration,
            stale_since = null,
            updated_at = clock_timestamp()
        from given
        where
            known.pipeline_id = given.pipeline_id
            and known.workspace_id = p_workspace_id
            and known.stale_since is not distinct from given.since
        returning known.pipeline_id
    )
    select coalesce(array_agg(pipeline_id), '{}') into locked from looked_at;

    update engine.expectations as known
    set
        source = given.source,
        last_start = given.last_start,
        expected_at = given.expected_at,
        late_after = given.late_after,
        next_expected_at = given.next_expected_at,
        missing_after = given.missing_after,
        early_seconds = coalesce(given.early_seconds, 0),
        usual_start = given.usual_start,
        late_said_at = null,
        missing_said_at = null
    from jsonb_to_recordset(payload) as given (
        pipeline_id uuid, source text, last_start timestamptz, expected_at timestamptz, late_after timestamptz,
        next_expected_at timestamptz, missing_after timestamptz, early_seconds double precision, usual_start text
    )
    where
        known.pipeline_id = given.pipeline_id
        and known.pipeline_id = any (locked)
        and known.workspace_id = p_workspace_id
        and (
            known.expected_at is null
            or (
                given.last_start > coalesce(known.last_start, '-infinity')
                and (
                    known.late_said_at is null
                    or given.last_start >= known.expected_at - make_interval(secs => known.early_seconds)
                )
            )
        );
    return cardinality(locked);
end
$$;

-- What was waited for is void: detect is to look again.
create function engine.void_expectations(pipeline_ids uuid[])
    returns void
    language plpgsql
    set search_path = ''
as $$
begin
    -- One order for everybody.
    perform
    from engine.expectations
    where pipeline_id = any (pipeline_ids)
    order by pipeline_id
    for update;
    update engine.expectations
    set
        stale_since = clock_timestamp(),
        source = null,
        last_start = null,
        expected_at = null,
        late_after = null,
        next_expected_at = null,
        missing_after = null,
        late_said_at = null,
        missing_said_at = null
    where pipeline_id = any (pipeline_ids);
end
$$;

revoke execute on all functions in schema engine from public;
grant execute on function engine.store_expectations(uuid, jsonb, uuid[]) to ai_engine;
