-- Completing: besides what 1600 names, a payload holds stage_feature_records ([{execution_id, pipeline_id, occurred_at,
-- feature_fingerprint, stages}]).

-- The engine's half of completing. Answers {"stored": [pipeline ids whose rows may be written], "lost": [pipeline ids
-- that another claimant has taken over]}.
create or replace function engine.finish_events(payload jsonb)
    returns jsonb
    language plpgsql
    security definer
    set search_path = ''
as $$
declare
    this_engine text := engine.token_engine();
    this_workspace uuid := engine.token_workspace_id();
    this_lease uuid := (payload ->> 'lease')::uuid;
    done bigint[] := array(select jsonb_array_elements_text(coalesce(payload -> 'done', '[]'))::bigint);
    held uuid[];
    put_off uuid[];
begin
    perform engine.require_engine();
    -- A deletion locks the pipeline, its runs, then what hangs on them. In the same order here, so that neither dies of
    -- the other.
    perform
    from public.pipelines
    where id in (select pipeline_id from engine.queues where lease = this_lease)
    order by id
    for key share;
    perform
    from public.executions
    where id in (select execution_id from engine.events where id = any (done))
    order by id
    for key share;
    held := array(
        select pipeline_id
        from engine.queues
        where
            lease = this_lease
            and engine = this_engine
            and workspace_id = this_workspace
        order by pipeline_id
        for update
    );
    held := array(
        select unnest(held)
        except
        select unnest(engine.store_states(this_engine, this_workspace, held, coalesce(payload -> 'states', '[]')))
    );

    update engine.events
    set done_at = clock_timestamp()
    where
        id = any (done)
        and engine = this_engine
        and pipeline_id = any (held)
        and done_at is null;

    put_off := engine.fail_events(this_engine, this_lease, coalesce(payload -> 'failed', '[]'));
    update engine.queues
    set
        lease = null,
        leased_until = null,
        attempts = case when pipeline_id = any (put_off) or not pipeline_id = any (held) then attempts else 0 end
    where
        lease = this_lease
        and engine = this_engine;

    if held <> '{}' then
        perform engine.store_histories(
            this_engine,
            this_workspace,
            coalesce(payload -> 'histories', '[]'),
            array(select jsonb_array_elements_text(payload -> 'half_lives_seconds')::double precision)
        );
    end if;

    insert into engine.feature_records
        (execution_id, engine, workspace_id, pipeline_id, occurred_at, feature_fingerprint, features)
    select
        given.execution_id, this_engine, this_workspace, given.pipeline_id, given.occurred_at,
        given.feature_fingerprint, given.features
    from jsonb_to_recordset(coalesce(payload -> 'feature_records', '[]')) as given (
        execution_id uuid, pipeline_id uuid, occurred_at timestamptz, feature_fingerprint text, features real[]
    )
    where given.pipeline_id = any (held)
    on conflict do nothing;
    perform engine.store_stage_features(
        this_workspace, held, coalesce(payload -> 'stage_feature_records', '[]')
    );

    return jsonb_build_object(
        'stored', held,
        'lost', array(
            select distinct pipeline_id
            from engine.events
            where
                id = any (done)
                and engine = this_engine
                and workspace_id = this_workspace
                and not pipeline_id = any (held)
        )
    );
end
$$;
