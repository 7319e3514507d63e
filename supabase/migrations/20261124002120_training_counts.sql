-- How much there is to train on.

-- other_fingerprints counts the records of features that are served no more. With the
-- generations of the kind's rungs as they are now, for whoever moves them after training.
create function engine.training_counts(of_kind text, of_fingerprint text)
    returns jsonb
    language plpgsql
    stable
    security definer
    set search_path = ''
as $$
declare
    from_engine text := engine.feature_engine(of_kind);
    this_workspace uuid := engine.token_workspace_id();
begin
    perform engine.require_trainer();
    return (
        select jsonb_build_object(
            'rows', count(*) filter (where record.feature_fingerprint = of_fingerprint),
            'failures', count(*) filter (
                where record.feature_fingerprint = of_fingerprint and execution.status = 'failed'
            ),
            'first_at', min(record.occurred_at) filter (where record.feature_fingerprint = of_fingerprint),
            'last_at', max(record.occurred_at) filter (where record.feature_fingerprint = of_fingerprint),
            'other_fingerprints', count(*) filter (where record.feature_fingerprint <> of_fingerprint),
            'generations', (
                select coalesce(jsonb_object_agg(deployment.rung, deployment.generation), '{}')
                from public.model_deployments as deployment
                where
                    deployment.workspace_id = this_workspace
                    and deployment.kind = of_kind
            )
        )
        from engine.feature_records as record
        join public.executions as execution
            on execution.id = record.execution_id
            and execution.workspace_id = record.workspace_id
            and execution.status in ('completed', 'failed')
        where
            record.workspace_id = this_workspace
            and record.engine = from_engine
    );
end
$$;

create function public.training_counts(of_kind text, of_fingerprint text)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select engine.training_counts(of_kind, of_fingerprint)
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.training_counts(text, text) from public, anon, authenticated;
grant execute on function
    engine.training_counts(text, text),
    public.training_counts(text, text)
to ai_engine;
