-- When the definition of the features changed, what was recorded is of no use: the history is read again, and walked as
-- it happened.

-- One page of all runs that a kind's engine ever recorded features of, whatever their definition, by (occurred_at,
-- execution_id): [execution id, occurred_at in seconds since 1970, the run as engines see it, with its owner]. A page
-- that is not full is the last. The fingerprint is that of nothing; it is there to be called like training_rows.
create function engine.history_rows(
    of_kind text, after_at timestamptz, after_id uuid, before_at timestamptz, max_rows integer
)
    returns jsonb
    language plpgsql
    stable
    security definer
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
as $$
declare
    from_engine text := engine.feature_engine(of_kind);
    this_workspace uuid := engine.token_workspace_id();
    answer jsonb;
begin
    perform engine.require_trainer();
    with page as materialized (
        select record.execution_id, record.occurred_at, record.pipeline_id
        from engine.feature_records as record
        where
            record.workspace_id = this_workspace
            and record.engine = from_engine
            and record.occurred_at >= coalesce(after_at, '-infinity')
            and record.occurred_at < coalesce(before_at, 'infinity')
            and (record.occurred_at, record.execution_id) > (
                coalesce(after_at, '-infinity'), coalesce(after_id, '00000000-0000-0000-0000-000000000000')
            )
        order by record.occurred_at, record.execution_id
        limit greatest(1, least(max_rows, 20000))
    ),
    described as (
        select id, document
        from engine.execution_documents(
            array(select execution_id from page), array(select execution_id from page)
        )
    ),
    pipelines as (
        select id, owner_key
        from engine.pipeline_documents(from_engine, array(select distinct pipeline_id from page))
    )
    select coalesce(
        jsonb_agg(
            jsonb_build_array(
                page.execution_id,
                extract(epoch from page.occurred_at),
                described.document || jsonb_build_object('owner_id', pipelines.owner_key)
            )
            order by page.occurred_at, page.execution_id
        ),
        '[]'
    )
    into answer
    from page
    join described on described.id = page.execution_id
    left join pipelines on pipelines.id = page.pipeline_id;
    return answer;
end
$$;

create function public.history_rows(
    of_kind text,
    of_fingerprint text default null,
    after_at timestamptz default null,
    after_id uuid default null,
    before_at timestamptz default null,
    max_rows integer default 5000
)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select engine.history_rows(of_kind, after_at, after_id, before_at, max_rows)
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.history_rows(text, text, timestamptz, uuid, timestamptz, integer)
from public, anon, authenticated;
grant execute on function
    engine.history_rows(text, timestamptz, uuid, timestamptz, integer),
    public.history_rows(text, text, timestamptz, uuid, timestamptz, integer)
to ai_engine;
