"""Lints over the catalogue, of the kind that Supabase's advisors run: each query lists what is at fault."""

OURS = "('public', 'engine')"

LINTS = {
    "every public table has row-level security and a policy": """
        select format('%s', class.oid::regclass)
        from pg_class as class
        where class.relnamespace = 'public'::regnamespace and class.relkind in ('r', 'p')
            and (not class.relrowsecurity or not exists (select from pg_policy where polrelid = class.oid))
    """,
    "no policy lets everybody through": """
        select format('%s on %s', policyname, tablename) from pg_policies
        where schemaname = 'public' and 'true' in (btrim(qual, '() '), btrim(with_check, '() '))
    """,
    "every policy asks who is calling once and not for every row": r"""
        select format('%s on %s', policyname, tablename)
        from pg_policies
        where schemaname = 'public'
            and regexp_count(coalesce(qual, '') || coalesce(with_check, ''), '(engine|auth)\.\w+\(')
                <> regexp_count(
                    coalesce(qual, '') || coalesce(with_check, ''), 'SELECT (engine|auth)\.\w+\(', 1, 'i'
                )
    """,
    "one role has one policy for one action": """
        select format('%s for %s to %s', tablename, action, role)
        from pg_policies
        cross join unnest(roles) as role
        cross join unnest(
            case cmd when 'ALL' then array['SELECT', 'INSERT', 'UPDATE', 'DELETE'] else array[cmd] end
        ) as action
        where schemaname = 'public' and permissive = 'PERMISSIVE'
        group by tablename, action, role
        having count(*) > 1
    """,
    "every foreign key has an index that begins with its columns": f"""
        select format('%s of %s', conname, conrelid::regclass)
        from pg_constraint as key
        where key.contype = 'f' and key.connamespace::regnamespace::text in {OURS}
            and not exists (
                select from pg_index as index
                where index.indrelid = key.conrelid and index.indisvalid
                    and (index.indkey::smallint[])[0:cardinality(key.conkey) - 1] @> key.conkey
            )
    """,
    "every function has a search path of its own": f"""
        select format('%s', oid::regprocedure) from pg_proc
        where pronamespace::regnamespace::text in {OURS}
            and not coalesce(proconfig @> array['search_path=""'], false)
    """,
    "no public function runs as its definer": """
        select format('%s', oid::regprocedure) from pg_proc
        where pronamespace = 'public'::regnamespace and prosecdef
    """,
    "anonymous callers may do nothing": f"""
        select format('%s', class.oid::regclass)
        from pg_class as class
        where class.relnamespace::regnamespace::text in {OURS} and class.relkind in ('r', 'p', 'v', 'm')
            and has_table_privilege('anon', class.oid, 'select, insert, update, delete, truncate, references, trigger')
        union all
        select format('%s', oid::regprocedure) from pg_proc
        where pronamespace::regnamespace::text in {OURS} and has_function_privilege('anon', oid, 'execute')
    """,
    "callers of the Data API reach no table of schema engine": """
        select format('%s by %s', class.oid::regclass, role)
        from pg_class as class, unnest(array['anon', 'authenticated', 'ai_engine']) as role
        where class.relnamespace = 'engine'::regnamespace and class.relkind in ('r', 'p', 'v', 'm')
            and (has_table_privilege(role, class.oid, 'select, insert, update, delete, truncate')
                or has_any_column_privilege(role, class.oid, 'select, insert, update'))
    """,
    "engines write only what engines are to write and delete nothing": """
        select format('%s', class.oid::regclass)
        from pg_class as class
        where class.relnamespace = 'public'::regnamespace and class.relkind in ('r', 'p')
            and (has_table_privilege('ai_engine', class.oid, 'delete, truncate, references, trigger')
                or has_any_column_privilege('ai_engine', class.oid, 'insert, update')
                    and class.relname not in (
                        'predictions', 'detections', 'root_causes', 'healing_plans', 'healing_actions',
                        'recommendations', 'alerts', 'ai_insights', 'model_evaluations', 'drift_reports'
                    ))
    """,
    "engines call only what engines are to call": f"""
        select format('%s', oid::regprocedure) from pg_proc
        where pronamespace::regnamespace::text in {OURS} and has_function_privilege('ai_engine', oid, 'execute')
            and proname not in (
                'token_claims', 'user_id', 'token_workspace_id', 'token_engine', 'unwrap', 'claim_events',
                'read_pipeline_states', 'finish_events', 'complete_predictions', 'complete_detections',
                'claim_task', 'finish_task', 'fail_task', 'training_rows', 'training_counts', 'register_model',
                'move_model', 'move_trained_model', 'store_expectations', 'stale_expectations',
                'challenger_models', 'diagnosis_contexts',
                'complete_root_causes', 'healing_context', 'complete_healing_plans', 'healing_orders',
                'record_healing_answer', 'rollout_state', 'observed_answers',
                'recent_features', 'complete_observation', 'stage_training_rows', 'history_rows'
            )
    """,
    "a function that runs as its definer is called by nobody in particular": f"""
        select format('%s', oid::regprocedure) from pg_proc
        where pronamespace::regnamespace::text in {OURS} and prosecdef
            and (proacl is null or exists (select from aclexplode(proacl) where grantee = 0))
    """,
}

# A fault that the lint of the same name must find, planted in a transaction that is rolled back.
FAULTS = {
    "every public table has row-level security and a policy": "create table public.beans (id integer primary key)",
    "no policy lets everybody through": "create policy leak on public.logs for update to anon using (true)",
    "every policy asks who is calling once and not for every row": (
        "create policy slow on public.logs for update to anon using (workspace_id = engine.token_workspace_id())"
    ),
    "one role has one policy for one action": (
        "create policy again on public.logs for all to ai_engine using (workspace_id = (select engine.user_id()))"
    ),
    "every foreign key has an index that begins with its columns": (
        "create table engine.beans (run uuid references public.executions (id))"
    ),
    "every function has a search path of its own": "create function engine.roast() returns int language sql return 1",
    "no public function runs as its definer": (
        "create function public.roast() returns int language sql security definer set search_path = '' return 1"
    ),
    "anonymous callers may do nothing": "grant select on public.logs to anon",
    "callers of the Data API reach no table of schema engine": (
        "grant select (state) on engine.pipeline_state to ai_engine"
    ),
    "engines write only what engines are to write and delete nothing": (
        "grant update (config) on public.pipelines to ai_engine"
    ),
    "engines call only what engines are to call": "grant execute on function engine.sweep() to ai_engine",
    "a function that runs as its definer is called by nobody in particular": (
        "create function engine.roast() returns int language sql security definer set search_path = '' return 1"
    ),
}
