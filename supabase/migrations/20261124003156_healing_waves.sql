-- How those whom a breaker parked come back: one tries, then the rest in waves.

-- Releases the next wave: so many of the parked plans, the oldest first. Closes the breaker when none is parked.
create function engine.release_wave(p_breaker_id uuid, p_size integer)
    returns integer
    language plpgsql
    set search_path = ''
as $$
declare
    released integer;
    next_wave integer;
begin
    update public.healing_breakers
    set status = 'releasing', wave = wave + 1, canary_plan_id = null
    where id = p_breaker_id
    returning wave into next_wave;
    with chosen as (
        update public.healing_plans as plan
        set wave = next_wave
        where
            plan.id in (
                select parked.id
                from public.healing_plans as parked
                where
                    parked.breaker_id = p_breaker_id
                    and parked.status = 'proposed'
                    and parked.wave is null
                order by parked.created_at, parked.id
                limit p_size
            )
        returning plan.workspace_id, plan.pipeline_id, plan.execution_id
    )
    select count(engine.emit_to_heal(workspace_id, pipeline_id, execution_id, 'wave:' || p_breaker_id || ':' || next_wave))
    into released
    from chosen;
    if released = 0 then
        update public.healing_breakers
        set status = 'closed', closed_at = clock_timestamp()
        where id = p_breaker_id;
    end if;
    return released;
end
$$;

-- How many of a wave have come through, how many have not, and how many there are.
create function engine.wave_standing(p_breaker_id uuid, p_wave integer)
    returns table (effective bigint, failed bigint, size bigint)
    language sql
    stable
    set search_path = ''
as $$
    select
        count(*) filter (where last.status = 'effective'),
        count(*) filter (where last.status in ('ineffective', 'harmful', 'undone')),
        count(*)
    from public.healing_plans as plan
    left join lateral (
        select taken.status
        from public.healing_actions as taken
        where
            taken.plan_id = plan.id
            and taken.workspace_id = plan.workspace_id
        order by taken.created_at desc
        limit 1
    ) as last on true
    where
        plan.breaker_id = p_breaker_id
        and plan.wave = p_wave
$$;

-- What a verdict means for the breaker of its plan. The verdict says how long to wait for the next probe, or how many to
-- release: {"probe_after_seconds": …, "release": …}. Once half of a wave came through the next one follows; once more
-- than half of it failed the door is closed again.
create function engine.move_breaker(plan public.healing_plans, verdict jsonb)
    returns void
    language plpgsql
    set search_path = ''
as $$
declare
    breaker public.healing_breakers;
    standing record;
    is_canary boolean;
begin
    select * into breaker
    from public.healing_breakers
    where
        id = plan.breaker_id
        and status <> 'closed'
    for update;
    if not found then
        return;
    end if;
    is_canary := breaker.canary_plan_id is not distinct from plan.id;
    -- Who was out before the breaker opened, or in a wave that is past, says nothing new.
    if not is_canary and plan.wave is distinct from breaker.wave then
        return;
    end if;
    select * into standing from engine.wave_standing(breaker.id, breaker.wave);
    if is_canary and verdict ->> 'status' = 'effective' or not is_canary and 2 * standing.effective >= standing.size then
        perform engine.release_wave(breaker.id, coalesce((verdict #>> '{breaker,release}')::integer, 5));
    elsif is_canary or 2 * standing.failed > standing.size then
        update public.healing_breakers
        set
            status = 'open',
            probes = probes + 1,
            canary_plan_id = null,
            probe_at = clock_timestamp() + make_interval(
                secs => coalesce((verdict #>> '{breaker,probe_after_seconds}')::double precision, 60)
            )
        where id = breaker.id;
        -- Those that were released and have not acted yet wait again.
        update public.healing_plans
        set wave = null
        where
            breaker_id = breaker.id
            and status = 'proposed';
    end if;
end
$$;

revoke execute on all functions in schema engine from public;
