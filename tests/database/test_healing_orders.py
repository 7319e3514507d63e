"""Orders to orchestrators outside: given once however often somebody dies on the way, and recorded."""

from typing import Any

import pytest

from functions.heal.actuators.port import ActuatorError
from functions.heal.orders import Orders
from shared.config import HealingSecret
from tests.database.delivery_team import new_id
from tests.database.healing_receiver import EngineCalls, Receiver
from tests.database.healing_ward import OUT_OF_MEMORY, REFUSED, Ward

pytest_plugins = ["tests.database.healing_fixtures"]


@pytest.fixture
def receiver(ward: Ward) -> Receiver:
    ward.owned.execute(
        "insert into healing_actuators (workspace_id, kind, url, secret_name) values (%s, 'webhook', %s, 'LAMPS')",
        [ward.workspace_id, "https://lamps.example/hook"],
    )
    ward.policy(highest_tier_alone=2)
    return Receiver()


def give(ward: Ward, receiver: Receiver, *, workspace_id: str = "", host: str = "lamps.example") -> None:
    secret = HealingSecret(workspace_id or ward.workspace_id, host, "whsec_x")
    Orders(EngineCalls(ward), {"webhook": receiver}, {"LAMPS": secret}).give()


def time_passes(ward: Ward) -> None:
    """Waits, backoffs and the leases on orders are over."""
    ward.owned.execute(
        "update healing_actions set ordered_until = '-infinity' where workspace_id = %s and status = 'acting'",
        [ward.workspace_id],
    )
    ward.tend()
    ward.work()


def ordered(ward: Ward, cause: dict = REFUSED) -> str:
    run = ward.failed(cause, metadata={"ship": "Erebus"})
    ward.work()
    time_passes(ward)
    return run


def action(ward: Ward, run: str) -> dict[str, Any]:
    (found,) = ward.actions(run)
    return found


def test_an_order_is_given_instead_of_a_queued_run(ward: Ward, receiver: Receiver) -> None:
    run = ordered(ward)
    assert (ward.queued(), action(ward, run)["status"]) == ([], "acting")
    give(ward, receiver)
    (order,) = receiver.asked
    assert (order.action_id, order.run["ship"], order.secret) == (action(ward, run)["id"], "Erebus", "whsec_x")
    assert (action(ward, run)["status"], action(ward, run)["answer"]["status"]) == ("acted", 202)
    assert ward.audited(run) == ["planned", "acted", "answered"]


def test_an_order_waits_as_long_as_its_step_says(ward: Ward, receiver: Receiver) -> None:
    ward.failed(REFUSED)
    ward.work()
    give(ward, receiver)
    assert receiver.asked == []


def test_one_killed_between_acting_and_recording_does_not_act_twice(ward: Ward, receiver: Receiver) -> None:
    run = ordered(ward)
    (taken,) = ward.heal.rpc("healing_orders")
    receiver.done.add(taken["action_id"])
    give(ward, receiver)
    assert receiver.asked == [], "somebody else holds the order"
    time_passes(ward)
    give(ward, receiver)
    assert receiver.done == {action(ward, run)["id"]}
    assert action(ward, run)["status"] == "acted"


def test_an_orchestrator_that_times_out_after_it_acted_is_asked_under_the_same_id(
    ward: Ward, receiver: Receiver
) -> None:
    run = ordered(ward)
    receiver.error = ActuatorError("lamps.example did not answer", is_passing=True)
    give(ward, receiver)
    assert action(ward, run)["status"] == "acting"
    time_passes(ward)
    give(ward, receiver)
    assert (len(receiver.asked), len(receiver.done)) == (2, 1)
    assert ward.audited(run) == ["planned", "acted", "no_answer", "answered"]


def test_an_orchestrator_that_never_answers_is_given_up_and_all_is_taken_back(ward: Ward, receiver: Receiver) -> None:
    ward.configure({"memory_mb": 512})
    run = ordered(ward, OUT_OF_MEMORY)
    assert ward.config() == {"memory_mb": 768}
    for _ in range(6):
        receiver.error = ActuatorError("lamps.example did not answer", is_passing=True)
        give(ward, receiver)
        time_passes(ward)
    assert (action(ward, run)["status"], ward.config()) == ("undone", {"memory_mb": 512})
    assert ward.team.owner.rows("alerts", subject=f"heal:{ward.pipeline_id}")


def test_an_orchestrator_that_refuses_is_not_asked_again(ward: Ward, receiver: Receiver) -> None:
    ward.configure({"memory_mb": 512})
    run = ordered(ward, OUT_OF_MEMORY)
    receiver.error, receiver.acts_before_error = ActuatorError("the receiver refused the order with 400"), False
    give(ward, receiver)
    time_passes(ward)
    give(ward, receiver)
    assert (len(receiver.asked), action(ward, run)["status"]) == (1, "undone")
    assert ward.config() == {"memory_mb": 512}


def test_the_kill_switch_holds_orders_back(ward: Ward, receiver: Receiver) -> None:
    ordered(ward)
    ward.team.owner.update("healing_policies", {"kill_switch": True}, pipeline_id=ward.pipeline_id)
    give(ward, receiver)
    assert receiver.asked == []


@pytest.mark.parametrize("wrong", [{"workspace_id": new_id()}, {"host": "other.example"}])
def test_a_secret_is_used_for_its_own_workspace_and_host_only(ward: Ward, receiver: Receiver, wrong: dict) -> None:
    run = ordered(ward)
    give(ward, receiver, **wrong)
    assert (receiver.asked, action(ward, run)["status"]) == ([], "undone")


def test_the_next_run_that_ends_is_the_outcome(ward: Ward, receiver: Receiver) -> None:
    run = ordered(ward)
    give(ward, receiver)
    ward.team.record(status="completed")
    ward.work()
    assert action(ward, run)["status"] == "effective"


def test_a_run_that_names_another_action_is_not_the_outcome(ward: Ward, receiver: Receiver) -> None:
    run = ordered(ward)
    give(ward, receiver)
    ward.team.record(status="completed", metadata={"healing_action_id": new_id()})
    ward.work()
    assert action(ward, run)["status"] == "acted"
    ward.team.record(status="completed", metadata={"healing_action_id": action(ward, run)["id"]})
    ward.work()
    assert action(ward, run)["status"] == "effective"
