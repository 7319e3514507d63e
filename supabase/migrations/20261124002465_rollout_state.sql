-- What is deployed in a workspace, as the trainer sees it.

create index drift_reports_version_created_idx on public.drift_reports (model_version_id, created_at desc);

-- {deployments: [{kind, rung, model, generation, since, pinned, canary_percent, previous_version_id, reference,
-- trained_until, was_drifted}], healing}: since in seconds since 1970; reference is what the model's features and answers
-- looked like when it was trained; was_drifted is what the last observation found; healing as engine.healing_figures.
create function engine.rollout_state()
    returns jsonb
    language plpgsql
    stable
    security definer
    set search_path = ''
as $$
declare
    this_workspace uuid := engine.token_workspace_id();
begin
    perform engine.require_trainer();
    return jsonb_build_object(
        'deployments', (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'kind', deployment.kind,
                        'rung', deployment.rung,
                        'model', engine.model_document(version),
                        'generation', deployment.generation,
                        'since', extract(epoch from deployment.created_at),
                        'pinned', deployment.pinned,
                        'canary_percent', deployment.canary_percent,
                        'previous_version_id', deployment.previous_version_id,
                        'reference', coalesce(version.evidence -> 'reference', '{}'),
                        'trained_until', version.manifest #> '{training,last_at}',
                        'was_drifted', coalesce(latest.is_drifted, false)
                    )
                    order by deployment.kind, deployment.rung
                ),
                '[]'
            )
            from public.model_deployments as deployment
            join public.model_versions as version on version.id = deployment.model_version_id
            left join lateral (
                select report.is_drifted
                from public.drift_reports as report
                where report.model_version_id = deployment.model_version_id
                order by report.created_at desc
                limit 1
            ) as latest on true
            where deployment.workspace_id = this_workspace
        ),
        'healing', engine.healing_figures(this_workspace)
    );
end
$$;

create function public.rollout_state()
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select engine.rollout_state()
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.rollout_state() from public, anon, authenticated;
grant execute on function engine.rollout_state(), public.rollout_state() to ai_engine;
