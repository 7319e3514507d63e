-- The limits of healing: the policy in force and what of it is used up.

-- The pipeline's policy, else the workspace's, else the defaults: ask for everything. The kill switch of either holds, and
-- so does the operator's.
create function engine.policy_in_force(p_workspace_id uuid, p_pipeline_id uuid)
    returns public.healing_policies
    language sql
    stable
    set search_path = ''
as $$
    with own as (
        select to_jsonb(policy) as document, policy.kill_switch, policy.pipeline_id
        from public.healing_policies as policy
        where
            policy.workspace_id = p_workspace_id
            and (policy.pipeline_id = p_pipeline_id or policy.pipeline_id is null)
    )
    select (
        jsonb_populate_record(
            null::public.healing_policies,
            jsonb_build_object(
                'workspace_id', p_workspace_id, 'autonomy', 'approve', 'highest_tier_alone', 1,
                'actions_per_hour', 5, 'actions_per_day', 20, 'cooldown_seconds', 300,
                'workspace_actions_per_hour', 200, 'workspace_actions_per_day', 1000,
                'attempts_per_failure', 5, 'cost_per_hour', 0
            )
            || coalesce(
                (select document from own where pipeline_id is not null),
                (select document from own where pipeline_id is null),
                '{}'
            )
            -- What holds for all pipelines together is the workspace's to say.
            || coalesce(
                (
                    select jsonb_build_object(
                        'workspace_actions_per_hour', document -> 'workspace_actions_per_hour',
                        'workspace_actions_per_day', document -> 'workspace_actions_per_day'
                    )
                    from own
                    where pipeline_id is null
                ),
                '{}'
            )
            || jsonb_build_object(
                'kill_switch',
                engine.setting('healing_enabled') is distinct from 'true'
                or exists (select from own where kill_switch)
            )
        )
    ).*
$$;

-- Actions of the last hour and day, of a pipeline and of its workspace; when the oldest of each leaves the count.
create function engine.healing_usage(p_workspace_id uuid, p_pipeline_id uuid)
    returns jsonb
    language sql
    stable
    set search_path = ''
as $$
    select jsonb_build_object(
        'pipeline_hour', count(*) filter (where is_own and is_recent),
        'pipeline_day', count(*) filter (where is_own),
        'workspace_hour', count(*) filter (where is_recent),
        'workspace_day', count(*),
        'pipeline_hour_frees_at', min(created_at) filter (where is_own and is_recent) + interval '1 hour',
        'pipeline_day_frees_at', min(created_at) filter (where is_own) + interval '1 day',
        'workspace_hour_frees_at', min(created_at) filter (where is_recent) + interval '1 hour',
        'workspace_day_frees_at', min(created_at) + interval '1 day',
        'last_at', max(created_at) filter (where is_own),
        'cost_day', coalesce(sum(cost) filter (where is_own), 0)
    )
    from (
        select
            action.created_at,
            action.cost,
            coalesce(action.pipeline_id = p_pipeline_id, false) as is_own,
            action.created_at > clock_timestamp() - interval '1 hour' as is_recent
        from public.healing_actions as action
        where
            action.workspace_id = p_workspace_id
            and action.status <> 'planned'
            and action.created_at > clock_timestamp() - interval '1 day'
    ) as taken
$$;

-- When the maintenance of a pipeline that is under way ends; null: there is none.
create function engine.maintained_until(p_workspace_id uuid, p_pipeline_id uuid)
    returns timestamptz
    language sql
    stable
    set search_path = ''
as $$
    select max(ends_at)
    from public.maintenance_windows
    where
        workspace_id = p_workspace_id
        and (pipeline_id is null or pipeline_id = p_pipeline_id)
        and clock_timestamp() between starts_at and ends_at
$$;

revoke execute on all functions in schema engine from public;
