-- How the training loop hands in a model and moves the pointer.

-- The version and evaluation of a payload. The same bytes again are the same version.
create function engine.store_model(p_workspace_id uuid, p_kind text, payload jsonb)
    returns public.model_versions
    language plpgsql
    set search_path = ''
as $$
declare
    stored public.model_versions;
begin
    insert into public.model_versions
        (workspace_id, kind, object_key, sha256, size_bytes, feature_fingerprint, threshold, manifest, evidence)
    values (
        p_workspace_id, p_kind, payload ->> 'object_key', payload ->> 'sha256', (payload ->> 'size_bytes')::bigint,
        payload ->> 'feature_fingerprint', (payload ->> 'threshold')::double precision,
        coalesce(payload -> 'manifest', '{}'), coalesce(payload -> 'evidence', '{}')
    )
    on conflict (workspace_id, kind, sha256) do nothing;
    select * into stored
    from public.model_versions
    where
        workspace_id = p_workspace_id
        and kind = p_kind
        and sha256 = payload ->> 'sha256';
    insert into public.model_evaluations (workspace_id, model_version_id, model_version, metrics, summary, evidence)
    values (
        p_workspace_id, stored.id, stored.model_version,
        coalesce(payload #> '{evaluation,metrics}', '{}'), payload #>> '{evaluation,summary}',
        coalesce(payload #> '{evaluation,evidence}', '{}')
    );
    return stored;
end
$$;

-- All or nothing, under the lease of the task: version, evaluation, the pointer where a rung is named, and that the task
-- is done. Answers {stored, model_version_id, model_version, moved, generation}; {"stored": false} when the lease was
-- lost. A pointer that somebody else moved first is left alone: moved is false, the version and its evaluation stay.
create function engine.register_model(payload jsonb)
    returns jsonb
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    task engine.tasks;
    stored public.model_versions;
    new_generation bigint;
    answer jsonb;
begin
    perform engine.require_trainer();
    select * into task
    from engine.tasks
    where
        lease = (payload ->> 'lease')::uuid
        and engine = engine.token_engine()
        and workspace_id = engine.token_workspace_id()
    for update;
    if not found then
        return jsonb_build_object('stored', false);
    end if;
    if task.kind is distinct from payload ->> 'kind' then
        raise invalid_parameter_value using
            message = format('the task under this lease is about %s and not about %s', task.kind, payload ->> 'kind');
    end if;
    stored := engine.store_model(task.workspace_id, task.kind, payload);
    if payload ->> 'rung' is not null then
        new_generation := engine.move_model(
            task.workspace_id, task.kind, payload ->> 'rung', stored.id,
            (payload ->> 'expected_generation')::bigint, payload ->> 'reason', payload -> 'evaluation', null
        );
    end if;
    answer := jsonb_build_object(
        'stored', true,
        'model_version_id', stored.id,
        'model_version', stored.model_version,
        'moved', new_generation is not null,
        'generation', new_generation
    );
    perform engine.finish_task(task.lease, answer || jsonb_build_object('reason', payload ->> 'reason'));
    return answer;
end
$$;

create function engine.move_trained_model(
    p_kind text, p_rung text, p_to uuid, p_generation bigint, p_reason text, p_evidence jsonb
)
    returns bigint
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    perform engine.require_trainer();
    return engine.move_model(
        engine.token_workspace_id(), p_kind, p_rung, p_to, p_generation, p_reason, p_evidence, null
    );
end
$$;

create function public.register_model(payload jsonb)
    returns jsonb
    language sql
    volatile
    set search_path = ''
as $$
    select engine.register_model(engine.unwrap(payload))
$$;

create function public.move_model(
    of_kind text, rung text, to_version uuid, generation bigint, reason text, evidence jsonb default '{}'
)
    returns bigint
    language sql
    volatile
    set search_path = ''
as $$
    select engine.move_trained_model(of_kind, rung, to_version, generation, reason, engine.unwrap(evidence))
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function
    public.register_model(jsonb),
    public.move_model(text, text, uuid, bigint, text, jsonb)
from public, anon, authenticated;
grant execute on function
    engine.register_model(jsonb),
    engine.move_trained_model(text, text, uuid, bigint, text, jsonb),
    public.register_model(jsonb),
    public.move_model(text, text, uuid, bigint, text, jsonb)
to ai_engine;
