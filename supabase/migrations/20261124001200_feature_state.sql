-- What engines have learned, and what they were shown when they decided.

-- One row per engine and pipeline, replaced by compare-and-swap on etag (sha256 of the state's text): a claimant whose
-- lease was taken over cannot overwrite what its successor learned, and a cache can be checked against it.
create table engine.pipeline_state (
    engine text not null,
    pipeline_id uuid not null,
    workspace_id uuid not null,
    etag text not null check (etag ~ '^[0-9a-f]{64}$'),
    state text not null check (octet_length(state) <= 262144),
    updated_at timestamptz not null default clock_timestamp(),
    primary key (engine, pipeline_id),
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
create index pipeline_state_pipeline_workspace_idx on engine.pipeline_state (pipeline_id, workspace_id);

-- Outcomes that pipelines share (an owner's, the workspace's), as counts that fade with time. Instances add to them
-- side by side: adding is commutative, so nobody waits and nothing is lost.
create table engine.outcome_histories (
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    engine text not null,
    scope text not null check (scope in ('workspace', 'owner')),
    key text not null,
    as_of timestamptz not null,
    runs double precision[] not null,
    failures double precision[] not null,
    primary key (workspace_id, engine, scope, key)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- The offline feature store: the vector a decision rested on, as it was served.
create table engine.feature_records (
    execution_id uuid not null,
    engine text not null,
    workspace_id uuid not null,
    pipeline_id uuid not null,
    occurred_at timestamptz not null,
    feature_fingerprint text not null,
    features real[] not null,
    primary key (execution_id, workspace_id, engine),
    foreign key (execution_id, workspace_id) references public.executions (id, workspace_id) on delete cascade
);
create index feature_records_workspace_idx on engine.feature_records (workspace_id, engine, occurred_at);

-- a faded to the later of both moments, plus b faded likewise; half_lives in seconds, one per element.
create function engine.add_faded(
    a double precision[], a_at timestamptz, b double precision[], b_at timestamptz, half_lives double precision[]
)
    returns double precision[]
    language sql
    immutable
    set search_path = ''
as $$
    select array_agg(
        -- What is nearly nothing counts as nothing, and after 500 half-lives nothing is left: Postgres raises an
        -- underflow where other languages round to zero.
        case when element.a < 1e-30 then 0 else element.a end
        * power(0.5, least(extract(epoch from greatest(a_at, b_at) - a_at) / element.half_life, 500))
        + case when element.b < 1e-30 then 0 else element.b end
        * power(0.5, least(extract(epoch from greatest(a_at, b_at) - b_at) / element.half_life, 500))
        order by element.position
    )
    from unnest(a, b, half_lives) with ordinality as element (a, b, half_life, position)
$$;

revoke execute on function engine.add_faded(
    double precision[], timestamptz, double precision[], timestamptz, double precision[]
) from public;
