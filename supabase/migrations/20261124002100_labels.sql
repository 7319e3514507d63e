-- Labels: what became of each run, and what people and repairs said about it afterwards.

create view public.execution_labels
    with (security_invoker = true)
as
select
    execution.id as execution_id,
    execution.workspace_id,
    execution.pipeline_id,
    coalesce(execution.started_at, least(execution.created_at, execution.completed_at)) as started_at,
    coalesce(greatest(execution.started_at, execution.completed_at), execution.created_at) as ended_at,
    outcome.failed,
    case
        when outcome.failed is not null
        then outcome.failed and (rerun.passed or said.is_fixed or repair.is_effective)
    end as recovered,
    case
        when not coalesce(outcome.failed, false) then null
        when said.is_fixed or repair.is_effective then 1.0
        -- A third of the runs that pass when they are only started again were not what the label says.
        when rerun.passed then 0.67
    end::real as recovered_weight,
    said.false_alarm,
    said.is_expected,
    said.is_fixed,
    case when repair.is_verified then repair.is_effective end as action_effective,
    greatest(
        execution.started_at, execution.completed_at, execution.created_at,
        said.last_at, rerun.last_at, repair.last_at
    ) as labelled_at
from public.executions as execution
cross join lateral (
    select case execution.status when 'failed' then true when 'completed' then false end as failed
) as outcome
cross join lateral (
    select
        count(*) > 0 as passed,
        max(coalesce(attempt.completed_at, attempt.created_at)) as last_at
    from public.executions as attempt
    where
        attempt.retry_of = execution.id
        and attempt.workspace_id = execution.workspace_id
        and attempt.status = 'completed'
) as rerun
cross join lateral (
    select
        coalesce(bool_or(action.status = 'effective'), false) as is_effective,
        count(*) > 0 as is_verified,
        max(action.created_at) as last_at
    from public.healing_plans as plan
    join public.healing_actions as action
        on action.plan_id = plan.id
        and action.workspace_id = plan.workspace_id
        and action.status in ('effective', 'ineffective', 'harmful')
    where
        plan.execution_id = execution.id
        and plan.workspace_id = execution.workspace_id
) as repair
cross join lateral (
    select
        coalesce(
            bool_or(
                feedback.verdict = 'false_alarm' and feedback.subject_table in ('predictions', 'detections')
            ),
            false
        ) as false_alarm,
        coalesce(bool_or(feedback.verdict = 'expected'), false) as is_expected,
        coalesce(bool_or(feedback.verdict = 'fixed'), false) as is_fixed,
        max(feedback.created_at) as last_at
    from (
        select 'predictions' as subject_table, id, execution_id, workspace_id from public.predictions
        union all
        select 'detections', id, execution_id, workspace_id from public.detections
        union all
        select 'root_causes', id, execution_id, workspace_id from public.root_causes
        union all
        select 'alerts', id, execution_id, workspace_id from public.alerts
        union all
        select 'healing_actions', action.id, plan.execution_id, plan.workspace_id
        from public.healing_plans as plan
        join public.healing_actions as action
            on action.plan_id = plan.id
            and action.workspace_id = plan.workspace_id
    ) as subject
    join public.feedback as feedback
        on feedback.subject_table = subject.subject_table
        and feedback.subject_id = subject.id
        -- Whoever names a decision of another workspace says nothing about it.
        and feedback.workspace_id = subject.workspace_id
    where
        subject.execution_id = execution.id
        and subject.workspace_id = execution.workspace_id
) as said
where execution.status in ('completed', 'failed', 'cancelled');

comment on view public.execution_labels is 'One row per ended execution: its outcome, and what was learned about it later.';
comment on column public.execution_labels.started_at is 'When it started; when it was recorded, if it never said.';
comment on column public.execution_labels.ended_at is 'When it ended by its own clock, not before it started; when it was recorded, if it never said.';
comment on column public.execution_labels.failed is
    'Whether it failed. Null: cancelled, which is neither. A rerun that passes never makes a failure a success.';
comment on column public.execution_labels.recovered is
    'Whether a failed run was got over: a retry of it completed, a person said fixed, or a repair was verified effective. '
    'False for a run that completed, null for one that was cancelled.';
comment on column public.execution_labels.recovered_weight is
    'How far recovered is to be believed: 1 where a person or a verified repair says so, 0.67 for a mere pass on rerun '
    '(a third of such labels are wrong); null where nothing says so.';
comment on column public.execution_labels.false_alarm is
    'Whether anybody called a prediction or detection about it a false alarm.';
comment on column public.execution_labels.is_expected is 'Whether anybody said that what was decided about it was expected.';
comment on column public.execution_labels.is_fixed is 'Whether anybody said that it was fixed.';
comment on column public.execution_labels.action_effective is
    'Whether any verified healing action about it was effective. Null: none was verified.';
comment on column public.execution_labels.labelled_at is
    'The moment from which the labels were known: the latest of its end, feedback, the end of a retry and healing actions.';

revoke all on public.execution_labels from public, anon, authenticated;
grant select on public.execution_labels to authenticated, ai_engine, service_role;
