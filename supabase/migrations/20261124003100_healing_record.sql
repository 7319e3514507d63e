-- What a healing plan, action and policy hold besides: enough to act once, to verify, to undo and to count.

alter table public.healing_plans
    -- act: it may run alone; ask: it waits for an admin; wait: it is put off until act_after or parked by a breaker;
    -- dry_run: it is only shown; do_not_retry and person_needed: nothing is to be done, for the reasons given.
    add column decision text not null default 'ask'
        check (decision in ('act', 'ask', 'wait', 'dry_run', 'do_not_retry', 'person_needed')),
    add column reasons jsonb not null default '[]',
    add column cause text check (length(cause) <= 200),
    add column error_fingerprint text check (length(error_fingerprint) <= 100),
    -- The configuration that it was made for: a plan about another one is void.
    add column config_version integer,
    add column act_after timestamptz,
    add column expires_at timestamptz not null default clock_timestamp() + interval '1 day',
    -- How often it was acted on: parked by a breaker, it may be acted on again.
    add column acts integer not null default 0,
    -- Retries that a blind policy would have spent on it.
    add column retries_avoided integer not null default 0 check (retries_avoided between 0 and 100),
    add column breaker_id uuid,
    -- The wave that a breaker released it in; 0: the canary.
    add column wave integer;

alter table public.healing_actions
    add column pipeline_id uuid,
    add column cause text,
    -- Null: no run was queued by it, or it was deleted.
    add column healing_execution_id uuid,
    add column config_version_after integer,
    add column verify_by timestamptz,
    add column verified_at timestamptz,
    add column restored_at timestamptz,
    add column attempt integer,
    add column cost double precision not null default 0 check (cost >= 0 and cost < 'Infinity'),
    add foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade,
    add foreign key (healing_execution_id, workspace_id) references public.executions (id, workspace_id)
        on delete set null (healing_execution_id);
create index healing_actions_pipeline_idx on public.healing_actions (pipeline_id, workspace_id, created_at desc);
create index healing_actions_execution_idx on public.healing_actions (healing_execution_id, workspace_id);
create index healing_actions_unverified_idx on public.healing_actions (verify_by) where status in ('acting', 'acted');
create index healing_plans_waiting_idx on public.healing_plans (act_after)
    where status = 'proposed' and act_after is not null;
create index healing_plans_expiry_idx on public.healing_plans (expires_at) where status in ('proposed', 'approved');

alter table public.healing_policies
    -- Of the workspace's policy: for all pipelines together.
    add column workspace_actions_per_hour integer not null default 200 check (workspace_actions_per_hour >= 0),
    add column workspace_actions_per_day integer not null default 1000 check (workspace_actions_per_day >= 0),
    add column attempts_per_failure integer not null default 5 check (attempts_per_failure between 0 and 100),
    -- Money, in whatever currency: what an hour of running costs, and what healing a pipeline may cost in a day.
    add column cost_per_hour double precision not null default 0 check (cost_per_hour >= 0),
    add column budget_per_day double precision check (budget_per_day >= 0),
    -- Null: three times what a person last set.
    add column memory_ceiling_mb double precision check (memory_ceiling_mb > 0),
    add column timeout_ceiling_seconds double precision check (timeout_ceiling_seconds > 0);

insert into engine.settings (name, value, meaning) values
    ('healing_enabled', 'true', 'whether healing acts at all; false stops it everywhere before its next action'),
    ('healing_backoff_seconds', '5', 'wait before the first retry of a failure; doubles with each further one'),
    ('healing_backoff_limit_seconds', '600', 'the longest wait before a retry'),
    ('healing_probe_seconds', '20', 'wait before the first probe during an outage; doubles up to four times that'),
    ('healing_outage_pipelines', '3', 'pipelines with the same error within a quarter of an hour that open a breaker'),
    ('approval_seconds', '3600', 'how long an approval holds at most');

-- What was approved is what is done: only a plan's standing changes.
create function engine.keep_plan()
    returns trigger
    language plpgsql
    set search_path = ''
as $$
begin
    if (new.steps, new.plan_hash, new.config_version, new.workspace_id, new.pipeline_id, new.execution_id)
        is distinct from
        (old.steps, old.plan_hash, old.config_version, old.workspace_id, old.pipeline_id, old.execution_id)
    then
        raise integrity_constraint_violation using
            message = 'a healing plan is not changed: another plan is another row',
            hint = 'only its status, decision and times change';
    end if;
    return new;
end
$$;

create trigger _100_healing_plans_keep
    before update on public.healing_plans
    for each row
    execute function engine.keep_plan();

-- Repeatable ids: what is done twice is done once.
create function engine.healing_id(of_what text, id uuid, number integer default 0)
    returns uuid
    language sql
    immutable
    set search_path = ''
as $$
    select encode(substr(sha256(convert_to(of_what || ':' || id || ':' || number, 'UTF8')), 1, 16), 'hex')::uuid
$$;

-- What healing spent and saved. Costs by the policy's price of an hour.
create view public.healing_ledger
    with (security_invoker = true)
as
select
    plan.workspace_id,
    plan.pipeline_id,
    date_trunc('day', plan.created_at, 'UTC') as day,
    md5(plan.pipeline_id || ':' || date_trunc('day', plan.created_at, 'UTC'))::uuid as id,
    max(plan.created_at) as created_at,
    count(distinct plan.id) as plans,
    count(action.id) as attempts,
    count(action.id) filter (where action.status = 'effective') as effective,
    count(action.id) filter (where action.status in ('ineffective', 'undone')) as ineffective,
    count(action.id) filter (where action.status = 'harmful') as harmful,
    coalesce(sum(run.duration_seconds), 0) as spent_seconds,
    coalesce(sum(action.cost), 0) as spent_cost,
    coalesce(sum(plan.retries_avoided) filter (where action.id is null), 0) as doomed_retries_avoided,
    coalesce(sum(plan.retries_avoided * failed.duration_seconds) filter (where action.id is null), 0) as saved_seconds
from public.healing_plans as plan
join public.executions as failed
    on failed.id = plan.execution_id
    and failed.workspace_id = plan.workspace_id
left join public.healing_actions as action
    on action.plan_id = plan.id
    and action.workspace_id = plan.workspace_id
    and action.status <> 'planned'
left join public.executions as run
    on run.id = action.healing_execution_id
    and run.workspace_id = action.workspace_id
group by 1, 2, 3;

comment on view public.healing_ledger is
    'Per pipeline and day: what healing attempted, what came of it, what it cost, and what not retrying the hopeless saved.';
revoke all on public.healing_ledger from public, anon, authenticated;
grant select on public.healing_ledger to authenticated, ai_engine, service_role;

revoke execute on all functions in schema engine from public;
