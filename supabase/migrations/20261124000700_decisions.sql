-- What engines decide about a run: how likely it fails, whether it was strange, why it failed.

create table public.predictions (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    pipeline_id uuid not null,
    execution_id uuid not null,
    -- What the answer was given at: 'started', or 'stage:<name>' as that stage ended.
    phase text not null default 'started',
    status text not null default 'ok' check (status in ('ok', 'learning')),
    runs_missing integer not null default 0,
    failure_probability double precision not null check (failure_probability between 0 and 1),
    success_probability double precision not null check (success_probability between 0 and 1),
    stage_risks jsonb not null default '[]',
    expected_duration_seconds double precision,
    expected_duration_low_seconds double precision,
    expected_duration_high_seconds double precision,
    timeout_probability double precision check (timeout_probability between 0 and 1),
    factors jsonb not null default '[]',
    -- 'heuristic', or 'onnx' with the version that answered.
    model text not null default 'heuristic',
    model_version text not null,
    model_version_id uuid,
    -- Why a model that should have answered did not.
    model_fault text,
    evidence jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    -- Delivered twice is stored once.
    unique (execution_id, workspace_id, phase),
    foreign key (execution_id, workspace_id) references public.executions (id, workspace_id) on delete cascade,
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade,
    foreign key (model_version_id, workspace_id) references public.model_versions (id, workspace_id)
        on delete set null (model_version_id)
);
create index predictions_workspace_created_idx on public.predictions (workspace_id, created_at desc);
create index predictions_pipeline_created_idx on public.predictions (pipeline_id, workspace_id, created_at desc);
create index predictions_model_version_idx on public.predictions (model_version_id, workspace_id)
    where model_version_id is not null;

create table public.detections (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    pipeline_id uuid not null,
    execution_id uuid,
    phase text not null default 'ended',
    status text not null default 'ok' check (status in ('ok', 'learning')),
    runs_missing integer not null default 0,
    score double precision not null check (score between 0 and 1),
    is_anomaly boolean not null,
    reasons jsonb not null default '[]',
    guardrail_action text not null default 'continue'
        check (guardrail_action in ('continue', 'watch', 'hold_downstream', 'pause_pipeline', 'open_incident')),
    model text not null default 'statistics',
    model_version text not null,
    model_version_id uuid,
    model_fault text,
    evidence jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    unique (execution_id, workspace_id, phase),
    foreign key (execution_id, workspace_id) references public.executions (id, workspace_id) on delete cascade,
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade,
    foreign key (model_version_id, workspace_id) references public.model_versions (id, workspace_id)
        on delete set null (model_version_id)
);
create index detections_workspace_created_idx on public.detections (workspace_id, created_at desc);
create index detections_pipeline_created_idx on public.detections (pipeline_id, workspace_id, created_at desc);
create index detections_anomalies_idx on public.detections (workspace_id, created_at desc) where is_anomaly;
create index detections_model_version_idx on public.detections (model_version_id, workspace_id)
    where model_version_id is not null;

create table public.root_causes (
    id uuid primary key default gen_random_uuid(),
    workspace_id uuid not null references public.workspaces (id) on delete cascade,
    pipeline_id uuid not null,
    execution_id uuid not null,
    detection_id uuid references public.detections (id) on delete set null,
    rank integer not null default 1,
    family text check (
        family in ('stage_failure', 'connection_auth', 'resource_bottleneck', 'schema_data', 'configuration_drift')
    ),
    subcause text,
    stage_name text,
    confidence double precision not null check (confidence between 0 and 1),
    transient boolean,
    first_action text,
    contributing_factors jsonb not null default '[]',
    model_version text not null,
    evidence jsonb not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    unique (execution_id, workspace_id, rank),
    foreign key (execution_id, workspace_id) references public.executions (id, workspace_id) on delete cascade,
    foreign key (pipeline_id, workspace_id) references public.pipelines (id, workspace_id) on delete cascade
);
create index root_causes_workspace_created_idx on public.root_causes (workspace_id, created_at desc);
create index root_causes_pipeline_workspace_idx on public.root_causes (pipeline_id, workspace_id);
create index root_causes_detection_idx on public.root_causes (detection_id) where detection_id is not null;
