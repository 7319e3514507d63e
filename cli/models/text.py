"""Models in words for a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
REPORTS_TOLD = 3


def listing(versions: Sequence[Row], rungs: Sequence[Row]) -> str:
    """One line per version, newest first, with the rungs it is on; then one per rung, with how it does there."""
    if not versions:
        return "No model has been trained in this workspace yet: the documented heuristic answers."
    lines = [f"{'VERSION':<38}{'KIND':<20}{'TRAINED ON':>12}{'BRIER':>8}{'AUC':>7}  {'MADE':<17} SERVES AS"]
    for version in versions:
        metrics, training = version["manifest"].get("metrics", {}), version["manifest"].get("training", {})
        places = [_place(rung) for rung in rungs if rung["model_version_id"] == version["id"]]
        lines.append(
            f"{version['id']:<38}{version['kind']:<20}{_count(training.get('rows')):>12}{_share(metrics.get('brier')):>8}"
            f"{_share(metrics.get('roc_auc')):>7}  {_minute(version):<17} {'; '.join(places) or '-'}"
        )
    names = {version["id"]: version["model_version"] for version in versions}
    return "\n".join(
        lines + [f"{_place(rung)}: {names[rung['model_version_id']]}, {_condition(rung)}" for rung in rungs]
    )


def explanation(version: Row, evaluations: Sequence[Row], changes: Sequence[Row], reports: Sequence[Row] = ()) -> str:
    """Why a version was made, and what became of it: how it was judged, where it was deployed, and what the latest
    observations found, oldest first."""
    training = version["manifest"].get("training", {})
    told = [(row["created_at"], f"judged: {row['summary']}") for row in evaluations]
    told += [(row["created_at"], f"{_move(row, version['id'])}: {row['reason']}") for row in changes]
    told += [
        (row["created_at"], f"looked at in {row['evidence'].get('rung', 'service')}: {_found(row)}")
        for row in reports[:REPORTS_TOLD]
    ]
    return "\n".join(
        [
            f"{version['model_version']}  ({version['id']})",
            f"  learned from {_count(training.get('rows'))} runs, {_count(training.get('failures'))} of them failed, "
            f"{str(training.get('first_at', '?'))[:10]} to {str(training.get('last_at', '?'))[:10]}",
            *(f"  {at[:16].replace('T', ' ')}  {words}" for at, words in sorted(told)),
        ]
    )


def _place(rung: Row) -> str:
    share = "" if rung["canary_percent"] is None else f" {rung['canary_percent']:g} %"
    return f"{rung['rung']}{share}{', pinned' if rung['pinned'] else ''}"


def _condition(rung: Row) -> str:
    if rung["observed_at"] is None:
        return "not looked at yet"
    drift = _drift(rung["is_drifted"], rung["drift_score"])
    return f"{_count(rung['labelled_runs'])} labelled runs so far, {drift}; {rung['verdict']}"


def _found(report: Row) -> str:
    evidence = report["evidence"]
    drift = _drift(report["is_drifted"], report["score"])
    features = evidence.get("features") or {}
    moved = ", ".join(sorted(features, key=lambda name: -features[name])[:3])
    real, estimated = evidence.get("real") or {}, evidence.get("estimated") or {}
    brier = f" Brier score {_share(real.get('brier'))}, where its own confidence says {_share(estimated.get('brier'))};"
    return f"{drift}{f' of {moved}' if moved else ''};{brier if real else ''} {evidence.get('verdict')}"


def _drift(is_drifted: bool | None, score: float | None) -> str:
    return f"{'drift' if is_drifted else 'no drift'} ({_share(score)})"


def _move(change: Row, version_id: str) -> str:
    by = f"by {'a person' if change['changed_by'] else 'the loop'}"
    if change["action"] != "moved":
        return f"{change['action']} in {change['rung']}, {by}"
    return f"{'to' if change['to_version_id'] == version_id else 'from'} {change['rung']}, {by}"


def _minute(row: Row) -> str:
    moment: str = row["created_at"]
    return moment[:16].replace("T", " ")


def _count(value: Any) -> str:
    return "-" if value is None else f"{value:,}"


def _share(value: Any) -> str:
    return "-" if value is None else f"{value:.3f}"
