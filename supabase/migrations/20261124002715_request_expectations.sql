-- Detect is asked for what it expects of pipelines whose schedule or settings changed, and answers.

-- Asks detect to look at what is stale, where it was not asked already; answers how many workspaces.
create function engine.request_expectations()
    returns integer
    language plpgsql
    set search_path = ''
as $$
declare
    workspace record;
    requested integer := 0;
begin
    for workspace in
        select distinct expectation.workspace_id as id
        from engine.expectations as expectation
        left join engine.tasks as task
            on task.engine = 'detect'
            and task.workspace_id = expectation.workspace_id
            and task.kind = 'expectations'
        where
            expectation.stale_since is not null
            and task.requested_at is null
        order by 1
    loop
        perform engine.request_task('detect', workspace.id, 'expectations', 'a schedule or a setting changed');
        requested := requested + 1;
    end loop;
    return requested;
end
$$;

-- What detect needs to say what it expects: pipelines that are stale, those that have waited longest first.
create function engine.stale_expectations(max_pipelines integer)
    returns jsonb
    language plpgsql
    stable
    security definer
    set search_path = ''
as $$
declare
    stale uuid[];
begin
    perform engine.require_engine();
    if engine.token_engine() <> 'detect' then
        raise insufficient_privilege using message = 'what is expected of a workspace is said by its detect';
    end if;
    stale := array(
        select pipeline_id
        from engine.expectations
        where
            workspace_id = engine.token_workspace_id()
            and stale_since is not null
        order by stale_since, pipeline_id
        limit greatest(1, least(max_pipelines, 1000))
    );
    return coalesce(
        (
            select jsonb_agg(
                jsonb_build_object(
                    'pipeline_id', described.id,
                    'pipeline', described.document,
                    'since', expectation.stale_since,
                    'state', state.state
                )
                order by expectation.stale_since, described.id
            )
            from engine.pipeline_documents('detect', stale) as described
            join engine.expectations as expectation on expectation.pipeline_id = described.id
            left join engine.pipeline_state as state
                on state.engine = 'detect'
                and state.pipeline_id = described.id
        ),
        '[]'
    );
end
$$;

create function public.stale_expectations(max_pipelines integer default 500)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select engine.stale_expectations(max_pipelines)
$$;

create function public.store_expectations(payload jsonb)
    returns integer
    language sql
    volatile
    set search_path = ''
as $$
    select engine.store_expectations(
        engine.token_workspace_id(),
        engine.unwrap(payload),
        array(
            select (element ->> 'pipeline_id')::uuid from jsonb_array_elements(engine.unwrap(payload)) as element
        )
    )
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.stale_expectations(integer), public.store_expectations(jsonb)
from public, anon, authenticated;
grant execute on function
    engine.stale_expectations(integer),
    public.stale_expectations(integer),
    public.store_expectations(jsonb)
to ai_engine;
