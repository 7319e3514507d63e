"""From a text, and what else is known of the run, to a diagnosis."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from functions.rca.diagnosis import Cause, Diagnosis
from functions.rca.factors import factors_of
from functions.rca.guess import guesses_on
from functions.rca.hit import Hit, hits_on, judged
from functions.rca.log import Log
from functions.rca.measures import ODDS, saturated
from functions.rca.outcome import success_line
from functions.rca.saying import Saying, sayings_of
from functions.rca.stages import failing_stage, stage_error
from functions.rca.subcause import all_subcauses
from functions.rca.telling import telling_lines
from functions.rca.weighing import causes_of

LEAST_CONFIDENCE = 0.45


def diagnose(
    text: str,
    *,
    passing_log: str | None = None,
    stages: Sequence[Mapping[str, Any]] = (),
    measures: Mapping[str, Any] | None = None,
) -> Diagnosis:
    """What broke, by the words of a message or log.

    ``passing_log`` is the log of the last run that went well: lines that were there as well tell little. ``stages`` are
    objects with a name, a status, an error and what they depend on; ``measures`` are numbers of the run by name. Below
    a confidence of 0.45 the standing is not ``found``. Time and memory are bounded, whatever the text.

    >>> found = diagnose("psycopg2.OperationalError: FATAL:  sorry, too many clients already")
    >>> found.cause.family, found.cause.subcause, found.cause.transient, found.lines
    ('resource_bottleneck', 'pool_exhausted', True, [1])
    >>> diagnose("INFO error_handler loaded").cause is None
    True
    """
    stage = failing_stage(stages)
    found = replace(_of_text(text, passing_log, measures or {}), stage=stage)
    said = stage_error(stages, stage)
    if found.standing == "unknown" and said:
        by_stage = _of_text(said, None, measures or {})
        if by_stage.standing == "found":
            return replace(by_stage, stage=stage, lines=[])
    return found


def _of_text(text: str, passing_log: str | None, measures: Mapping[str, Any]) -> Diagnosis:
    log = Log.of(text)
    passing = Log.of(passing_log) if passing_log else None
    sayings = sayings_of(log, frozenset(passing.keys) if passing else frozenset())
    success = success_line(log)
    hits = hits_on(log, sayings, success)
    if success is None:
        hits += [judged(hit, log, success) for hit in guesses_on(sayings, hits)]
    hits = sorted([*hits, *_of_measures(measures)], key=lambda hit: -hit.odds)
    causes, _ = causes_of(hits)
    factors = factors_of(hits, causes)
    if causes and causes[0].confidence >= LEAST_CONFIDENCE and any(e.line for e in causes[0].evidence):
        lines = sorted({*telling_lines(log, passing), *(e.line for e in causes[0].evidence if e.line)})
        return Diagnosis("found", causes[0].confidence, tuple(causes), lines, factors)
    sure = 1.0 - (causes[0].confidence if causes else 0.0)
    if success is not None:
        return Diagnosis("healthy", sure, tuple(causes), [], factors)
    return Diagnosis("unknown", sure, tuple(causes), telling_lines(log, passing), factors, _missing(sayings, causes))


def _of_measures(measures: Mapping[str, Any]) -> list[Hit]:
    return [
        Hit(
            subcause=(known := all_subcauses()[name]),
            transient=known.transient,
            odds=ODDS,
            saying=Saying(0, f"{measure} was {percent:g}", "none", 1.0),
            why="a measure of the run was at its limit",
        )
        for name, (measure, percent) in saturated(measures).items()
    ]


def _missing(sayings: Sequence[Saying], causes: Sequence[Cause]) -> str:
    if not sayings:
        return "There is no text that says anything: give the log of the run."
    if causes:
        best = causes[0]
        return (
            f"What speaks for {best.subcause} ({100 * best.confidence:.0f} %) is not enough: give more of the log "
            "around the failure, or the log of the last run that went well."
        )
    return "The text names no cause: give the log of the stage that failed first, from before the failure to its end."
