"""A policy on a history: what it gets over, wastes, and leaves alone."""

from cli.heal.past import PastRun
from cli.heal.simulation import Simulation, simulate_on

REFUSED = "ConnectionRefusedError: [Errno 111] Connection refused"
WRONG_PASSWORD = 'FATAL: password authentication failed for user "loader"'
OUT_OF_MEMORY = "MemoryError: Unable to allocate 512 MiB for an array"


def history(*messages: str, config: dict | None = None, versions: tuple[int, ...] = ()) -> list[PastRun]:
    """Runs of one pipeline; an empty message: it went well."""
    return [
        PastRun(
            str(number),
            "espresso",
            bool(message),
            60.0,
            message,
            versions[number] if versions else 1,
            config or {},
        )
        for number, message in enumerate(messages)
    ]


def simulated(*messages: str, tier: int = 2, **parts) -> Simulation:
    return simulate_on(history(*messages, **parts), highest_tier_alone=tier)


def test_what_passes_is_got_over_with_one_attempt_each() -> None:
    found = simulated("", REFUSED, "")
    assert (found.failures, found.none.recovered, found.blind_retry.recovered) == (1, 0, 1)
    assert (found.flexiroaster.recovered, found.flexiroaster.attempts, found.flexiroaster.wasted) == (1, 1, 0)


def test_what_is_hopeless_wastes_three_blind_retries_and_none_of_ours() -> None:
    found = simulated("", WRONG_PASSWORD, WRONG_PASSWORD, WRONG_PASSWORD)
    assert (found.blind_retry.wasted, found.flexiroaster.attempts) == (6, 0)
    assert (found.failures, found.failures_at_the_end) == (2, 1)


def test_a_changed_setting_is_wrong_where_the_next_run_completed_unchanged() -> None:
    memory = {"memory_mb": 512}
    assert simulated("", OUT_OF_MEMORY, OUT_OF_MEMORY, config=memory).flexiroaster.unjudged == 1
    assert simulated("", OUT_OF_MEMORY, "", config=memory).flexiroaster.wrong == 1
    assert simulated("", OUT_OF_MEMORY, "", config=memory, versions=(1, 1, 2)).flexiroaster.wrong == 0


def test_an_error_that_was_gone_in_the_next_run_before_is_tried_again() -> None:
    strange = "zork 17"
    found = simulated("", strange, "", strange, "").flexiroaster
    assert (found.attempts, found.recovered, found.withheld) == (1, 1, 1)


def test_what_is_above_the_tier_is_not_done() -> None:
    assert simulated("", OUT_OF_MEMORY, "", config={"memory_mb": 512}, tier=1).flexiroaster.wrong == 0
    assert simulated("", REFUSED, "", tier=0).flexiroaster.attempts == 0


def test_runs_that_went_well_are_left_alone() -> None:
    assert simulated("", "", "").document() | {"runs": 3} == Simulation(runs=3).document()
