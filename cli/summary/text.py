"""A summary for people: at most 79 columns wide."""

from collections.abc import Iterator
from datetime import datetime
from textwrap import wrap

from cli.summary.ranking import Share
from cli.summary.value import Strange, Summary

WIDTH = 79
LABEL_WIDTH = 13
MOST_REASONS = 2


def render(summary: Summary, *, title: str, speed: str) -> str:
    """The summary as lines. ``title`` says whose runs they are, ``speed`` how fast it went."""
    sections = {
        "Runs": [_runs(summary)],
        "Predicted": list(_predicted(summary)),
        "Detected": list(_detected(summary)),
        "Speed": [speed],
        "Dead letters": [f"{summary.dead_letters:,}: see `flexiroaster status`" if summary.dead_letters else "none"],
    }
    lines = ["", *wrap(title, WIDTH), "─" * WIDTH]
    for label, paragraphs in sections.items():
        lines += _section(label, paragraphs)
    return "\n".join([*lines, "─" * WIDTH])


def _section(label: str, paragraphs: list[str]) -> Iterator[str]:
    indent = " " * LABEL_WIDTH
    for number, paragraph in enumerate(paragraphs):
        text = paragraph.lstrip()
        deeper = indent + " " * (len(paragraph) - len(text))
        first = f"{label:<{LABEL_WIDTH}}" if number == 0 else deeper
        yield from wrap(text, WIDTH, initial_indent=first, subsequent_indent=deeper)


def _runs(summary: Summary) -> str:
    outcomes = " · ".join(f"{count:,} {status}" for status, count in summary.outcomes.items())
    span = ""
    if summary.first_started_at and summary.last_started_at:
        span = f", {_day(summary.first_started_at)} to {_day(summary.last_started_at)}"
    return f"{summary.runs:,} of {summary.pipelines:,} pipelines{span}: {outcomes}"


def _predicted(summary: Summary) -> Iterator[str]:
    if summary.roc_auc is None:
        yield f"{summary.predictions:,} runs as they started; nothing to compare, for all ended alike"
        return
    yield (
        f"{summary.predictions:,} runs as they started: a failing run got the higher risk in "
        f"{summary.roc_auc:.0%} of all pairs (ROC AUC {summary.roc_auc:.3f}; a coin has 0.5)"
    )
    yield _share("risk over 50 %:", summary.told_likely)
    yield _share("risk under 5 %:", summary.told_unlikely)


def _share(risk: str, share: Share) -> str:
    if share.failed_share is None:
        return f"{risk} no run"
    return f"{risk} {share.runs:,} runs, of which {100 * share.failed_share:.1f} % failed"


def _detected(summary: Summary) -> Iterator[str]:
    share = 100 * summary.anomalies / summary.detections if summary.detections else 0.0
    yield (
        f"{summary.anomalies:,} of {summary.detections:,} ended runs were strange ({share:.1f} %)"
        f"{'; the most striking:' if summary.strangest else ''}"
    )
    for strange in summary.strangest:
        yield _title(strange)
        for reason in strange.reasons[:MOST_REASONS]:
            yield f"  {reason}"


def _title(strange: Strange) -> str:
    at = f", {_day(strange.started_at)} {strange.started_at:%H:%M}" if strange.started_at else ""
    return f"{strange.pipeline[:40]}{at}, {strange.status}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"
