-- The outbox: what each engine still has to look at, written in the transaction that made it so.

-- Which engine wants which phase of an execution. A phase that does not wake is looked at with the next one that does.
create table engine.subscriptions (
    engine text not null,
    phase text not null check (phase in ('started', 'stage', 'ended')),
    wakes boolean not null default true,
    primary key (engine, phase)
);

insert into engine.subscriptions (engine, phase) values
    ('predict', 'started'),
    ('predict', 'stage'),
    -- An engine that learns needs the outcomes too: each keeps a feature state of its own.
    ('predict', 'ended'),
    ('detect', 'ended');

create table engine.events (
    id bigint generated always as identity primary key,
    engine text not null,
    workspace_id uuid not null,
    pipeline_id uuid not null,
    execution_id uuid not null,
    phase text not null,
    -- When it happened by the user's clock: the order in which a pipeline's events are handed out.
    occurred_at timestamptz not null,
    -- A start comes before a stage, and a stage before an end, of the same moment.
    rank smallint generated always as (case phase when 'started' then 0 when 'ended' then 2 else 1 end) stored,
    created_at timestamptz not null default clock_timestamp(),
    done_at timestamptz,
    -- A repeated update adds nothing: done events stay as a record until retention takes them.
    unique (execution_id, workspace_id, engine, phase),
    foreign key (execution_id, workspace_id) references public.executions (id, workspace_id) on delete cascade
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index events_waiting_idx on engine.events (engine, workspace_id, pipeline_id, occurred_at, rank, id)
    where done_at is null;
-- For retention: events are written in the order of their age.
create index events_created_idx on engine.events using brin (created_at);

-- One row per engine and pipeline: who holds the pipeline, and how often its first event was tried.
-- Its primary key is the promise that a pipeline's events go to one claimant at a time.
create table engine.queues (
    engine text not null,
    pipeline_id uuid not null,
    workspace_id uuid not null,
    lease uuid,
    leased_until timestamptz,
    attempts integer not null default 0,
    available_at timestamptz not null default '-infinity',
    last_error text,
    primary key (engine, pipeline_id),
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index queues_pipeline_workspace_idx on engine.queues (pipeline_id, workspace_id);
create index queues_lease_idx on engine.queues (lease) where lease is not null;

create table engine.dead_letters (
    id uuid primary key default gen_random_uuid(),
    engine text not null,
    workspace_id uuid not null,
    pipeline_id uuid not null,
    execution_id uuid not null,
    phase text not null,
    occurred_at timestamptz not null,
    attempts integer not null,
    last_error text not null,
    created_at timestamptz not null default clock_timestamp(),
    unique (execution_id, engine, phase),
    foreign key (execution_id, workspace_id) references public.executions (id, workspace_id) on delete cascade
);
create index dead_letters_execution_workspace_idx on engine.dead_letters (execution_id, workspace_id);
create index dead_letters_workspace_idx on engine.dead_letters (workspace_id, created_at desc);

-- Whether an engine is at work on a workspace: while it is, an insert need not wake it.
create table engine.wake_ups (
    engine text not null,
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    -- Until then somebody is coming or at work, and will look again before going to sleep.
    awake_until timestamptz not null default '-infinity',
    -- How often in a row the sweep had to wake it, and when it may do so again.
    unanswered integer not null default 0,
    sweep_at timestamptz not null default '-infinity',
    primary key (engine, workspace_id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
create index wake_ups_workspace_idx on engine.wake_ups (workspace_id);

-- The rows are made with the workspace and the pipeline, so that no two inserts of executions ever race to make them.
create function engine.make_wake_ups()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    insert into engine.wake_ups (engine, workspace_id)
    select distinct subscription.engine, new.id
    from engine.subscriptions as subscription
    on conflict do nothing;
    return null;
end
$$;

create trigger _500_workspaces_make_wake_ups
    after insert on public.workspaces
    for each row
    execute function engine.make_wake_ups();

create function engine.make_queues()
    returns trigger
    language plpgsql
    security definer
    set search_path = ''
as $$
begin
    insert into engine.queues (engine, pipeline_id, workspace_id)
    select distinct subscription.engine, inserted.id, inserted.workspace_id
    from inserted, engine.subscriptions as subscription
    on conflict do nothing;
    return null;
end
$$;

create trigger _900_pipelines_make_queues
    after insert on public.pipelines
    referencing new table as inserted
    for each statement
    execute function engine.make_queues();

insert into engine.wake_ups (engine, workspace_id)
select distinct subscription.engine, workspace.id
from public.workspaces as workspace, engine.subscriptions as subscription
on conflict do nothing;

revoke execute on function engine.make_wake_ups(), engine.make_queues() from public;
