-- Signals: what an incident is made of. Each failed, strange, late or stuck run is one, unless it is suppressed.

insert into engine.settings (name, value, meaning) values
    ('outage_pipelines', '5', 'pipelines that begin to fail within the outage window and are then one outage'),
    ('outage_window_seconds', '600', 'how near in time failures of different causes are to be one outage'),
    ('relapse_seconds', '3600', 'how soon after its end an incident that comes back is the same one');

-- Whether nobody wants to hear of it now; whoever suppresses it counts it.
create function engine.suppress(p_workspace_id uuid, p_pipeline_id uuid, p_fingerprint text)
    returns boolean
    language plpgsql
    set search_path = ''
as $$
declare
    by_window integer;
    by_silence integer;
begin
    update public.maintenance_windows
    set suppressed = suppressed + 1
    where
        workspace_id = p_workspace_id
        and (pipeline_id is null or pipeline_id = p_pipeline_id)
        and clock_timestamp() between starts_at and ends_at;
    get diagnostics by_window = row_count;
    update public.silences
    set suppressed = suppressed + 1
    where
        workspace_id = p_workspace_id
        and (pipeline_id is null or pipeline_id = p_pipeline_id)
        and (error_fingerprint is null or error_fingerprint = p_fingerprint)
        and clock_timestamp() between starts_at and ends_at;
    get diagnostics by_silence = row_count;
    return by_window + by_silence > 0;
end
$$;

-- The nearest pipeline upstream, at most five steps away, whose own trouble is in an open incident: {incident, pipeline}.
create function engine.trouble_upstream(p_workspace_id uuid, p_pipeline_id uuid)
    returns table (incident_id uuid, upstream_id uuid)
    language sql
    stable
    set search_path = ''
as $$
    with recursive above (id, steps) as (
        select upstream_id, 1
        from public.pipeline_dependencies
        where
            downstream_id = p_pipeline_id
            and workspace_id = p_workspace_id
        -- Not union all: a circle of dependencies ends.
        union
        select dependency.upstream_id, above.steps + 1
        from above
        join public.pipeline_dependencies as dependency
            on dependency.downstream_id = above.id
            and dependency.workspace_id = p_workspace_id
        where above.steps < 5
    )
    select troubled.incident_id, troubled.pipeline_id
    from above
    join public.incident_pipelines as troubled
        on troubled.pipeline_id = above.id
        and troubled.workspace_id = p_workspace_id
        and not troubled.is_over
    join public.incidents as incident
        on incident.id = troubled.incident_id
        and incident.status = 'open'
    where above.id <> p_pipeline_id
    order by above.steps, troubled.first_at
    limit 1
$$;

-- The open incident that a signal belongs to, or null.
create function engine.incident_of(p_workspace_id uuid, p_pipeline_id uuid, p_kind text, p_cause text)
    returns uuid
    language sql
    stable
    set search_path = ''
as $$
    select found.id
    from (
        -- A pipeline is in one incident at a time.
        select member.incident_id as id, 1 as rank
        from public.incident_pipelines as member
        join public.incidents as incident
            on incident.id = member.incident_id
            and incident.status = 'open'
        where
            member.pipeline_id = p_pipeline_id
            and member.workspace_id = p_workspace_id
            and not member.is_over
        union all
        select id, 2
        from public.incidents
        where
            workspace_id = p_workspace_id
            and cause = p_cause
            and status = 'open'
        union all
        -- Whatever fails during an outage is part of it.
        select id, 3
        from public.incidents
        where
            workspace_id = p_workspace_id
            and kind = 'outage'
            and status = 'open'
            and p_kind = 'failure'
            and last_signal_at >= clock_timestamp()
                - make_interval(secs => engine.setting('outage_window_seconds')::double precision)
    ) as found
    order by found.rank
    limit 1
$$;

-- Opens an incident, or the one of the same cause that ended a short while ago: it flaps, and is not said afresh. A run
-- that is late is waited for by its own time, and the next one is another matter.
create function engine.open_incident(
    p_workspace_id uuid, p_pipeline_id uuid, p_kind text, p_cause text, p_severity text, p_title text, p_fingerprint text
)
    returns uuid
    language plpgsql
    set search_path = ''
