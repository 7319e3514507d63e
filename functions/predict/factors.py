"""The terms of the heuristic, and what each of them says in plain words."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from functions.predict.prediction import Factor
from shared.features import INDEX
from shared.pipeline_state import PipelineState

BASE = "workspace_failure_rate_7d"
MAX_FACTORS = 5
MIN_EFFECT = 0.05  # logits: at most 1.25 percentage points
_LOWEST = 0.01  # rates are taken as 1 to 99 %: beyond that, history says no more


class Term(NamedTuple):
    """A failure rate of the vector, its weight in the formula, and its sentence."""

    feature: str
    weight: float
    says: Callable[[PipelineState, float, float], str]


def logit(rate: float) -> float:
    """Logarithm of the odds of a rate, which is taken as 1 to 99 %.

    >>> round(logit(0.5), 3), round(logit(0.2), 3), logit(0.0) == logit(0.01)
    (0.0, -1.386, True)
    """
    rate = min(max(rate, _LOWEST), 1.0 - _LOWEST)
    return math.log(rate / (1.0 - rate))


def percent(rate: float) -> str:
    """A rate in words of a table: ``12 %``.

    >>> percent(0.123), percent(0.004), percent(1.0)
    ('12 %', 'under 1 %', '100 %')
    """
    return "under 1 %" if 0.0 < rate < 0.01 else f"{100.0 * rate:.0f} %"


def _last_runs(state: PipelineState, rate: float, base: float) -> str:
    outcomes = state.outcomes
    failures, successes = outcomes.streak.failures, outcomes.streak.successes
    if failures >= 3:
        same = outcomes.errors.repeats
        return f"failed its last {failures} runs" + (f", {same} of them with the same error" if same >= 2 else "")
    if successes >= 4:
        return f"succeeded in its last {successes} runs"
    failed, runs = outcomes.last_outcomes.get(4)
    if runs == 0:
        return "has not run before"
    return (
        f"failed {failed} of its last {runs} runs" if runs > 1 else ("failed last time" if failed else "succeeded once")
    )


def _over(period: str, whose: str) -> Callable[[PipelineState, float, float], str]:
    def says(state: PipelineState, rate: float, base: float) -> str:
        return f"{percent(rate)} of {whose} runs {period} failed; {percent(base)} is usual in the workspace"

    return says


TERMS: tuple[Term, ...] = (
    Term("pipeline_failure_rate_3_runs", 0.20, _last_runs),
    Term("pipeline_failure_rate_1d", 0.10, _over("in the last day or so", "its")),
    Term("pipeline_failure_rate_7d", 0.25, _over("in the last week or so", "its")),
    Term("owner_failure_rate_1h", 0.30, _over("in the last hour or so", "its owner's")),
)


def effects(vector: Sequence[float]) -> list[float]:
    """How far each of `TERMS` moves the logit away from the workspace's base rate."""
    base = logit(vector[INDEX[BASE]])
    return [term.weight * (logit(vector[INDEX[term.feature]]) - base) for term in TERMS]


def factors(vector: Sequence[float], state: PipelineState) -> tuple[Factor, ...]:
    """The terms that moved the probability, strongest first: at most five, none below 0.05 logits."""
    base = vector[INDEX[BASE]]
    found = [
        Factor(term.feature, vector[INDEX[term.feature]], effect, term.says(state, vector[INDEX[term.feature]], base))
        for term, effect in zip(TERMS, effects(vector), strict=True)
        if abs(effect) >= MIN_EFFECT
    ]
    return tuple(sorted(found, key=lambda factor: -abs(factor.effect))[:MAX_FACTORS])
