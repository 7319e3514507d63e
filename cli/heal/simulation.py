"""What a healing policy would have attempted on a history, beside no healing and three blind retries.

Nobody ran the retries, so what they would have come to is read from the history itself: a retry is taken to succeed
where the pipeline's next run completed though no setting was changed, and to fail where that failed too. What a changed
setting would have come to is not known; such actions are counted and not judged, but where the next run completed
unchanged they were not needed: those are the wrong ones. Whether stages may run twice is not asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from cli.heal.past import PastRun, by_pipeline
from functions.heal.decision import is_over
from functions.heal.plan import BLIND_RETRIES, ladder_of

RECENT = 40
FEWEST = 3
MOST_TRIES = 5


@dataclass(slots=True)
class Policy:
    """What one policy came to. ``recovered``: failures that a retry got over; ``wasted``: retries that did not help."""

    recovered: int = 0
    attempts: int = 0
    wasted: int = 0
    wrong: int = 0
    unjudged: int = 0
    withheld: int = 0
    cost_seconds: float = 0.0


@dataclass(slots=True)
class Simulation:
    """The three policies over one history. A failure after which its pipeline never ran again tells nothing."""

    runs: int = 0
    failures: int = 0
    failures_at_the_end: int = 0
    actions_on_healthy_runs: int = 0
    none: Policy = field(default_factory=Policy)
    blind_retry: Policy = field(default_factory=Policy)
    flexiroaster: Policy = field(default_factory=Policy)

    def document(self) -> dict[str, Any]:
        """The object that programs get."""
        lift = {
            name: getattr(self, name).recovered / self.failures if self.failures else None
            for name in ("none", "blind_retry", "flexiroaster")
        }
        return {**asdict(self), "recovery_lift": lift}


def simulate_on(runs: Iterable[PastRun], *, highest_tier_alone: int) -> Simulation:
    """The three policies on a history, each pipeline in the order of its runs."""
    found = Simulation()
    for past in by_pipeline(runs).values():
        for place, run in enumerate(past):
            found.runs += 1
            following = past[place + 1] if place + 1 < len(past) else None
            if run.failed and following is None:
                found.failures_at_the_end += 1
            elif run.failed and following is not None:
                found.failures += 1
                passes = not following.failed and following.version == run.version
                _blind(found.blind_retry, run, passes)
                _healed(found.flexiroaster, past[: place + 1], passes, highest_tier_alone)
            elif not is_over(_context(past[: place + 1], tried=0)):
                found.actions_on_healthy_runs += 1
    return found


def _blind(policy: Policy, run: PastRun, passes: bool) -> None:
    tries = 1 if passes else BLIND_RETRIES
    policy.attempts += tries
    policy.recovered += passes
    policy.wasted += tries - passes
    policy.cost_seconds += tries * run.seconds


def _healed(policy: Policy, past: Sequence[PastRun], passes: bool, highest_tier_alone: int) -> None:
    for tried in range(MOST_TRIES):
        steps = ladder_of(_context(past, tried=tried)).steps
        if not steps or steps[0].risk_tier > highest_tier_alone:
            policy.withheld += tried == 0 and passes
            return
        if steps[0].action != "retry_stage":
            policy.unjudged += not passes
            policy.wrong += passes
            return
        policy.attempts += 1
        policy.cost_seconds += past[-1].seconds
        if passes:
            policy.recovered += 1
            return
        policy.wasted += 1


def _context(past: Sequence[PastRun], *, tried: int) -> dict[str, Any]:
    """What `heal` would have been shown after so many retries that did not help."""
    run, before = past[-1], past[:-1][-RECENT:]
    good = [one.seconds for one in before if not one.failed]
    retry = {"action": "retry_stage", "status": "ineffective", "request": {}}
    cause: Mapping[str, Any] = run.known_cause() if run.failed else {}
    pairs = zip(before, past[-len(before) :] if before else [], strict=False)
    # Of runs that say nothing nobody knows whether it was the same error.
    again = sum(
        one.failed and not after.failed and one.version == after.version and one.message == run.message != ""
        for one, after in pairs
    )
    return {
        "run": {"id": run.id, "status": "failed" if run.failed else "completed", "error_message": run.message},
        "superseded": False,
        "run_stages": [],
        "stages": [],
        "pipeline": {"config": run.config},
        "causes": [cause] if cause else [],
        "actions": [retry] * tried,
        "policy": {},
        "person_config": run.config,
        "known_good": None,
        "outcomes": [],
        "backoff_seconds": 5.0,
        "backoff_limit_seconds": 600.0,
        "usual": {
            "completed": len(good),
            "passed_by_itself": again,
            "seconds": median(good) if len(good) >= FEWEST else None,
            "longest_seconds": max(good, default=None),
        },
    }
