"""Which service a failure is about, and what may be used in its place."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple


class Fallback(NamedTuple):
    """Another choice for a service."""

    service: str
    active: str
    other: str


def fallback_of(context: Mapping[str, Any], cause: Mapping[str, Any]) -> Fallback | None:
    """The next choice for the service at fault: the only one that has another, or the one that the evidence names.

    What the evidence says selects among the choices of the pipeline's own configuration and can do nothing else.
    """
    services = context["pipeline"]["config"].get("services")
    if not isinstance(services, Mapping):
        return None
    possible = [found for name, service in services.items() if (found := _other(str(name), service))]
    if len(possible) <= 1:
        return possible[0] if possible else None
    said = json.dumps([cause.get("evidence"), cause.get("stage_name"), context["run"].get("error_message")]).lower()
    named = [one for one in possible if one.service.lower() in said or one.active.lower() in said]
    return named[0] if len(named) == 1 else None


def _other(name: str, service: Any) -> Fallback | None:
    if not isinstance(service, Mapping) or not isinstance(service.get("choices"), list):
        return None
    choices, active = service["choices"], service.get("active")
    if not isinstance(active, str) or active not in choices or not all(isinstance(choice, str) for choice in choices):
        return None
    others = [choice for choice in choices if choice != active]
    return Fallback(name, active, others[0]) if others else None
