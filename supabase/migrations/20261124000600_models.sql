-- Models: what was trained, what serves, how good it is, how far the data has moved.

create table public.model_versions (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    kind text not null check (length(kind) between 1 and 100),
    object_key text not null,
    -- Checked against the fetched bytes before they are given to a runtime.
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes bigint not null check (size_bytes between 1 and 536870912),
    feature_fingerprint text not null,
    threshold double precision,
    manifest jsonb not null default '{}',
    model_version text generated always as (kind || ':' || left(sha256, 12)) stored,
    evidence jsonb not null default '{}',
    created_at timestamptz not null default now(),
    unique (workspace_id, kind, sha256),
    -- Target of the composite keys that keep a pointer inside its workspace.
    unique (id, workspace_id)
);

-- The pointer to what serves: one row per workspace, kind and rung, moved by compare-and-swap on generation.
create table public.model_deployments (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    kind text not null,
    rung text not null check (rung in ('shadow', 'canary', 'production')),
    model_version_id uuid not null,
    canary_percent double precision check (canary_percent between 0 and 100),
    generation bigint not null default 1,
    reason text,
    evidence jsonb not null default '{}',
    created_at timestamptz not null default now(),
    unique (workspace_id, kind, rung),
    foreign key (model_version_id, workspace_id) references public.model_versions (id, workspace_id) on delete cascade
);
create index model_deployments_model_version_idx on public.model_deployments (model_version_id, workspace_id);

create table public.model_evaluations (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    model_version_id uuid not null,
    model_version text not null,
    metrics jsonb not null default '{}',
    evidence jsonb not null default '{}',
    created_at timestamptz not null default now(),
    foreign key (model_version_id, workspace_id) references public.model_versions (id, workspace_id) on delete cascade
);
create index model_evaluations_workspace_created_idx on public.model_evaluations (workspace_id, created_at desc);
create index model_evaluations_model_version_idx on public.model_evaluations (model_version_id, workspace_id);

create table public.drift_reports (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    model_version_id uuid,
    model_version text not null,
    kind text not null,
    score double precision,
    is_drifted boolean not null default false,
    evidence jsonb not null default '{}',
    created_at timestamptz not null default now(),
    foreign key (model_version_id, workspace_id) references public.model_versions (id, workspace_id) on delete cascade
);
create index drift_reports_workspace_created_idx on public.drift_reports (workspace_id, created_at desc);
create index drift_reports_model_version_idx on public.drift_reports (model_version_id, workspace_id);
