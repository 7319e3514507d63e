-- What is deployed and what was last found about it, for people.

create view public.model_rungs
    with (security_invoker = true)
as
select
    deployment.id,
    deployment.workspace_id,
    deployment.kind,
    deployment.rung,
    deployment.model_version_id,
    deployment.canary_percent,
    deployment.pinned,
    deployment.generation,
    deployment.created_at,
    latest.is_drifted,
    latest.score as drift_score,
    (latest.evidence ->> 'labelled')::integer as labelled_runs,
    latest.evidence ->> 'verdict' as verdict,
    latest.created_at as observed_at
from public.model_deployments as deployment
left join lateral (
    select report.is_drifted, report.score, report.evidence, report.created_at
    from public.drift_reports as report
    where
        report.model_version_id = deployment.model_version_id
        and report.workspace_id = deployment.workspace_id
        and report.evidence ->> 'rung' = deployment.rung
        and report.created_at >= deployment.created_at
    order by report.created_at desc
    limit 1
) as latest on true;

comment on view public.model_rungs is 'One row per deployed model, with what the last observation found about it there.';
comment on column public.model_rungs.labelled_runs is 'Runs whose outcome is known and that it answered on this rung.';
comment on column public.model_rungs.verdict is 'What the test of the rung says, in words; null before the first observation.';

revoke all on public.model_rungs from public, anon, authenticated;
grant select on public.model_rungs to authenticated, ai_engine, service_role;
