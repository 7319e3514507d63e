"""Who is woken for training, and who may ask for it."""

from collections.abc import Callable

import psycopg
import pytest

from tests.database.delivery_ledger import Ledger
from tests.database.training_school import School

pytest_plugins = ["tests.database.training_fixtures"]


def test_a_request_wakes_the_trainer_once(school: School, ledger: Ledger) -> None:
    school.request()
    school.request("duration")
    assert ledger.wake_ups() == ["train"]


def test_nobody_waits_long_for_the_answer_of_a_trainer(school: School, owned: psycopg.Connection) -> None:
    school.request()
    waits = owned.execute(
        "select timeout_milliseconds from net.http_request_queue"
        " where convert_from(body, 'UTF8')::jsonb ->> 'workspace_id' = %s",
        [school.team.workspace_id],
    ).fetchall()
    assert waits == [(2000,)]


def test_a_neglected_task_is_woken_for_again_unless_it_is_held_or_put_off(
    school: School, ledger: Ledger, sweep: Callable[[], object]
) -> None:
    school.request()
    ledger.lose_wake_ups()
    sweep()
    assert ledger.wake_ups() == ["train"]
    ledger.lose_wake_ups()
    claim = school.trainer.rpc("claim_task")
    sweep()
    assert ledger.wake_ups() == []
    assert school.trainer.rpc("fail_task", lease=claim["lease"], error="no wind")
    sweep()
    assert ledger.wake_ups() == []
    school.move_task("available_at = '-infinity'")
    sweep()
    assert ledger.wake_ups() == ["train"]


def test_what_a_killed_trainer_held_is_swept_for(school: School, ledger: Ledger, sweep: Callable[[], object]) -> None:
    school.claimed()
    ledger.lose_wake_ups()
    school.move_task("leased_until = now() - interval '1 ms'")
    sweep()
    assert ledger.wake_ups() == ["train"]


def test_a_finished_task_is_left_alone(school: School, ledger: Ledger, sweep: Callable[[], object]) -> None:
    assert school.trainer.rpc("finish_task", lease=school.claimed()["lease"], result={})
    ledger.lose_wake_ups()
    sweep()
    assert ledger.wake_ups() == []


def test_an_admin_asks_for_training_and_a_viewer_or_member_does_not(school: School, ledger: Ledger) -> None:
    asked = {"of_workspace": school.team.workspace_id}
    for role in ("viewer", "member"):
        refused = school.team.member(role).call("POST", "rpc/request_training", json=asked)
        assert refused.status_code == 403, refused.text
    assert ledger.wake_ups() == []
    assert school.team.member("admin").rpc("request_training", **asked, of_kind="duration") == 1
    assert school.team.owner.rpc("request_training", **asked) == 4
    assert school.trainer.rpc("claim_task")["reason"] == "asked for by a person"
    unknown = school.team.owner.call("POST", "rpc/request_training", json={**asked, "of_kind": "weather"})
    assert unknown.status_code == 400, unknown.text


@pytest.mark.parametrize(("runs", "requested"), [(2, 0), (3, 4)])
def test_training_is_due_after_so_many_ended_runs(
    school: School, settings: dict[str, str], owned: psycopg.Connection, runs: int, requested: int
) -> None:
    settings["train_after_labels"] = "3"
    for _ in range(runs):
        school.team.record()
    school.team.start()

    def due() -> int:
        owned.execute("select engine.request_due_training()")
        rows = owned.execute(
            "select from engine.tasks where workspace_id = %s and requested_at is not null",
            [school.team.workspace_id],
        )
        return rows.rowcount

    assert due() == requested
    assert due() == requested, "what is asked for already is not asked for again"
    while claim := school.trainer.rpc("claim_task"):
        assert claim["reason"] == "schedule"
        assert school.trainer.rpc("finish_task", lease=claim["lease"], result={})
    assert due() == 0
