"""From a run, its pipeline and its surroundings to rows of `root_causes`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from functions.rca.changes import Change, changes_since
from functions.rca.diagnose import LEAST_CONFIDENCE, diagnose
from functions.rca.diagnosis import Cause, Diagnosis
from functions.rca.explaining import WORDS
from functions.rca.history import weighed_by_history
from functions.rca.run_text import RunText, text_of
from functions.rca.subcause import all_subcauses

VERSION = "rules:1"
MOST_CAUSES = 3
DRIFT = "setting_changed"
EXPLAINED = 0.8
SUSPECTED = 0.4
MANY_PIPELINES = 3
DENIED = "People said of earlier runs with this error that its words mislead: say what it was, as feedback."

_WORDS = re.compile(r"[a-z]+")


def explain(run: Mapping[str, Any], pipeline: Mapping[str, Any], context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of `root_causes`, rank 1 first; one row without a family where the cause is not known.

    ``run`` and ``pipeline`` are the claim's documents, ``context`` is the run's of ``diagnosis_contexts``. The words of
    the run are weighed first; then what the same error was before; then what changed since the last success: a changed
    setting that has a word in common with the failure explains it.
    """
    said = RunText.of(run, context["log"])
    stages = _stages(run, pipeline)
    found = diagnose(
        said.text, passing_log=text_of(context["passing_log"]) or None, stages=stages, measures=_measures(context)
    )
    changes = changes_since(run, context)
    causes = weighed_by_history(found.causes, context["former_causes"])
    causes = _with_changes(causes, changes, failed=run.get("status") == "failed")
    factors = [*_told(context, changes), *found.factors]
    evidence = {
        "changes": [asdict(change) for change in changes],
        "surroundings": context["surroundings"],
        "former_causes": context["former_causes"],
        "lines": list(found.lines)[:200],
    }
    if found.standing == "found" and causes[0].confidence < LEAST_CONFIDENCE:
        found = replace(found, standing="unknown", confidence=1.0 - causes[0].confidence, missing=DENIED)
    if found.standing == "healthy" or not causes or causes[0].confidence < LEAST_CONFIDENCE:
        return [_unknown(found, factors, evidence)]
    kept = causes[:MOST_CAUSES]
    return [_row(cause, rank, found, said, factors, evidence) for rank, cause in enumerate(kept, start=1)]


def _with_changes(causes: Sequence[Cause], changes: Sequence[Change], *, failed: bool) -> list[Cause]:
    """The causes, with the changed setting in front that explains the first of them; or, of a failure that nothing else
    explains, as a suspicion."""
    settings = [change for change in changes if change.where.startswith("config.")]
    first = causes[0] if causes else None
    if first is not None and first.confidence >= LEAST_CONFIDENCE:
        explaining = next((change for change in settings if _explains(change, first.subcause)), None)
        if explaining is None:
            return list(causes)
        confidence = EXPLAINED * first.confidence
        rest = [replace(cause, confidence=cause.confidence * (1.0 - EXPLAINED)) for cause in causes]
        return [_drift(explaining, confidence), *rest]
    if failed and settings:
        return [*causes, _drift(settings[0], SUSPECTED)]
    return list(causes)


def _drift(change: Change, confidence: float) -> Cause:
    known = all_subcauses()[DRIFT]
    return Cause(
        family=known.family,
        subcause=known.name,
        confidence=confidence,
        transient=known.transient,
        meaning=f"{known.meaning}: {change.sentence}",
        first_action=f"Put {change.where} back to {change.before}.",
        evidence=(),
    )


def _explains(change: Change, subcause: str) -> bool:
    path = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", change.where).lower()
    return bool(WORDS.get(subcause, frozenset()) & set(_WORDS.findall(path.removeprefix("config."))))


def _told(context: Mapping[str, Any], changes: Sequence[Change]) -> list[str]:
    around = context["surroundings"]
    told = [change.sentence for change in changes]
    if around["upstream"]:
        told.append(f"upstream, {', '.join(map(str, around['upstream'][:5]))} failed shortly before")
    if around["same_error"] >= MANY_PIPELINES:
        told.append(f"{around['same_error']} other pipelines fail with the same error: the cause lies outside this one")
    told += [reason["text"] for reason in context["detection"]["reasons"][:5] if reason.get("text")]
    return told


def _row(
    cause: Cause, rank: int, found: Diagnosis, said: RunText, factors: Sequence[str], evidence: Mapping[str, Any]
) -> dict[str, Any]:
    lines = [{**asdict(one), "source": said.source(one.line)} for one in cause.evidence]
    return {
        "rank": rank,
        "family": cause.family,
        "subcause": cause.subcause,
        "stage_name": found.stage,
        "confidence": cause.confidence,
        "transient": cause.transient,
        "first_action": cause.first_action,
        "contributing_factors": list(factors) if rank == 1 else [],
        "model_version": VERSION,
        "evidence": {**(evidence if rank == 1 else {}), "meaning": cause.meaning, "weighed": lines},
    }


def _unknown(found: Diagnosis, factors: Sequence[str], evidence: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "rank": 1,
        "family": None,
        "subcause": None,
        "stage_name": found.stage,
        "confidence": found.confidence,
        "transient": None,
        "first_action": None if found.standing == "healthy" else found.missing,
        "contributing_factors": list(factors),
        "model_version": VERSION,
        "evidence": {**evidence, "standing": found.standing, "missing": found.missing},
    }


def _stages(run: Mapping[str, Any], pipeline: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The run's stages with what each depends on."""
    needs = {stage["name"]: stage.get("dependencies") or [] for stage in pipeline.get("stages") or ()}
    return [{**stage, "dependencies": needs.get(stage["name"], [])} for stage in run.get("stages") or ()]


def _measures(context: Mapping[str, Any]) -> dict[str, list[float]]:
    series: dict[str, list[float]] = {}
    for _, name, value, *_ in context["metrics"]:
        series.setdefault(name, []).append(value)
    return series
