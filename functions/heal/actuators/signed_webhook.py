"""An order as a signed webhook (Standard Webhooks, standardwebhooks.com)."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from functions.heal.actuators.http import Http
from functions.heal.actuators.port import ActuatorError, Order
from shared import webhook


class SignedWebhook:
    """Posts orders. ``webhook-id`` is the action's: a receiver that has seen it answers as before and does nothing."""

    def __init__(self, http: Http, *, now: Callable[[], float]) -> None:
        self._http = http
        self._now = now

    def act(self, order: Order) -> Mapping[str, Any]:
        """Post the order.

        Raises:
            ActuatorError: the receiver refused it, or nobody knows.
        """
        data = {
            "action_id": order.action_id,
            "action": order.action,
            "stages": list(order.stages) if order.stages is not None else None,
            "run": dict(order.run),
        }
        body = json.dumps({"type": "healing.action", "data": data}).encode()
        webhook_id, timestamp = f"healing_{order.action_id}", int(self._now())
        headers = {
            "webhook-id": webhook_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": webhook.sign(order.secret, webhook_id=webhook_id, timestamp=timestamp, body=body),
        }
        status, answer = self._http.send("POST", order.url, body=body, headers=headers)
        if not 200 <= status < 300:
            raise ActuatorError(f"the receiver refused the order with {status}: {str(answer)[:300]}")
        return {"status": status, "answer": str(answer)[:1000]}
