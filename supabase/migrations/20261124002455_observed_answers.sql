-- What models answered, and what the runs came to.

-- {labelled, unlabelled, earlier}: rows of [execution id, answered at, labelled at, failed (0, 1 or null), served version
-- id or null, served number, [[rung, version id, number], …]], moments in seconds since 1970. The latest max_rows
-- labelled ones since the kind was first deployed as it is now, in the order in which their labels became known; the
-- latest quarter as many without a label; and how many labelled answers of production came before these.
create function engine.observed_answers(of_kind text, max_rows integer)
    returns jsonb
    language plpgsql
    stable
    security definer
    set search_path = ''
    set plan_cache_mode = 'force_custom_plan'
as $$
declare
    this_workspace uuid := engine.token_workspace_id();
    row_limit integer := greatest(4, least(max_rows, 10000));
    since timestamptz;
    labelled jsonb := '[]';
    unlabelled jsonb := '[]';
begin
    perform engine.require_trainer();
    select min(created_at) into since
    from public.model_deployments
    where
        workspace_id = this_workspace
        and kind = of_kind;
    if since is null then
        null;
    elsif of_kind = 'failure_prediction' then
        select coalesce(jsonb_agg(run.document order by run.labelled_at, run.document ->> 0), '[]') into labelled
        from engine.answered_runs(this_workspace, since, array['completed', 'failed'], row_limit) as run;
        select coalesce(jsonb_agg(run.document order by run.document -> 1), '[]') into unlabelled
        from engine.answered_runs(
            this_workspace, since, array['pending', 'queued', 'running'], row_limit / 4
        ) as run;
    elsif engine.feature_engine(of_kind) = 'detect' then
        select coalesce(
            jsonb_agg(
                jsonb_build_array(
                    answer.execution_id,
                    extract(epoch from answer.created_at),
                    null,
                    null,
                    -- What is served is no model's own number: statistics and rules have a say in it.
                    null,
                    answer.score,
                    engine.short_alternatives(answer.alternatives, 'score')
                )
                order by answer.created_at
            ),
            '[]'
        ) into unlabelled
        from (
            select detection.*
            from public.detections as detection
            where
                detection.workspace_id = this_workspace
                and detection.phase = 'ended'
                and detection.created_at >= since
            order by detection.created_at desc
            limit row_limit / 4
        ) as answer;
    end if;
    return jsonb_build_object(
        'labelled', labelled,
        'unlabelled', unlabelled,
        'earlier', engine.earlier_answers(this_workspace, of_kind, labelled)
    );
end
$$;

create function public.observed_answers(of_kind text, max_rows integer default 4000)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select engine.observed_answers(of_kind, max_rows)
$$;

revoke execute on all functions in schema engine from public;
revoke execute on function public.observed_answers(text, integer) from public, anon, authenticated;
grant execute on function
    engine.observed_answers(text, integer),
    public.observed_answers(text, integer)
to ai_engine;
