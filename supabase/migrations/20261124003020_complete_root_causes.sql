-- Completing for `rca`: causes go in under the token's own row-level security, in one transaction with the events.

create function public.complete_root_causes(payload jsonb)
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
    insert into public.root_causes (
        workspace_id, pipeline_id, execution_id, detection_id, rank, family, subcause, stage_name, confidence,
        transient, first_action, contributing_factors, model_version, evidence
    )
    select
        this_workspace, given.pipeline_id, given.execution_id, detection.id, given.rank, given.family, given.subcause,
        given.stage_name, given.confidence, given.transient, given.first_action,
        coalesce(given.contributing_factors, '[]'), given.model_version, coalesce(given.evidence, '{}')
    from jsonb_populate_recordset(null::public.root_causes, coalesce(document -> 'root_causes', '[]')) as given
    left join public.detections as detection
        on detection.execution_id = given.execution_id
        and detection.workspace_id = this_workspace
        and detection.phase = 'ended'
    where given.pipeline_id = any (held)
    on conflict do nothing;
    return finished;
end
$$;

revoke execute on function public.complete_root_causes(jsonb) from public, anon, authenticated;
grant execute on function public.complete_root_causes(jsonb) to ai_engine;
