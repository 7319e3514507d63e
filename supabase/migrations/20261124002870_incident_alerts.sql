-- One alert and one insight per open incident, kept as the incident grows, closed by themselves when it is over.

-- What an incident is called: by its first signal while it is one pipeline's, by its size afterwards.
create function engine.incident_title(incident public.incidents)
    returns text
    language sql
    stable
    set search_path = ''
as $$
    select case
        when incident.pipelines < 2 then incident.title
        when incident.kind = 'outage' then
            format('Outage: %s pipelines fail', incident.pipelines)
        else format('%s pipelines are affected: %s', incident.pipelines, incident.title)
    end
$$;

create function engine.incident_severity(incident public.incidents)
    returns text
    language sql
    stable
    set search_path = ''
as $$
    select case
        when incident.kind = 'outage' then 'critical'
        when incident.pipelines > 1 and incident.severity in ('low', 'medium') then 'high'
        else incident.severity
    end
$$;

create function engine.say_incident(p_incident_id uuid)
    returns void
    language plpgsql
    set search_path = ''
as $$
declare
    incident public.incidents;
    said text;
    told jsonb;
begin
    select * into incident from public.incidents where id = p_incident_id;
    said := format(
        '%s since %s UTC, %s %s. It closes by itself when %s.',
        engine.incident_title(incident),
        to_char(incident.opened_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'),
        incident.signals,
        case when incident.signals = 1 then 'run' else 'runs' end,
        case when incident.pipelines = 1 then 'the pipeline recovers' else 'all of them recover' end
    );
    told := jsonb_build_object(
        'pipelines', incident.pipelines,
        'signals', incident.signals,
        'relapses', incident.relapses,
        'error_fingerprint', incident.error_fingerprint
    );
    -- The alert of a single late run gives way to that of an incident that has grown.
    update public.alerts
    set
        status = 'resolved',
        resolved_at = clock_timestamp(),
        evidence = evidence || jsonb_build_object('part_of', incident.id)
    where
        incident_id = incident.id
        and workspace_id = incident.workspace_id
        and subject <> 'incident:' || incident.id
        and status <> 'resolved';
    insert into public.alerts as alert
        (workspace_id, pipeline_id, severity, title, message, subject, incident_id, model_version, evidence)
    values (
        incident.workspace_id, incident.first_pipeline_id, engine.incident_severity(incident),
        left(engine.incident_title(incident), 500), said, 'incident:' || incident.id, incident.id,
        incident.model_version, told
    )
    on conflict (workspace_id, subject) where status <> 'resolved' do update
    set severity = excluded.severity, title = excluded.title, message = excluded.message, evidence = excluded.evidence;

    update public.ai_insights
    set
        severity = engine.incident_severity(incident),
        title = left(engine.incident_title(incident), 500),
        description = said,
        evidence = told
    where
        incident_id = incident.id
        and workspace_id = incident.workspace_id;
    if not found then
        insert into public.ai_insights
            (workspace_id, pipeline_id, insight_type, severity, title, description, incident_id, model_version, evidence)
        values (
            incident.workspace_id, incident.first_pipeline_id, 'anomaly', engine.incident_severity(incident),
            left(engine.incident_title(incident), 500), said, incident.id, incident.model_version, told
        );
    end if;
end
$$;

-- A relapse takes up the alert that was closed, so that a pipeline that flaps is one line of the feed.
create function engine.reopen_alert(p_incident_id uuid)
    returns void
    language sql
    set search_path = ''
as $$
    update public.alerts
    set status = 'active', resolved_at = null, resolved_by = null
    where
        id = (
            select id
            from public.alerts
            where
                incident_id = p_incident_id
                and subject = 'incident:' || p_incident_id
                and status = 'resolved'
            order by resolved_at desc
            limit 1
        )
$$;

-- Over are the incidents in which every pipeline is.
create function engine.close_incidents(p_workspace_id uuid, p_incident_ids uuid[])
    returns void
    language sql
    set search_path = ''
as $$
    with over as (
        update public.incidents as incident
        set status = 'resolved', resolved_at = clock_timestamp()
        where
            incident.id = any (p_incident_ids)
            and incident.workspace_id = p_workspace_id
            and incident.status = 'open'
            and not exists (
                select
                from public.incident_pipelines as member
                where
                    member.incident_id = incident.id
                    and not member.is_over
            )
        returning incident.id
    )
    update public.alerts
    set
        status = 'resolved',
        resolved_at = clock_timestamp(),
        evidence = evidence || jsonb_build_object('closed_because', 'recovered')
    where
        incident_id in (select id from over)
        and workspace_id = p_workspace_id
        and status <> 'resolved'
$$;

revoke execute on all functions in schema engine from public;
