"""How likely an action helps: counts of the pipeline, shrunk to those of the workspace, shrunk to a prior."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

STRENGTH = 4.0


@dataclass(frozen=True, slots=True)
class Beta:
    """A Beta distribution over the chance that an action helps."""

    successes: float
    failures: float

    @property
    def mean(self) -> float:
        """The expected chance, 0..1."""
        return self.successes / (self.successes + self.failures)

    def shown(self, successes: int, failures: int) -> "Beta":
        """After so many further outcomes."""
        return Beta(self.successes + successes, self.failures + failures)

    @classmethod
    def around(cls, mean: float) -> "Beta":
        """A belief with this mean, worth ``STRENGTH`` outcomes."""
        return cls(STRENGTH * mean, STRENGTH * (1.0 - mean))


def posterior(outcomes: Iterable[Mapping[str, Any]], *, cause: str, action: str, prior: float) -> Beta:
    """The belief about an action for a cause on this pipeline.

    Empirical-Bayes shrinkage of a Beta-binomial: the workspace's other pipelines move the prior, their mean is worth
    ``STRENGTH`` outcomes to the pipeline. With a prior of 0.5, a workspace with 6 of 6 elsewhere has
    (0.5*4 + 6)/(4 + 6) = 0.8; a pipeline with 0 of 4 then has 0.8*4/(4 + 4) = 0.4.

    >>> rows = [{"is_own": False, "cause": "dns_failure", "action": "retry_stage", "successes": 6, "failures": 4},
    ...         {"is_own": True, "cause": "dns_failure", "action": "retry_stage", "successes": 0, "failures": 4}]
    >>> posterior(rows, cause="dns_failure", action="retry_stage", prior=0.5).mean
    0.4
    """
    counted = {False: (0, 0), True: (0, 0)}
    for row in outcomes:
        if row["cause"] == cause and row["action"] == action:
            counted[bool(row["is_own"])] = (int(row["successes"]), int(row["failures"]))
    own, everywhere = counted[True], counted[False]
    # The workspace's counts hold the pipeline's: what is its own is not to speak twice.
    elsewhere = Beta.around(prior).shown(max(0, everywhere[0] - own[0]), max(0, everywhere[1] - own[1]))
    return Beta.around(elsewhere.mean).shown(*own)
