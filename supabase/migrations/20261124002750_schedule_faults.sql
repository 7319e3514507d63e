-- A schedule that cannot be waited for is said to its owner, once per fault, and closed when it is mended.

create function engine.say_schedule_faults()
    returns bigint
    language sql
    volatile
    set search_path = ''
as $$
    with said as (
        update engine.expectations
        set schedule_fault_said = schedule_fault
        where pipeline_id in (
            select unnest(
                engine.lock_expectations(
                    array(
                        select pipeline_id
                        from engine.expectations
                        where
                            schedule_fault is not null
                            and schedule_fault is distinct from schedule_fault_said
                    )
                )
            )
        )
        returning *
    ),
    raised as (
        insert into public.alerts (workspace_id, pipeline_id, severity, title, message, subject, model_version)
        select
            said.workspace_id,
            said.pipeline_id,
            'low',
            format('The schedule of %s cannot be waited for', left(pipeline.name, 200)),
            said.schedule_fault,
            'schedule:' || said.pipeline_id,
            'rule:schedule_fault'
        from said
        join public.pipelines as pipeline on pipeline.id = said.pipeline_id
        on conflict (workspace_id, subject) where status <> 'resolved' do update set message = excluded.message
    )
    select count(*) from said
$$;

create function engine.close_schedule_faults()
    returns bigint
    language sql
    volatile
    set search_path = ''
as $$
    with over as (
        select alert.id
        from public.alerts as alert
        left join engine.expectations as expectation
            on expectation.pipeline_id = alert.pipeline_id
            and expectation.workspace_id = alert.workspace_id
        where
            alert.status <> 'resolved'
            and alert.model_version = 'rule:schedule_fault'
            and expectation.schedule_fault is null
        order by alert.id
        for update of alert skip locked
    ),
    closed as (
        update public.alerts as alert
        set
            status = 'resolved',
            resolved_at = now(),
            evidence = alert.evidence || '{"closed_because": "the schedule was mended, or is not in force any more"}'
        from over
        where alert.id = over.id
        returning alert.id
    )
    select count(*) from closed
$$;

revoke execute on all functions in schema engine from public;
