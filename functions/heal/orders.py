"""Gives the orders that actions are for orchestrators outside of Supabase, and records what became of them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from functions.heal.actuators.port import Actuator, ActuatorError, Order
from shared import logs
from shared.config import HealingSecret
from shared.engine_calls import EngineCalls


class Orders:
    """The orders of one workspace. Given again after a kill or a timeout, an order has the same id."""

    def __init__(
        self, calls: EngineCalls, actuators: Mapping[str, Actuator], secrets: Mapping[str, HealingSecret]
    ) -> None:
        self._calls = calls
        self._actuators = actuators
        self._secrets = secrets

    def give(self) -> None:
        """Give every order that is due."""
        for taken in self._calls.call("healing_orders", {}):
            self._calls.call("record_healing_answer", {"action_id": taken["action_id"], "outcome": self._try(taken)})

    def _try(self, taken: Mapping[str, Any]) -> dict[str, Any]:
        try:
            order = self._order(taken)
            return {"answer": {"actuator": taken["kind"], **self._actuators[taken["kind"]].act(order)}}
        except ActuatorError as error:
            logs.warning(str(error), action="order_failed", action_id=taken["action_id"], is_passing=error.is_passing)
            return {"error": str(error), "is_passing": error.is_passing}

    def _order(self, taken: Mapping[str, Any]) -> Order:
        """The order with its secret, which is given to no other workspace and for no other host.

        Raises:
            ActuatorError: there is no such secret for this workspace and host.
        """
        known = self._secrets.get(taken["secret_name"])
        try:
            host = (urlsplit(taken["url"]).hostname or "").lower()
        except ValueError:
            host = ""
        if known is None or (known.workspace_id, known.host) != (taken["workspace_id"], host):
            raise ActuatorError(f"there is no secret {taken['secret_name']} for this workspace and {host or 'no host'}")
        stages = taken["stages"]
        return Order(
            action_id=taken["action_id"],
            action=taken["action"],
            url=taken["url"],
            settings=taken["settings"],
            run=taken["run"],
            stages=tuple(stages) if stages is not None else None,
            secret=known.secret,
        )
