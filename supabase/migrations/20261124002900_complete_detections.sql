-- Completing for `detect`: with its word about what ended, when the next run of each pipeline is expected.

create or replace function public.complete_detections(payload jsonb)
    returns jsonb
    language plpgsql
    set search_path = ''
as $$
declare
    document jsonb := engine.unwrap(payload);
    finished jsonb := engine.finish_events(document);
    held uuid[] := array(select jsonb_array_elements_text(finished -> 'stored')::uuid);
    this_workspace uuid := engine.token_workspace_id();
begin
    insert into public.detections (
        workspace_id, pipeline_id, execution_id, phase, status, runs_missing, score, is_anomaly, reasons,
        guardrail_action, model, model_version, model_version_id, model_fault, alternatives, evidence
    )
    select
        this_workspace, given.pipeline_id, given.execution_id, given.phase, given.status,
        given.runs_missing, given.score, given.is_anomaly, coalesce(given.reasons, '[]'), given.guardrail_action,
        given.model, given.model_version, given.model_version_id, given.model_fault,
        coalesce(given.alternatives, '[]'), coalesce(given.evidence, '{}')
    from jsonb_populate_recordset(null::public.detections, coalesce(document -> 'detections', '[]')) as given
    where given.pipeline_id = any (held)
    on conflict do nothing;
    if document ? 'expectations' then
        perform engine.store_expectations(this_workspace, document -> 'expectations', held);
    end if;
    return finished;
end
$$;
