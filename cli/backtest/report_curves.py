"""How well what was said tells runs apart, and how far it can be believed."""

from collections.abc import Callable, Mapping

import numpy as np

from cli.backtest.charts import Axes, Scale, legend, svg
from cli.backtest.curves import Bin, Points, recall_points, reliability, roc_points, thinned
from cli.backtest.report_figures import SHARE_TICKS, absent, drawn, labelled, no_labels, no_ranking
from cli.backtest.report_words import counted, figure, percent, words_for
from cli.backtest.result import Backtest
from cli.backtest.text import BASELINES
from functions.train.quality import Array, average_precision, precision_at, roc_auc

STYLES = ("first", "second", "third")
TOP_SHARE = 0.1
UPPER, LOWER = 176, 196
"""Where the diagram of the bins ends, and where the bars of their counts may begin."""


def roc_figure(found: Backtest) -> str:
    """The ROC curve beside those of the baselines."""
    title, reason, words = "Telling runs apart: ROC curve", no_ranking(found), words_for(found)
    if reason:
        return absent(title, reason)
    auc = roc_auc(*labelled(found))
    takeaway = f"In {percent(auc)} of all pairs, {words.positive} got the higher {words.said}. A coin manages 50 %."
    grid = Axes().grid(SHARE_TICKS, SHARE_TICKS, across="false positive rate", upright="true positive rate")
    guide = Axes().line((0, 1), (0, 1), "guide")
    return _curves(found, "roc", grid + guide, roc_points, roc_auc, title, takeaway)


def recall_figure(found: Backtest) -> str:
    """The precision-recall curve beside those of the baselines."""
    title, reason, words = "What an alert is worth: precision and recall", no_ranking(found), words_for(found)
    if reason:
        return absent(title, reason)
    truth, said = labelled(found)
    top = max(1, int(TOP_SHARE * len(truth)))
    precision = precision_at(truth, said, top) or 0.0
    takeaway = (
        f"Among the {counted(top, 'run')} with the highest {words.said} the {words.rate} is {percent(precision)}; "
        f"they hold {percent(precision * top / np.sum(truth == 1))} of all {words.events}."
    )
    grid = Axes().grid(SHARE_TICKS, SHARE_TICKS, across="recall", upright="precision")
    return _curves(found, "recall", grid, recall_points, average_precision, title, takeaway)


def _curves(
    found: Backtest,
    key: str,
    under: str,
    points_of: Callable[[Array, Array], Points | None],
    area_of: Callable[[Array, Array], float | None],
    title: str,
    takeaway: str,
) -> str:
    truth, lines, names = labelled(found)[0], [], []
    for style, (name, answers) in _methods(found).items():
        points = points_of(truth, answers[found.truth >= 0])
        if points is not None:
            lines.append(Axes().line(*thinned(points), style))
            names.append((style, f"{name}: {figure(area_of(truth, answers[found.truth >= 0]))}"))
    desc = f"{takeaway} Areas under the curves: {'; '.join(name for _, name in names)}."
    marks = under + "".join(reversed(lines))
    return drawn(title, svg(key, marks, title=title, desc=desc) + legend(("line", *entry) for entry in names), takeaway)


def _methods(found: Backtest) -> Mapping[str, tuple[str, Array]]:
    baselines = [(BASELINES.get(name, name), answers) for name, answers in found.methods.items()]
    return {"ours": ("FlexiRoaster", found.said), **dict(zip(STYLES, baselines, strict=False))}


def reliability_figure(found: Backtest) -> str:
    """What was said beside what came of it in ten bins, and how many runs each holds."""
    title, reason, words = "Taking it at its word: reliability", no_labels(found), words_for(found)
    if reason:
        return absent(title, reason)
    bins = reliability(*labelled(found))
    fullest = max(bins, key=lambda held: held.runs)
    low, high = 10 * fullest.place, 10 * fullest.place + 10
    takeaway = (
        f"The fullest bin holds {counted(fullest.runs, 'run')} with a {words.said} of {low} to {high} %: "
        f"the mean was {percent(fullest.said)}, and their {words.rate} was {percent(fullest.observed)}."
    )
    said = "; ".join(f"said {percent(held.said)}, was {percent(held.observed)} of {held.runs:,}" for held in bins)
    marks = svg("reliability", _diagram(bins, words.said, words.rate), title=title, desc=f"{takeaway} Bins: {said}.")
    names = [
        ("fill", "ours", "mean of a bin, with its 95 % interval"),
        ("line", "guide", "as said"),
        ("fill", "quiet", "runs in the bin"),
    ]
    return drawn(title, marks + legend(names), takeaway)


def _diagram(bins: list[Bin], said: str, rate: str) -> str:
    axes = Axes(y=Scale(0.0, 1.0, UPPER, Axes().y.end))
    counts = Axes(y=Scale(0.0, max(held.runs for held in bins), Axes().y.begin, LOWER + 12))
    parts = [axes.grid([], SHARE_TICKS, upright=rate), axes.line((0, 1), (0, 1), "guide")]
    parts.append(counts.grid(SHARE_TICKS, [], across=said))
    for held in bins:
        parts.append(axes.line((held.said, held.said), held.interval, "ours thin"))
        middle = (held.place + 0.5) / 10
        parts.append(counts.bar((middle - 0.045, middle + 0.045), (0, held.runs), "quiet"))
        parts.append(counts.text(middle, held.runs, _short(held.runs)))
    said_means, observed = [held.said for held in bins], [held.observed for held in bins]
    return "".join([*parts, axes.line(said_means, observed, "ours"), axes.dots(said_means, observed, "ours")])


def _short(count: int) -> str:
    for size, unit in ((1_000_000, "M"), (10_000, "k")):
        if count >= size:
            return f"{count / (1000 if unit == 'k' else size):.3g}{unit}"
    return str(count)
