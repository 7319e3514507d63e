-- When models are looked at: every hour, and after so many labels, where any model is deployed.

insert into engine.settings (name, value, meaning) values
    ('observe_after_labels', '100', 'ended runs after which the deployed models of a workspace are looked at'),
    ('drift_report_retention_days', '90', 'how long what was found about deployed models is kept');

-- Where nothing is deployed nothing is counted, and nobody waits for the row.
create table engine.label_counts (
    workspace_id uuid primary key references public.workspaces (id) on delete cascade,
    -- Ended runs since the last time that an observation was asked for because of them.
    labels integer not null
) with (fillfactor = 50);

create function engine.request_observation(p_workspace_id uuid, p_reason text)
    returns void
    language sql
    set search_path = ''
as $$
    select engine.request_task('train', p_workspace_id, 'observation', p_reason)
$$;

create function engine.note_labels(p_workspace_id uuid, p_labels integer)
    returns void
    language plpgsql
    set search_path = ''
as $$
declare
    counted integer;
begin
    if p_labels <= 0
        or not exists (select from public.model_deployments where workspace_id = p_workspace_id)
    then
        return;
    end if;
    insert into engine.label_counts as known (workspace_id, labels)
    values (p_workspace_id, p_labels)
    on conflict (workspace_id) do update set labels = known.labels + excluded.labels
    returning labels into counted;
    if counted >= engine.setting('observe_after_labels')::integer then
        update engine.label_counts set labels = 0 where workspace_id = p_workspace_id;
        perform engine.request_observation(p_workspace_id, 'new labels');
    end if;
end
$$;

-- The outcome of a run is known here once `predict` has learned from its end.
create function engine.note_finished_ends()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    perform engine.note_labels(finished.workspace_id, finished.labels)
    from (
        select updated.workspace_id, count(*)::integer as labels
        from updated
        where
            updated.engine = 'predict'
            and updated.phase = 'ended'
            and updated.done_at is not null
        group by updated.workspace_id
        order by updated.workspace_id
    ) as finished;
    return null;
end
$$;

create trigger _500_events_note_finished_ends
    after update on engine.events
    referencing new table as updated
    for each statement
    execute function engine.note_finished_ends();

-- Where a model is deployed, or an alert about one is open that somebody has to take back.
create function engine.request_due_observations()
    returns integer
    language plpgsql
    set search_path = ''
as $$
declare
    watched uuid;
    requested integer := 0;
begin
    for watched in
        select workspace_id from public.model_deployments
        union
        select workspace_id
        from public.alerts
        where
            subject like 'model:%'
            and status <> 'resolved'
        order by 1
    loop
        perform engine.request_observation(watched, 'schedule');
        requested := requested + 1;
    end loop;
    return requested;
end
$$;

create function engine.forget_drift_reports()
    returns integer
    language plpgsql
    set search_path = ''
as $$
declare
    forgotten integer;
begin
    delete from public.drift_reports
    where created_at < now() - make_interval(days => engine.setting('drift_report_retention_days')::integer);
    get diagnostics forgotten = row_count;
    return forgotten;
end
$$;

revoke execute on all functions in schema engine from public;

do $$
begin
    perform cron.schedule('flexiroaster-observe', '7 * * * *', 'select engine.request_due_observations()');
    perform cron.schedule('flexiroaster-drift-retention', '27 4 * * *', 'select engine.forget_drift_reports()');
end
$$;
