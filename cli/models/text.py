"""Models in words for a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def listing(versions: Sequence[Row], deployments: Sequence[Row]) -> str:
    """One line per version, newest first, with the rungs it is on."""
    if not versions:
        return "No model has been trained in this workspace yet: the documented heuristic answers."
    lines = [f"{'VERSION':<38}{'KIND':<20}{'TRAINED ON':>12}{'BRIER':>8}{'AUC':>7}  {'MADE':<17} SERVES AS"]
    for version in versions:
        metrics, training = version["manifest"].get("metrics", {}), version["manifest"].get("training", {})
        rungs = [
            deployment["rung"] + (", pinned" if deployment["pinned"] else "")
            for deployment in deployments
            if deployment["model_version_id"] == version["id"]
        ]
        lines.append(
            f"{version['id']:<38}{version['kind']:<20}{_count(training.get('rows')):>12}{_share(metrics.get('brier')):>8}"
            f"{_share(metrics.get('roc_auc')):>7}  {_minute(version):<17} "
            f"{'; '.join(rungs) or '-'}"
        )
    return "\n".join(lines)


def explanation(version: Row, evaluations: Sequence[Row], changes: Sequence[Row]) -> str:
    """Why a version was made, how it was judged, and where it has been deployed since."""
    training = version["manifest"].get("training", {})
    lines = [
        f"{version['model_version']}  ({version['id']})",
        f"  learned from {_count(training.get('rows'))} runs, {_count(training.get('failures'))} of them failed, "
        f"{str(training.get('first_at', '?'))[:10]} to {str(training.get('last_at', '?'))[:10]}",
    ]
    lines += [f"  {_minute(row)}  judged: {row['summary']}" for row in evaluations]
    lines += [f"  {_minute(row)}  {_move(row, version['id'])}: {row['reason']}" for row in changes]
    return "\n".join(lines)


def _move(change: Row, version_id: str) -> str:
    went = "to" if change["to_version_id"] == version_id else "from"
    return f"{went} {change['rung']}, by {'a person' if change['changed_by'] else 'the loop'}"


def _minute(row: Row) -> str:
    moment: str = row["created_at"]
    return moment[:16].replace("T", " ")


def _count(value: Any) -> str:
    return "-" if value is None else f"{value:,}"


def _share(value: Any) -> str:
    return "-" if value is None else f"{value:.3f}"
