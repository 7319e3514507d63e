"""An orchestrator outside, and `heal`'s calls as the function makes them."""

from typing import Any

from functions.heal.actuators.port import ActuatorError, Order
from tests.database.healing_ward import Ward


class Receiver:
    """An orchestrator that remembers what it has done, by the order's id; ``error``: what it says besides."""

    def __init__(self) -> None:
        self.asked: list[Order] = []
        self.done: set[str] = set()
        self.error: ActuatorError | None = None
        self.acts_before_error = True

    def act(self, order: Order) -> dict[str, Any]:
        self.asked.append(order)
        error, self.error = self.error, None
        if error is None or self.acts_before_error:
            self.done.add(order.action_id)
        if error is not None:
            raise error
        return {"status": 202}


class EngineCalls:
    """`heal`'s calls, as `shared/engine_calls.py` makes them."""

    def __init__(self, ward: Ward) -> None:
        self._ward = ward

    def call(self, function: str, arguments: dict[str, Any]) -> Any:
        answer = self._ward.heal.call("POST", f"rpc/{function}", json=arguments)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None
