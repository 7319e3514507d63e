"""How it went through time: block by block, and alert by alert."""

from datetime import UTC, datetime

import numpy as np

from cli.backtest.charts import Axes, Scale, Ticks, count_ticks, legend, svg
from cli.backtest.curves import DAY_SECONDS, periods
from cli.backtest.report_figures import SHARE_TICKS, absent, drawn
from cli.backtest.report_words import counted, percent, words_for
from cli.backtest.result import ALARM_FROM, Backtest, Block
from functions.train.quality import Array

DATE_CHARACTERS = 10
MOST_CROWDED = 2
"""Beside so few blocks there is no room for a date between the first and the last."""


def blocks_figure(found: Backtest) -> str:
    """How many failed in each block of time and how well they were told apart."""
    title, words, blocks = "Through time, block by block", words_for(found), found.blocks
    rates = [block.failure_rate for block in blocks if block.failure_rate is not None]
    if not rates:
        return absent(title, "No block of time holds a run with a label, so there is nothing to draw.")
    takeaway = f"{_across(len(blocks))} the {words.rate} was {_range([100 * rate for rate in rates], '.1f')} %"
    aucs = [block.auc for block in blocks if block.auc is not None]
    takeaway += f" and the ROC AUC {_range(aucs, '.3f')}." if aucs else "; no block has a ROC AUC."
    axes = Axes(x=Scale(0.0, len(blocks), Axes().x.begin, Axes().x.end))
    places = {0, len(blocks) // 2} if len(blocks) > MOST_CROWDED else {0}
    x_ticks = [(place + 0.5, blocks[place].begin[:DATE_CHARACTERS]) for place in sorted(places)]
    x_ticks = [*x_ticks, (len(blocks), blocks[-1].end[:DATE_CHARACTERS])]
    parts = [axes.grid(x_ticks, SHARE_TICKS, across="blocks of time (UTC)")]
    for place, block in enumerate(blocks):
        parts.append(axes.bar((place + 0.15, place + 0.85), (0, block.failure_rate or 0.0), "bad"))
    parts.append(axes.line((0, len(blocks)), (0.5, 0.5), "guide"))
    for begin, run in _unbroken(blocks):
        middles = [begin + offset + 0.5 for offset in range(len(run))]
        parts += [axes.line(middles, run, "ours"), axes.dots(middles, run, "ours")]
    names = [("fill", "bad", words.rate), ("line", "ours", "ROC AUC"), ("line", "guide", "ROC AUC of a coin")]
    return drawn(title, svg("blocks", "".join(parts), title=title, desc=takeaway) + legend(names), takeaway)


def _unbroken(blocks: tuple[Block, ...]) -> list[tuple[int, list[float]]]:
    """The stretches of blocks that have an AUC, each with the number of its first block."""
    stretches: list[tuple[int, list[float]]] = []
    for place, block in enumerate(blocks):
        if block.auc is None:
            continue
        if place == 0 or blocks[place - 1].auc is None:
            stretches.append((place, []))
        stretches[-1][1].append(block.auc)
    return stretches


def _across(blocks: int) -> str:
    return "In the only block" if blocks == 1 else f"Over {blocks} blocks"


def _range(figures: list[float], form: str) -> str:
    least, most = format(min(figures), form), format(max(figures), form)
    return least if least == most else f"{least} to {most}"


def alerts_figure(found: Backtest) -> str:
    """The alerts of each day or week, by what became of the run."""
    words = words_for(found)
    title = f"{words.alert.capitalize()}s over time"
    if len(found.said) == 0:
        return absent(title, "No run was judged, so there is nothing to draw.")
    alerted = found.said >= ALARM_FROM
    truth = found.truth[alerted]
    takeaway = _alerts(found, truth)
    if len(truth) == 0:
        return absent(title, takeaway)
    days, period, first = periods(found.started_at)
    count = int(period.max()) + 1
    kinds = [("bad", words.positives, 1), ("calm", words.negatives, 0), ("quiet", words.unlabelled, -1)]
    stacks = np.array([np.bincount(period[alerted][truth == label], minlength=count) for *_, label in kinds])
    ticks = count_ticks(int(stacks.sum(axis=0).max()))
    axes = Axes(x=Scale(0.0, count, Axes().x.begin, Axes().x.end), y=Scale(0.0, ticks[-1][0], *_upright()))
    dates: Ticks = [(place + 0.5, _date(first + days * place)) for place in sorted({0, count // 2, count - 1})]
    size = {1: "day", 7: "week"}.get(days, f"{days // 7} weeks")
    grid = axes.grid(dates, ticks, across=f"runs with a {words.said} of at least {ALARM_FROM:g}, per {size} (UTC)")
    names = [("fill", style, name) for style, name, label in kinds if np.any(truth == label)]
    marks = svg("alerts", grid + _stacked(axes, stacks, [style for style, *_ in kinds]), title=title, desc=takeaway)
    return drawn(title, marks + legend(names), takeaway)


def _alerts(found: Backtest, truth: Array) -> str:
    words = words_for(found)
    counts = {
        words.positives: int(np.sum(truth == 1)),
        words.negatives: int(np.sum(truth == 0)),
        words.unlabelled: int(np.sum(truth < 0)),
    }
    raised = f"{counted(len(truth), words.alert)} in {counted(len(found.said), 'run')}"
    came = ", ".join(f"{name}: {count:,}" for name, count in counts.items() if count)
    events = int(np.sum(found.truth == 1))
    seen = f" {percent(counts[words.positives] / events)} of all {words.events} had one." if events else ""
    return f"{raised}{f' ({came})' if came else ''}.{seen}"


def _stacked(axes: Axes, stacks: Array, styles: list[str]) -> str:
    tops, parts = np.cumsum(stacks, axis=0), []
    for style, counts, top in zip(styles, stacks, tops, strict=True):
        parts += [
            axes.bar((place + 0.1, place + 0.9), (float(top[place] - counts[place]), float(top[place])), style)
            for place in np.flatnonzero(counts)
        ]
    return "".join(parts)


def _upright() -> tuple[float, float]:
    return Axes().y.begin, Axes().y.end


def _date(day: int) -> str:
    return f"{datetime.fromtimestamp(day * DAY_SECONDS, UTC):%Y-%m-%d}"
