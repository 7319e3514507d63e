-- What a direct question rests on, for a caller who may see the run or pipeline it is about.

-- What an engine knows about a pipeline of the caller's workspaces. Definer, because feature states are no table of the
-- Data API; the membership is checked here once more.
create function engine.knowledge_document(p_engine text, p_pipeline_id uuid)
    returns jsonb
    language sql
    stable
    security definer
    set search_path = ''
as $$
    select jsonb_build_object(
        'workspace_id', pipeline.workspace_id,
        'pipeline_id', pipeline.id,
        'pipeline', described.document,
        'state', (
            select state.state
            from engine.pipeline_state as state
            where
                state.engine = p_engine
                and state.pipeline_id = pipeline.id
        ),
        'histories', engine.history_documents(p_engine, pipeline.workspace_id, array[described.owner_key]),
        'models', engine.production_models(pipeline.workspace_id)
    )
    from public.pipelines as pipeline
    cross join engine.pipeline_documents(p_engine, array[p_pipeline_id]) as described
    where
        pipeline.id = p_pipeline_id
        and pipeline.workspace_id = any (engine.workspace_ids())
$$;

create function engine.asked_execution(p_execution_id uuid)
    returns jsonb
    language sql
    stable
    security definer
    set search_path = ''
as $$
    select asked.document
    from engine.execution_documents(array[p_execution_id], array[p_execution_id]) as asked
    where (asked.document ->> 'workspace_id')::uuid = any (engine.workspace_ids())
$$;

create function public.question_context(for_engine text, of_execution uuid default null, of_pipeline uuid default null)
    returns jsonb
    language plpgsql
    stable
    set search_path = ''
as $$
declare
    asked_pipeline uuid := of_pipeline;
    stored jsonb;
begin
    if of_execution is not null then
        select pipeline_id into asked_pipeline from public.executions where id = of_execution;
        if for_engine = 'predict' then
            select to_jsonb(prediction) into stored
            from public.predictions as prediction
            where prediction.execution_id = of_execution
            order by prediction.created_at desc
            limit 1;
        elsif for_engine = 'detect' then
            select to_jsonb(detection) into stored
            from public.detections as detection
            where
                detection.execution_id = of_execution
                and detection.phase = 'ended';
        end if;
    end if;
    -- Null where the caller sees no such run or pipeline.
    return engine.knowledge_document(for_engine, asked_pipeline)
        || jsonb_build_object('execution', engine.asked_execution(of_execution), 'stored', stored);
end
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.question_context(text, uuid, uuid) from public, anon;
grant execute on function
    engine.knowledge_document(text, uuid),
    engine.asked_execution(uuid),
    public.question_context(text, uuid, uuid)
to authenticated;
