-- Canaries: who tries next while an error is an outage.

-- Chooses who probes: of every open breaker whose time has come and whose canary is not out, the oldest parked plan.
create function engine.choose_canaries()
    returns integer
    language plpgsql
    set search_path = ''
as $$
declare
    breaker record;
    chosen public.healing_plans;
    canaries integer := 0;
begin
    for breaker in
        select *
        from public.healing_breakers
        where
            status <> 'closed'
            and probe_at <= clock_timestamp()
            and not exists (
                select
                from public.healing_plans as canary
                where
                    canary.breaker_id = healing_breakers.id
                    and canary.status in ('proposed', 'approved', 'acting')
                    and (canary.id = healing_breakers.canary_plan_id or canary.wave is not null)
            )
        order by workspace_id, id
        for update skip locked
    loop
        select * into chosen
        from public.healing_plans
        where
            breaker_id = breaker.id
            and status = 'proposed'
        order by created_at, id
        limit 1;
        if not found then
            update public.healing_breakers
            set status = 'closed', closed_at = clock_timestamp()
            where id = breaker.id;
            continue;
        end if;
        update public.healing_breakers set canary_plan_id = chosen.id, status = 'open' where id = breaker.id;
        perform engine.emit_to_heal(
            chosen.workspace_id, chosen.pipeline_id, chosen.execution_id, 'probe:' || breaker.id || ':' || breaker.probes
        );
        canaries := canaries + 1;
    end loop;
    return canaries;
end
$$;

revoke execute on all functions in schema engine from public;
