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

create function engine.place_signal(
    p_workspace_id uuid, p_pipeline_id uuid, p_execution_id uuid, p_kind text, p_severity text, p_title text,
    p_fingerprint text
)
    returns void
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
    outage uuid;
begin
    if engine.suppress(p_workspace_id, p_pipeline_id, p_fingerprint) then
        return;
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
    if p_kind = 'failure' then
        outage := engine.merge_outage(p_workspace_id);
    end if;
    perform engine.say_incident(coalesce(outage, incident));
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

-- As statement-level trigger, because detections come in batches.
create function engine.group_detections()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    signal record;
    recovery record;
begin
    for signal in
        select
            stored.workspace_id, stored.pipeline_id, stored.execution_id, stored.reasons, stored.score,
            stored.error_fingerprint, stored.evidence #>> '{error_signature,template}' as error_template,
            pipeline.name as pipeline_name,
            case
                when stored.execution_id is null or stored.phase <> 'ended' then 'late'
                when execution.status = 'failed' then 'failure'
                else 'anomaly'
            end as kind
        from stored
        join public.pipelines as pipeline on pipeline.id = stored.pipeline_id
        left join public.executions as execution
            on execution.id = stored.execution_id
            and execution.workspace_id = stored.workspace_id
        where
            stored.is_anomaly
            or execution.status = 'failed'
        order by stored.workspace_id, stored.created_at
    loop
        -- One at a time in a workspace: two instances must not open two incidents of one cause.
        perform pg_advisory_xact_lock(hashtextextended('incidents:' || signal.workspace_id, 20261124));
        perform engine.place_signal(
            signal.workspace_id, signal.pipeline_id, signal.execution_id, signal.kind,
            case
                when signal.kind <> 'anomaly' then 'medium'
                when signal.score >= 0.8 then 'medium'
                else 'low'
            end,
            engine.signal_title(signal.kind, signal.pipeline_name, signal.reasons, signal.error_template),
            case when signal.kind = 'failure' then signal.error_fingerprint end
        );
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

revoke execute on all functions in schema engine from public;
