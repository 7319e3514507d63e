-- From detections to incidents: every stored decision is a signal, a recovery, or neither.

-- What a detection says in one line.
create function engine.signal_title(p_kind text, p_pipeline text, p_reasons jsonb, p_error text)
    returns text
    language sql
    immutable
    set search_path = ''
as $$
    select case p_kind
        when 'failure' then format('%s failed: %s', p_pipeline, coalesce(nullif(left(p_error, 200), ''), 'no message'))
        else format('%s: %s', p_pipeline, coalesce(left(p_reasons #>> '{0,text}', 300), 'a strange run'))
    end
$$;

-- The detections that are signals, each with its kind, severity and title.
create function engine.signals_of(p_workspace_id uuid, p_detection_ids uuid[])
    returns table (
        id uuid, created_at timestamptz, pipeline_id uuid, execution_id uuid, kind text, severity text, title text,
        error_fingerprint text
    )
    language sql
    stable
    set search_path = ''
as $$
    select
        signal.id,
        signal.created_at,
        signal.pipeline_id,
        signal.execution_id,
        signal.kind,
        case when signal.kind = 'anomaly' and signal.score < 0.8 then 'low' else 'medium' end,
        engine.signal_title(signal.kind, signal.pipeline_name, signal.reasons, signal.error_template),
        case when signal.kind = 'failure' then signal.error_fingerprint end
    from (
        select
            detection.*,
            detection.evidence #>> '{error_signature,template}' as error_template,
            pipeline.name as pipeline_name,
            case
                when detection.execution_id is null or detection.phase <> 'ended' then 'late'
                when execution.status = 'failed' then 'failure'
                else 'anomaly'
            end as kind
        from public.detections as detection
        join public.pipelines as pipeline on pipeline.id = detection.pipeline_id
        left join public.executions as execution
            on execution.id = detection.execution_id
            and execution.workspace_id = detection.workspace_id
        where
            detection.id = any (p_detection_ids)
            and detection.workspace_id = p_workspace_id
            and (detection.is_anomaly or execution.status = 'failed')
    ) as signal
$$;

-- Puts a signal where it belongs; answers the incident, or null where it is suppressed.
create function engine.place_signal(
    p_workspace_id uuid, p_pipeline_id uuid, p_execution_id uuid, p_kind text, p_severity text, p_title text,
    p_fingerprint text
)
    returns uuid
    language plpgsql
    set search_path = ''
as $$
declare
    cause text := case
        when p_kind = 'failure' and p_fingerprint is not null then 'signature:' || p_fingerprint
        else p_kind || ':' || p_pipeline_id
    end;
    incident uuid;
    inherited uuid;
begin
    -- Maintenance delays and excuses late runs before they become signals.
    if p_kind <> 'late' and engine.suppress(p_workspace_id, p_pipeline_id, p_fingerprint) then
        return null;
    end if;
    incident := engine.incident_of(p_workspace_id, p_pipeline_id, p_kind, cause);
    if incident is null then
        select upstream.incident_id, upstream.upstream_id into incident, inherited
        from engine.trouble_upstream(p_workspace_id, p_pipeline_id) as upstream;
    end if;
    if incident is null then
        incident := engine.open_incident(
            p_workspace_id, p_pipeline_id, p_kind, cause, p_severity, p_title, p_fingerprint
        );
        perform engine.reopen_alert(incident);
    end if;
    perform engine.add_signal(incident, p_workspace_id, p_pipeline_id, p_execution_id, inherited);
    return incident;
end
$$;

-- A late or stuck run has an alert of its own, which ends when the run comes or ends. Where an incident is open already that
-- it is part of, it is told there; else its alert is the incident's.
create function engine.fold_late_alert(p_workspace_id uuid, p_pipeline_id uuid, p_execution_id uuid, p_incident_id uuid)
    returns boolean
    language plpgsql
    set search_path = ''
as $$
declare
    is_told boolean := exists (
        select
        from public.alerts
        where
            incident_id = p_incident_id
            and workspace_id = p_workspace_id
            and status <> 'resolved'
            and subject not in ('late:' || p_pipeline_id, coalesce('stuck:' || p_execution_id, ''))
    );
begin
    update public.alerts
    set
        incident_id = p_incident_id,
        status = case when is_told then 'resolved' else status end,
        resolved_at = case when is_told then clock_timestamp() else resolved_at end,
        evidence = case
            when is_told then evidence || jsonb_build_object('part_of', p_incident_id) else evidence
        end
    where
        workspace_id = p_workspace_id
        and subject in ('late:' || p_pipeline_id, coalesce('stuck:' || p_execution_id, ''))
        and status <> 'resolved';
    return is_told;
end
$$;

-- A success counts towards the end of its pipeline's trouble; a pipeline that came back needs more of them.
create function engine.note_recoveries(p_workspace_id uuid, p_pipeline_ids uuid[])
    returns void
    language plpgsql
    set search_path = ''
as $$
declare
    touched uuid[];
begin
    with recovered as (
        update public.incident_pipelines as member
        set
            successes = member.successes + success.runs,
            is_over = member.successes + success.runs > least(incident.relapses, 5)
        from (
            select pipeline_id, count(*)::integer as runs from unnest(p_pipeline_ids) as ran (pipeline_id) group by 1
        ) as success,
            public.incidents as incident
        where
            member.pipeline_id = success.pipeline_id
            and member.workspace_id = p_workspace_id
            and not member.is_over
            and incident.id = member.incident_id
            and incident.status = 'open'
        returning member.incident_id
    )
    select array_agg(distinct incident_id) into touched from recovered;
    if touched is not null then
        perform engine.close_incidents(p_workspace_id, touched);
    end if;
end
$$;

-- As statement-level trigger, because detections come in batches: what an incident has to say is said once per batch.
create function engine.group_detections()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    workspace uuid;
    signal record;
    recovery record;
    incident uuid;
    touched uuid[];
    has_failures boolean;
begin
    for workspace in
        select distinct stored.workspace_id
        from stored
        left join public.executions as execution
            on execution.id = stored.execution_id
            and execution.workspace_id = stored.workspace_id
        where
            stored.is_anomaly
            or execution.status = 'failed'
        order by 1
    loop
        -- One at a time in a workspace: two instances must not open two incidents of one cause.
        perform pg_advisory_xact_lock(hashtextextended('incidents:' || workspace, 20261124));
        touched := '{}';
        has_failures := false;
        for signal in
            select * from engine.signals_of(workspace, array(select stored.id from stored)) order by created_at, id
        loop
            incident := engine.place_signal(
                workspace, signal.pipeline_id, signal.execution_id, signal.kind, signal.severity, signal.title,
                signal.error_fingerprint
            );
            has_failures := has_failures or signal.kind = 'failure';
            if incident is not null
                and (
                    signal.kind <> 'late'
                    or engine.fold_late_alert(workspace, signal.pipeline_id, signal.execution_id, incident)
                )
            then
                touched := touched || incident;
            end if;
        end loop;
        if has_failures then
            touched := touched || engine.merge_outage(workspace);
        end if;
        perform engine.say_incident(open_incident.id)
        from public.incidents as open_incident
        where
            open_incident.id = any (touched)
            and open_incident.status = 'open';
    end loop;
    for recovery in
        select stored.workspace_id, array_agg(stored.pipeline_id) as pipeline_ids
        from stored
        join public.executions as execution
            on execution.id = stored.execution_id
            and execution.workspace_id = stored.workspace_id
            and execution.status = 'completed'
        where not stored.is_anomaly
        group by stored.workspace_id
    loop
        perform engine.note_recoveries(recovery.workspace_id, recovery.pipeline_ids);
    end loop;
    return null;
end
$$;

create trigger _500_detections_group
    after insert on public.detections
    referencing new table as stored
    for each statement
    execute function engine.group_detections();

-- Whoever resolves an alert says that its trouble is over: all of an incident's, or that of the late pipeline.
create function engine.follow_alert()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    update public.incident_pipelines
    set is_over = true
    where
        incident_id = new.incident_id
        and workspace_id = new.workspace_id
        and not is_over
        and (new.subject = 'incident:' || new.incident_id or pipeline_id = new.pipeline_id);
    perform engine.close_incidents(new.workspace_id, array[new.incident_id]);
    return null;
end
$$;

create trigger _500_alerts_follow
    after update of status on public.alerts
    for each row
    when (
        new.incident_id is not null
        and new.status = 'resolved'
        and old.status <> 'resolved'
        and not new.evidence ? 'part_of'
    )
    execute function engine.follow_alert();

revoke execute on all functions in schema engine from public;
