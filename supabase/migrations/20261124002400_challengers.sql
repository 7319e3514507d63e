-- Challengers: models that are tried beside production. They come with every claim, and what they say is kept beside
-- what was served.

insert into engine.settings (name, value, meaning) values
    ('canary_percent', '10', 'the share of runs that a canary serves where its deployment names none');

alter table public.predictions add column alternatives jsonb not null default '[]'
    check (jsonb_typeof(alternatives) = 'array');
alter table public.detections add column alternatives jsonb not null default '[]'
    check (jsonb_typeof(alternatives) = 'array');

comment on column public.predictions.alternatives is
    'What others would have said: [{rung, model_version, model_version_id, failure_probability}]; rung none is the formula.';
comment on column public.detections.alternatives is
    'What other models said of the run: [{rung, model_version, model_version_id, score}].';

create function engine.challenger_models()
    returns jsonb
    language plpgsql
    stable
    security definer
    set search_path = ''
as $$
begin
    perform engine.require_engine();
    return (
        select coalesce(jsonb_object_agg(challenger.kind, challenger.documents), '{}')
        from (
            select
                deployment.kind,
                jsonb_agg(
                    jsonb_build_object(
                        'rung', deployment.rung,
                        'percent', case
                            when deployment.rung = 'canary'
                            then coalesce(
                                deployment.canary_percent, engine.setting('canary_percent')::double precision
                            )
                            else 0
                        end,
                        'model', engine.model_document(version)
                    )
                    order by deployment.rung
                ) as documents
            from public.model_deployments as deployment
            join public.model_versions as version on version.id = deployment.model_version_id
            where
                deployment.workspace_id = engine.token_workspace_id()
                and deployment.rung <> 'production'
            group by deployment.kind
        ) as challenger
    );
end
$$;

create function engine.model_document(version public.model_versions)
    returns jsonb
    language sql
    immutable
    set search_path = ''
as $$
    select jsonb_build_object(
        'id', version.id,
        'model_version', version.model_version,
        'object_key', version.object_key,
        'sha256', version.sha256,
        'size_bytes', version.size_bytes,
        'feature_fingerprint', version.feature_fingerprint,
        'threshold', version.threshold
    )
$$;

create or replace function engine.production_models(p_workspace_id uuid)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select coalesce(jsonb_object_agg(deployment.kind, engine.model_document(version)), '{}')
    from public.model_deployments as deployment
    join public.model_versions as version on version.id = deployment.model_version_id
    where
        deployment.workspace_id = p_workspace_id
        and deployment.rung = 'production'
$$;

create or replace function public.claim_events(max_events integer default 200)
    returns jsonb
    language sql
    volatile
    set search_path = ''
as $$
    select engine.claim_events(max_events) || jsonb_build_object('challengers', engine.challenger_models())
$$;

create or replace function public.complete_predictions(payload jsonb)
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
    insert into public.predictions (
        workspace_id, pipeline_id, execution_id, phase, status, runs_missing, failure_probability, success_probability,
        stage_risks, expected_duration_seconds, expected_duration_low_seconds, expected_duration_high_seconds,
        timeout_probability, factors, model, model_version, model_version_id, model_fault, alternatives, evidence
    )
    select
        this_workspace, given.pipeline_id, given.execution_id, given.phase, given.status,
        given.runs_missing, given.failure_probability, given.success_probability, coalesce(given.stage_risks, '[]'),
        given.expected_duration_seconds, given.expected_duration_low_seconds, given.expected_duration_high_seconds,
        given.timeout_probability, coalesce(given.factors, '[]'), given.model, given.model_version,
        given.model_version_id, given.model_fault, coalesce(given.alternatives, '[]'), coalesce(given.evidence, '{}')
    from jsonb_populate_recordset(null::public.predictions, coalesce(document -> 'predictions', '[]')) as given
    where given.pipeline_id = any (held)
    on conflict do nothing;
    return finished;
end
$$;

revoke execute on all functions in schema engine from public;
grant execute on function engine.challenger_models() to ai_engine;
