-- What the latest runs looked like.

-- The features of the latest runs, newest first, as rows of numbers.
create function engine.recent_features(of_kind text, of_fingerprint text, max_rows integer)
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
begin
    perform engine.require_trainer();
    return (
        select coalesce(jsonb_agg(recent.features order by recent.occurred_at desc), '[]')
        from (
            select record.features, record.occurred_at
            from engine.feature_records as record
            where
                record.workspace_id = this_workspace
                and record.engine = from_engine
                and record.feature_fingerprint = of_fingerprint
            order by record.occurred_at desc
            limit greatest(1, least(max_rows, 5000))
        ) as recent
    );
end
$$;

create function public.recent_features(of_kind text, of_fingerprint text, max_rows integer default 500)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select engine.recent_features(of_kind, of_fingerprint, max_rows)
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.recent_features(text, text, integer) from public, anon, authenticated;
grant execute on function
    engine.recent_features(text, text, integer),
    public.recent_features(text, text, integer)
to ai_engine;
