"""Which functions of the Data API answer whom."""

import pytest

from tests.database.roastery import World

LEASE = "7d1c5c4e-0000-4000-8000-000000000000"
HOME, VERSION = "the home workspace", "its model version"
PLAN, HASH = "a healing plan of it", "that plan's hash"
TRAINED = {"of_kind": "duration", "of_fingerprint": "f"}
RPCS = {
    "ingest": {"payload": {"executions": []}},
    "queue_status": {},
    "redrive_dead_letters": {},
    "question_context": {"for_engine": "predict"},
    "claim_events": {"max_events": 1},
    "read_pipeline_states": {"pipeline_ids": []},
    "complete_predictions": {"payload": {}},
    "complete_detections": {"payload": {}},
    "claim_task": {},
    "finish_task": {"lease": LEASE, "result": {}},
    "fail_task": {"lease": LEASE, "error": "no beans"},
    "training_rows": TRAINED,
    "training_counts": TRAINED,
    "stage_training_rows": TRAINED,
    "history_rows": TRAINED,
    "observed_answers": {"of_kind": "failure_prediction"},
    "recent_features": {"of_kind": "failure_prediction", "of_fingerprint": "f"},
    "rollout_state": {},
    "complete_observation": {"payload": {"lease": LEASE}},
    "complete_root_causes": {"payload": {}},
    "diagnosis_contexts": {"of_executions": []},
    "monitoring_snapshot": {"of_pipeline": LEASE},
    "stale_expectations": {},
    "store_expectations": {"payload": []},
    "register_model": {"payload": {"lease": LEASE}},
    "move_model": {"of_kind": "duration", "rung": "shadow", "to_version": None, "generation": 7, "reason": "worse"},
    "request_training": {"of_workspace": HOME},
    "promote_model": {"version": VERSION, "to_rung": "shadow"},
    "roll_back_model": {"of_workspace": HOME, "of_kind": "duration"},
    "pin_model": {"of_workspace": HOME, "of_kind": "duration"},
    "healing_context": {"of_execution": LEASE},
    "decide_healing_plan": {"plan": PLAN, "plan_hash": HASH, "decision": "rejected"},
    "complete_healing_plans": {"payload": {}},
    "healing_orders": {},
    "record_healing_answer": {"action_id": LEASE, "outcome": {}},
}
FOR_PEOPLE = {
    "ingest",
    "queue_status",
    "redrive_dead_letters",
    "question_context",
    "request_training",
    "promote_model",
    "roll_back_model",
    "pin_model",
    "healing_context",
    "decide_healing_plan",
    "diagnosis_contexts",
    "monitoring_snapshot",
}
FOR_TRAINERS = {
    "training_rows",
    "training_counts",
    "stage_training_rows",
    "history_rows",
    "observed_answers",
    "recent_features",
    "rollout_state",
    "complete_observation",
    "register_model",
    "move_model",
}
FOR_DETECT = {"stale_expectations", "store_expectations"}
FOR_HEAL = {"complete_healing_plans", "healing_orders", "record_healing_answer"}


@pytest.mark.parametrize("function", RPCS)
def test_a_function_answers_only_those_it_is_for(world: World, function: str) -> None:
    plan = world.home.arrange("healing_plans")
    places = {
        HOME: world.home.workspace_id,
        VERSION: world.home.model_version_id,
        PLAN: plan["id"],
        HASH: plan["plan_hash"],
    }
    arguments = {
        name: places.get(value, value) if isinstance(value, str) else value for name, value in RPCS[function].items()
    }
    asked = {name: world[name].call(function, **arguments) for name in ("owner", "anonymous", "predict", "train")}
    engines = (
        {"train"} if function in FOR_TRAINERS else set() if function in FOR_DETECT | FOR_HEAL else {"predict", "train"}
    )
    assert {name for name, response in asked.items() if response.is_success} == (
        {"owner"} if function in FOR_PEOPLE else engines
    )
    assert {response.status_code for response in asked.values() if not response.is_success} <= {401, 403, 404}


def test_every_function_is_tried(world: World) -> None:
    functions = world.home.database.execute(
        "select proname from pg_proc where pronamespace = 'public'::regnamespace and prorettype <> 'trigger'::regtype"
    )
    assert {name for (name,) in functions} == set(RPCS)


@pytest.mark.parametrize("function", ["complete_predictions", "complete_detections"])
@pytest.mark.parametrize("lease", [None, LEASE])
def test_a_completion_under_no_lease_stores_nothing(world: World, function: str, lease: str | None) -> None:
    table, phase = function.removeprefix("complete_"), "a lease that nobody holds"
    row = world.home.row(table) | {"phase": phase}
    answer = world["predict"].call(function, payload={"lease": lease, table: [row]})
    assert answer.json() == {"stored": [], "lost": []}
    assert not world["owner"].rows(table, phase=phase)


def test_only_admins_send_dead_letters_round_again(world: World) -> None:
    letter = world.home.database.execute(
        "insert into engine.dead_letters (engine, workspace_id, pipeline_id, execution_id, phase, occurred_at,"
        " attempts, last_error) values ('detect', %s, %s, %s, 'ended', now(), 6, 'no beans') returning id::text",
        [world.home.workspace_id, world.home.pipeline_id, world.home.execution_id],
    ).fetchone()

    def letters() -> int:
        return world.home.database.execute("select from engine.dead_letters where id = %s", letter).rowcount

    for name in ("member", "viewer", "stranger"):
        for arguments in ({}, {"dead_letter_ids": [letter[0]]}):
            world[name].call("redrive_dead_letters", **arguments)
            assert letters() == 1, name
    assert world["admin"].call("redrive_dead_letters").is_success
    assert letters() == 0
