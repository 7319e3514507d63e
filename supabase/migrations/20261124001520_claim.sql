-- Claiming: an engine asks what there is to do in its token's workspace and gets, in one answer, all it needs.

create function engine.require_engine()
    returns void
    language plpgsql
    stable
    set search_path = ''
as $$
begin
    if engine.token_engine() is null or engine.token_workspace_id() is null then
        raise insufficient_privilege using
            message = 'this call needs a token of role ai_engine that names an engine and a workspace';
    end if;
end
$$;

create function engine.claim_events(max_events integer)
    returns jsonb
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    this_engine text := engine.token_engine();
    this_workspace uuid := engine.token_workspace_id();
    this_lease uuid := gen_random_uuid();
    row_limit integer := greatest(1, least(max_events, 1000));
    undisturbed boolean := true;
    answer jsonb;
begin
    perform engine.require_engine();
    if engine.lease_pipelines(this_engine, this_workspace, this_lease, row_limit) = 0 then
        undisturbed := engine.fall_asleep(this_engine, this_workspace);
        -- A writer may have committed between the look and the sleep.
        perform engine.lease_pipelines(this_engine, this_workspace, this_lease, row_limit);
    else
        perform engine.mark_awake(this_engine, this_workspace, clock_timestamp() + interval '10 seconds', true);
    end if;

    with handed_out as materialized (
        select * from engine.leased_events(this_lease, row_limit)
    ),
    executions as materialized (
        select *
        from engine.execution_documents(
            array(select distinct execution_id from handed_out),
            array(select distinct execution_id from handed_out where phase <> 'started')
        )
    ),
    pipelines as materialized (
        select *
        from engine.pipeline_documents(this_engine, array(select distinct pipeline_id from handed_out))
    )
    select jsonb_build_object(
        'lease', this_lease,
        'workspace_id', this_workspace,
        'claimed_at', now(),
        'events', coalesce(
            (
                select jsonb_agg(
                    jsonb_build_object(
                        'id', handed_out.id,
                        'phase', handed_out.phase,
                        'occurred_at', handed_out.occurred_at,
                        'attempt', handed_out.attempt,
                        'execution', executions.document
                    )
                    order by handed_out.occurred_at, handed_out.rank, handed_out.id
                )
                from handed_out
                join executions on executions.id = handed_out.execution_id
            ),
            '[]'
        ),
        'pipelines', coalesce((select jsonb_object_agg(id, document) from pipelines), '{}'),
        'histories', engine.history_documents(
            this_engine, this_workspace, array(select distinct owner_key from pipelines)
        ),
        'models', engine.production_models(this_workspace),
        -- True with no events: a writer is in flight, look again soon.
        'more', not undisturbed or exists (select from handed_out)
    )
    into answer;
    return answer;
end
$$;

-- What an engine has learned about pipelines of its workspace, for those that its cache does not hold.
create function engine.read_pipeline_states(pipeline_ids uuid[])
    returns jsonb
    language plpgsql
    stable
    security definer
    set search_path = ''
as $$
begin
    perform engine.require_engine();
    return (
        select coalesce(
            jsonb_object_agg(pipeline_id, jsonb_build_object('etag', etag, 'state', state)),
            '{}'
        )
        from engine.pipeline_state
        where
            engine = engine.token_engine()
            and workspace_id = engine.token_workspace_id()
            and pipeline_id = any (pipeline_ids)
    );
end
$$;

create function public.claim_events(max_events integer default 200)
    returns jsonb
    language sql
    volatile
    set search_path = ''
as $$
    select engine.claim_events(max_events)
$$;

create function public.read_pipeline_states(pipeline_ids uuid[])
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select engine.read_pipeline_states(pipeline_ids)
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.claim_events(integer), public.read_pipeline_states(uuid[])
from public, anon, authenticated;
grant execute on function
    engine.claim_events(integer),
    engine.read_pipeline_states(uuid[]),
    public.claim_events(integer),
    public.read_pipeline_states(uuid[])
to ai_engine;
