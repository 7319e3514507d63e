-- The configurations that a pipeline may go back to, and what a person last set.

-- The newest version before the current one that is known to be good, by its mark or by its runs until now.
create function engine.last_known_good(p_pipeline_id uuid)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select jsonb_build_object('version', kept.version, 'config', kept.config)
    from public.pipeline_versions as kept
    join public.pipelines as pipeline
        on pipeline.id = kept.pipeline_id
        and kept.version < pipeline.version
        and kept.config <> pipeline.config
    where
        kept.pipeline_id = p_pipeline_id
        and (
            kept.known_good
            or engine.setting('known_good_after')::integer <= (
                select count(*)
                from public.executions as execution
                where
                    execution.pipeline_id = p_pipeline_id
                    and execution.config_version = kept.version
                    and execution.status = 'completed'
            )
        )
    order by kept.version desc
    limit 1
$$;

-- What a person last set: the newest version that healing did not make.
create function engine.person_config(p_pipeline_id uuid)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select kept.config
    from public.pipeline_versions as kept
    where
        kept.pipeline_id = p_pipeline_id
        and not exists (
            select
            from public.healing_actions as action
            where
                action.pipeline_id = p_pipeline_id
                and action.workspace_id = kept.workspace_id
                and action.config_version_after = kept.version
        )
    order by kept.version desc
    limit 1
$$;

revoke execute on all functions in schema engine from public;
