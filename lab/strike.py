"""How each fault is brought about: in the source, the database, the folder, the configuration or the worker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lab.fault import Fault
from lab.source import Weather
from lab.world import World

SLOW_SECONDS, TIGHT_TIMEOUT_SECONDS = 4.4, 4.0
# What hangs is noticed a minute and a tenth of this after it began.
SHORT_TIMEOUT_SECONDS = 10.0
TIGHT_MEMORY_MB = 96.0


@dataclass(frozen=True, slots=True)
class Strike:
    """What a fault is besides what it did to the world.

    ``environment``: what a person set in the configuration. ``meets_other_thread``: the race.
    """

    environment: Mapping[str, str] | None = None
    leaves_a_process: bool = False
    meets_other_thread: bool = False


def limits_for(fault: Fault) -> dict[str, Any]:
    """What the configuration of a pipeline for this fault holds beside the usual, from its beginning."""
    if fault.name == "slow_upstream":
        return {"timeout_seconds": TIGHT_TIMEOUT_SECONDS}
    if fault.name == "worker_hung":
        return {"timeout_seconds": SHORT_TIMEOUT_SECONDS}
    if fault.name == "memory_limit":
        return {"memory_mb": TIGHT_MEMORY_MB}
    if fault.name == "dns_failure":
        return {"services": {"source": {"active": "primary", "choices": ["primary", "mirror"]}}}
    return {}


def strike(world: World, fault: Fault) -> Strike:
    """Bring the fault about. What passes with time begins to when it has struck (`World.clear_after`)."""
    return STRIKES.get(fault.name, _spoil_the_file)(world, fault)


def _weather(kind: str) -> Callable[[World, Fault], Strike]:
    def change(world: World, fault: Fault) -> Strike:
        attempts = fault.clears.after_attempts
        requests = float("inf") if attempts is None else attempts
        world.source.weather = Weather(kind, requests=requests, seconds=SLOW_SECONDS)
        return Strike()

    return change


def _refuse(world: World, fault: Fault) -> Strike:
    world.refuse()
    return Strike()


def _lose_the_name(world: World, fault: Fault) -> Strike:
    world.addresses["primary"] = f"http://orders-{world.key[-4:]}.lab.invalid"
    return Strike()


def _lose_a_module(world: World, fault: Fault) -> Strike:
    (world.libraries / "lab_pricing.py").rename(world.libraries / "lab_pricing_v2.py")
    return Strike()


def _change_password(world: World, fault: Fault) -> Strike:
    world.warehouse.change_password(world.key)
    return Strike()


def _revoke(world: World, fault: Fault) -> Strike:
    world.warehouse.revoke(world.key)
    return Strike()


def _spoil_the_file(world: World, fault: Fault) -> Strike:
    """The batch that is made next is spoilt as the fault says."""
    return Strike()


STRIKES: Mapping[str, Callable[[World, Fault], Strike]] = {
    "connection_refused": _refuse,
    "outage": _refuse,
    "dns_failure": _lose_the_name,
    "connection_reset": _weather("reset"),
    "service_unavailable": _weather("unavailable"),
    "rate_limited": _weather("rate_limited"),
    "expired_token": _weather("expired"),
    "slow_upstream": _weather("slow"),
    "empty_input": _weather("early"),
    "publish_reset": _weather("notice_reset"),
    "wrong_password": _change_password,
    "revoked_grant": _revoke,
    "module_missing": _lose_a_module,
    "worker_hung": lambda world, fault: Strike(leaves_a_process=True),
    "race": lambda world, fault: Strike(meets_other_thread=True),
    "changed_variable": lambda world, fault: Strike(environment={"CURRENCY": "EURO"}),
    "wrong_path": lambda world, fault: Strike(environment={"RATES_PATH": "../reference/2027/rates.csv"}),
}
