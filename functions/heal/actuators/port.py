"""The port behind which every orchestrator outside of Supabase stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from shared.errors import FlexiRoasterError


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done. ``action_id`` is the idempotency key: an order that is given twice is carried out once.

    ``settings`` are the actuator's own (which DAG, which repository), ``run`` says what the failed run told of itself
    (its metadata), ``stages`` which of its stages are to run again (None: all).
    """

    action_id: str
    action: str
    url: str
    settings: Mapping[str, Any]
    run: Mapping[str, Any]
    stages: tuple[str, ...] | None
    secret: str


class ActuatorError(FlexiRoasterError):
    """An order was not carried out. ``is_passing``: nobody knows, or it may be later; to be tried again."""

    def __init__(self, message: str, *, is_passing: bool = False) -> None:
        super().__init__(message)
        self.is_passing = is_passing


class Actuator(Protocol):
    """Carries out orders."""

    def act(self, order: Order) -> Mapping[str, Any]:
        """Carry out an order, looking before acting; what the other side answered.

        Raises:
            ActuatorError: it was not carried out, or nobody knows.
        """


def text_of(order: Order, settings: Mapping[str, Any], name: str) -> str:
    """A setting that must be there, short, and made of harmless characters only: it becomes part of an address.

    Raises:
        ActuatorError: it is missing, or is none.
    """
    value = settings.get(name)
    if not isinstance(value, str) or not value or len(value) > 250 or not set(value) <= _HARMLESS or ".." in value:
        raise ActuatorError(f"{name} of the order for action {order.action_id} is {value!r}: it names nothing")
    return value


_HARMLESS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:+")