as $$
declare
    opened uuid;
begin
    update public.incidents
    set status = 'open', resolved_at = null, relapses = relapses + 1
    where id = (
        select id
        from public.incidents
        where
            workspace_id = p_workspace_id
            and cause = p_cause
            and status = 'resolved'
            and p_kind <> 'late'
            and resolved_at >= clock_timestamp()
                - make_interval(secs => engine.setting('relapse_seconds')::double precision)
        order by resolved_at desc
        limit 1
    )
    returning id into opened;
    if opened is null then
        insert into public.incidents
            (workspace_id, kind, cause, severity, title, error_fingerprint, first_pipeline_id)
        values (p_workspace_id, p_kind, p_cause, p_severity, left(p_title, 500), p_fingerprint, p_pipeline_id)
        returning id into opened;
    end if;
    return opened;
end
$$;

-- Makes one outage of the open failures that began within the window, if they are many; answers it, or null.
create function engine.merge_outage(p_workspace_id uuid)
    returns uuid
    language plpgsql
    set search_path = ''
as $$
declare
    near uuid[] := array(
        select id
        from public.incidents
        where
            workspace_id = p_workspace_id
            and kind in ('failure', 'outage')
            and status = 'open'
            and opened_at >= clock_timestamp()
                - make_interval(secs => engine.setting('outage_window_seconds')::double precision)
        order by opened_at, id
    );
    troubled integer;
begin
    select count(distinct pipeline_id) into troubled
    from public.incident_pipelines
    where
        incident_id = any (near)
        and not is_over;
    if troubled < engine.setting('outage_pipelines')::integer then
        return null;
    end if;
    insert into public.incident_pipelines
        (incident_id, pipeline_id, workspace_id, inherited_from, signals, is_over, last_execution_id, first_at, last_at)
    select
        near[1], pipeline_id, workspace_id, inherited_from, signals, is_over, last_execution_id, first_at, last_at
    from public.incident_pipelines
    where incident_id = any (near[2:])
    on conflict (incident_id, pipeline_id) do nothing;
    update public.alerts
    set status = 'resolved', resolved_at = clock_timestamp(), evidence = evidence || jsonb_build_object('part_of', near[1])
    where
        incident_id = any (near[2:])
        and workspace_id = p_workspace_id
        and status <> 'resolved';
    delete from public.ai_insights
    where
        incident_id = any (near[2:])
        and workspace_id = p_workspace_id;
    update public.incidents
    set
        status = 'resolved',
        resolved_at = clock_timestamp(),
        -- Its cause is the outage's now: a relapse opens no second incident.
        cause = left('outage:' || near[1] || ':' || id, 300),
        evidence = evidence || jsonb_build_object('part_of', near[1])
    where id = any (near[2:]);
    update public.incidents as outage
    set kind = 'outage', signals = total.signals, pipelines = total.pipelines
    from (
        select sum(signals) as signals, count(*) as pipelines
        from public.incident_pipelines
        where incident_id = near[1]
    ) as total
    where outage.id = near[1];
    return near[1];
end
$$;

-- Counts a signal to an incident and to its pipeline there.
create function engine.add_signal(
    p_incident_id uuid, p_workspace_id uuid, p_pipeline_id uuid, p_execution_id uuid, p_inherited_from uuid
)
    returns void
    language sql
    set search_path = ''
as $$
    insert into public.incident_pipelines as member
        (incident_id, pipeline_id, workspace_id, inherited_from, last_execution_id)
    values (p_incident_id, p_pipeline_id, p_workspace_id, p_inherited_from, p_execution_id)
    on conflict (incident_id, pipeline_id) do update
    set
        signals = member.signals + 1,
        successes = 0,
        is_over = false,
        last_execution_id = coalesce(excluded.last_execution_id, member.last_execution_id),
        last_at = clock_timestamp();
    update public.incidents
    set
        signals = signals + 1,
        pipelines = (select count(*) from public.incident_pipelines where incident_id = p_incident_id),
        last_signal_at = clock_timestamp()
    where id = p_incident_id;
$$;

revoke execute on all functions in schema engine from public;
