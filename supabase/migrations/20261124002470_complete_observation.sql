-- What an observation leads to: reports, alerts, moves of pointers and training, in one transaction under its lease.

create function engine.store_observation(p_workspace_id uuid, payload jsonb)
    returns void
    language plpgsql
    set search_path = ''
as $$
begin
    insert into public.drift_reports
        (workspace_id, model_version_id, model_version, kind, score, is_drifted, evidence)
    select
        p_workspace_id, version.id, version.model_version, version.kind, given.score, given.is_drifted, given.evidence
    from jsonb_to_recordset(coalesce(payload -> 'reports', '[]')) as given (
        model_version_id uuid, score double precision, is_drifted boolean, evidence jsonb
    )
    -- A version that was deleted meanwhile needs no report.
    join public.model_versions as version
        on version.id = given.model_version_id
        and version.workspace_id = p_workspace_id;

    insert into public.alerts (workspace_id, severity, title, message, subject, model_version, evidence)
    select
        p_workspace_id, 'high', given.title, given.message, 'model:' || given.kind, given.model_version, given.evidence
    from jsonb_to_recordset(coalesce(payload -> 'alerts', '[]')) as given (
        kind text, title text, message text, model_version text, evidence jsonb
    )
    on conflict (workspace_id, subject) where status <> 'resolved' do nothing;

    update public.alerts
    set status = 'resolved', resolved_at = now()
    where
        workspace_id = p_workspace_id
        and subject like 'model:%'
        and status <> 'resolved'
        and subject not in (
            select 'model:' || (given ->> 'kind')
            from jsonb_array_elements(coalesce(payload -> 'alerts', '[]')) as given
        );
end
$$;

-- Payload: lease, reports ([{model_version_id, score, is_drifted, evidence}]), alerts ([{kind, title, message,
-- model_version, evidence}]), steps (see engine.take_step) and train ([{kind, reason}]). An alert about a kind that is
-- not named again is over. Answers {"stored": false} when the lease was lost, else {stored, moved: [generation or null
-- for each step]}.
create function engine.complete_observation(payload jsonb)
    returns jsonb
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    task engine.tasks;
    step jsonb;
    wanted jsonb;
    moved jsonb := '[]';
    answer jsonb;
begin
    perform engine.require_trainer();
    select * into task
    from engine.tasks
    where
        lease = (payload ->> 'lease')::uuid
        and engine = engine.token_engine()
        and workspace_id = engine.token_workspace_id()
        and kind = 'observation'
    for update;
    if not found then
        return jsonb_build_object('stored', false);
    end if;
    perform engine.store_observation(task.workspace_id, payload);
    for step in select jsonb_array_elements(coalesce(payload -> 'steps', '[]')) loop
        moved := moved || coalesce(to_jsonb(engine.take_step(task.workspace_id, step)), 'null');
    end loop;
    for wanted in select jsonb_array_elements(coalesce(payload -> 'train', '[]')) loop
        perform engine.request_task('train', task.workspace_id, wanted ->> 'kind', wanted ->> 'reason');
    end loop;
    answer := jsonb_build_object('stored', true, 'moved', moved);
    perform engine.finish_task(
        task.lease, answer || jsonb_build_object('reports', jsonb_array_length(coalesce(payload -> 'reports', '[]')))
    );
    return answer;
end
$$;

create function public.complete_observation(payload jsonb)
    returns jsonb
    language sql
    volatile
    set search_path = ''
as $$
    select engine.complete_observation(engine.unwrap(payload))
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.complete_observation(jsonb) from public, anon, authenticated;
grant execute on function engine.complete_observation(jsonb), public.complete_observation(jsonb) to ai_engine;
