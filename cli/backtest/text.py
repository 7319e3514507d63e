"""A backtest in words for a terminal."""

from dataclasses import asdict
from typing import Any

from cli.backtest.result import Backtest
from functions.train.quality import HEADER

BASELINES = {
    "constant": "always the warm-up's failure rate",
    "last_outcome": "what the pipeline did last",
    "ewma": "a recent failure rate (EWMA)",
}


def render(found: Backtest) -> str:
    """What was read, how well it went beside the baselines, and what to know about it."""
    rate = "" if found.failure_rate is None else f", {100 * found.failure_rate:.1f} % of those with an outcome failed"
    lines = [found.history, f"  {found.rows:,} runs of {found.pipelines:,} pipelines{rate}", ""]
    lines += _predicted(found) if found.engine == "predict" else _detected(found)
    lines += [f"  Note: {note}" for note in found.notes]
    lines.append(f"  {found.seconds:.0f} s, {found.peak_memory_mb:,.0f} MB at most")
    return "\n".join(lines)


def document(found: Backtest) -> dict[str, Any]:
    """The object that ``--json`` prints."""
    quality = asdict(found.quality) if found.quality else dict.fromkeys(HEADER_NAMES)
    return {
        "engine": found.engine,
        "history": found.history,
        "rows": found.rows,
        "pipelines": found.pipelines,
        "failure_rate": found.failure_rate,
        **quality,
        **found.extra,
        "blocks": [asdict(block) for block in found.blocks],
        "baselines": {name: asdict(figures) for name, figures in found.baselines.items()},
        "notes": list(found.notes),
        "worst_runs": [asdict(told) for told in found.told],
        "seconds": round(found.seconds, 2),
        "peak_memory_mb": round(found.peak_memory_mb, 1),
    }


HEADER_NAMES = ("pooled_auc", "mean_block_auc", "within_pipeline_auc", "average_precision", "brier", "ece")


def _predicted(found: Backtest) -> list[str]:
    if found.quality is None:
        return ["  There is nothing to judge yet."]
    lines = [
        f"  Judged on {len(found.said):,} runs in {len(found.blocks)} blocks of time; before each block the model was "
        "trained on what was known then.",
        "",
        f"  {'':36s}{HEADER}",
        f"  {'FlexiRoaster':34s}  {found.quality.row()}",
    ]
    lines += [f"  {BASELINES[name]:34s}  {figures.row()}" for name, figures in found.baselines.items()]
    lines += [
        "",
        "  (AUC: a failing run got the higher risk in that share of pairs; Brier and ECE: lower is better)",
        "",
    ]
    return lines


def _detected(found: Backtest) -> list[str]:
    alerts = found.extra["alerts_per_1000"]
    lines = [] if alerts is None else [f"  {alerts:.1f} alarms per 1,000 judged runs"]
    if found.quality is not None and found.quality.pooled_auc is not None:
        precisions = found.extra["precision_at_k"].items()
        lines.append(
            f"  against the labels: ROC AUC {found.quality.pooled_auc:.3f}, "
            + ", ".join(f"{100 * share:.0f} % right among the top {k}" for k, share in precisions if share is not None)
        )
    return [*lines, ""]
