-- Tasks: work of an engine that is about a workspace and no run. Asked for any number of times, done once.

-- The engines that take tasks, and how long pg_net waits for an answer to their wake-up: work that runs long must not
-- hold a whole batch of wake-ups.
create table engine.task_engines (
    engine text primary key,
    wake_up_timeout_milliseconds integer not null check (wake_up_timeout_milliseconds > 0)
);

insert into engine.task_engines (engine, wake_up_timeout_milliseconds) values ('train', 2000);

-- What is trained, and whose feature records it is trained on.
create table engine.model_kinds (
    kind text primary key,
    feature_engine text not null
);

insert into engine.model_kinds (kind, feature_engine) values
    ('failure_prediction', 'predict'),
    ('duration', 'predict'),
    ('anomaly_detection', 'detect');

insert into engine.settings (name, value, meaning) values
    ('task_lease_seconds', '900', 'how long a claimed task is kept from other claimants');

-- Its primary key is the promise that a task is with one claimant at a time.
create table engine.tasks (
    engine text not null references engine.task_engines (engine),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    kind text not null check (length(kind) between 1 and 100),
    reason text not null,
    -- Null: nothing to do.
    requested_at timestamptz,
    -- Counts requests: one that comes during the work is seen by whoever finishes it.
    requests bigint not null default 1,
    claimed_requests bigint not null default 0,
    lease uuid,
    leased_until timestamptz,
    attempts integer not null default 0,
    available_at timestamptz not null default '-infinity',
    last_error text,
    finished_at timestamptz,
    result jsonb,
    primary key (engine, workspace_id, kind)
) with (fillfactor = 50);
create index tasks_workspace_idx on engine.tasks (workspace_id);
create index tasks_requested_idx on engine.tasks (engine, workspace_id) where requested_at is not null;
create unique index tasks_lease_idx on engine.tasks (lease) where lease is not null;

-- Asks for a task and wakes its engine. What was given up, or done, is begun afresh; what waits stays where it is.
create function engine.request_task(p_engine text, p_workspace_id uuid, p_kind text, p_reason text)
    returns void
    language plpgsql
    set search_path = ''
as $$
begin
    insert into engine.tasks as task (engine, workspace_id, kind, reason, requested_at)
    values (p_engine, p_workspace_id, p_kind, p_reason, clock_timestamp())
    on conflict (engine, workspace_id, kind) do update
    set
        reason = excluded.reason,
        requests = task.requests + 1,
        requested_at = coalesce(task.requested_at, excluded.requested_at),
        attempts = case when task.requested_at is null then 0 else task.attempts end,
        available_at = case when task.requested_at is null then '-infinity' else task.available_at end;
    perform engine.wake(p_engine, p_workspace_id);
end
$$;

-- Every workspace has a wake-up row for every engine that is ever woken.
create or replace function engine.make_wake_ups()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    insert into engine.wake_ups (engine, workspace_id)
    select woken.engine, new.id
    from (
        select subscription.engine from engine.subscriptions as subscription
        union
        select task_engine.engine from engine.task_engines as task_engine
    ) as woken
    on conflict do nothing;
    return null;
end
$$;

insert into engine.wake_ups (engine, workspace_id)
select task_engine.engine, workspace.id
from public.workspaces as workspace, engine.task_engines as task_engine
on conflict do nothing;

revoke execute on all functions in schema engine from public;
