"""What was answered about runs, by whom, and what became of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from functions.train.quality import Array

PRODUCTION, HEURISTIC = "production", "none"


@dataclass(frozen=True, slots=True)
class AnsweredRun:
    """One run: when it was answered about (epoch seconds), whether it ``failed`` (None: not known yet), what was served
    and by which version (None: by the heuristic), and what others said: (rung, version, number) each."""

    answered_at: float
    failed: bool | None
    served_by: str | None
    served: float
    others: Sequence[tuple[str, str | None, float]] = ()

    @classmethod
    def of_row(cls, row: Sequence[Any]) -> Self:
        """From a row of ``observed_answers``. An answer that a model failed to give is left out."""
        _, answered_at, _, failed, served_by, served, others = row
        return cls(
            answered_at,
            None if failed is None else bool(failed),
            served_by,
            served,
            [(rung, version, number) for rung, version, number in others if number is not None],
        )

    def of_version(self, version: str) -> float | None:
        """What this version answered."""
        if self.served_by == version:
            return self.served
        return next((number for _, other, number in self.others if other == version), None)

    def of_rung(self, rung: str) -> float | None:
        """What the model on this rung answered beside the served one, or the heuristic (rung none)."""
        beside = next((number for other, _, number in self.others if other == rung), None)
        return self.served if beside is None and rung == HEURISTIC and self.served_by is None else beside


Answer = Callable[[AnsweredRun], float | None]


@dataclass(frozen=True, slots=True)
class Answers:
    """The labelled runs in the order in which their labels became known, those without a label, and how many labelled
    answers of production came before these."""

    labelled: Sequence[AnsweredRun] = ()
    unlabelled: Sequence[AnsweredRun] = ()
    earlier: int = 0

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> Self:
        """From the answer of ``observed_answers``."""
        return cls(
            [AnsweredRun.of_row(row) for row in document["labelled"]],
            [AnsweredRun.of_row(row) for row in document["unlabelled"]],
            document["earlier"],
        )

    def paired(self, *answers: Answer, since: float) -> tuple[Array, ...]:
        """``failed`` (0 or 1) and each of the answers, over the labelled runs answered about since a moment, as far as
        all of the answers are known."""
        known = [
            [float(bool(run.failed)), *(answer(run) for answer in answers)]
            for run in self.labelled
            if run.answered_at >= since
        ]
        rows = [row for row in known if None not in row]
        return tuple(np.array(rows, dtype=float).reshape(len(rows), 1 + len(answers)).T)

    def of(self, answer: Answer, *, since: float) -> Array:
        """The answer about every run since a moment, labelled or not, oldest first."""
        runs = sorted((*self.labelled, *self.unlabelled), key=lambda run: run.answered_at)
        said = [answer(run) for run in runs if run.answered_at >= since]
        return np.array([number for number in said if number is not None], dtype=float)
