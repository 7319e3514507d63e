"""The frame of a report's charts: a name, a drawing or the reason why there is none, and a line in words."""

import numpy as np

from cli.backtest.charts import Ticks
from cli.backtest.report_words import percent, shown, words_for
from cli.backtest.result import Backtest
from functions.train.quality import Array

SHARE_TICKS: Ticks = [(share, f"{share:g}") for share in (0.0, 0.25, 0.5, 0.75, 1.0)]


def drawn(title: str, drawing: str, takeaway: str) -> str:
    """A chart under its name, and the one line to take from it."""
    return f"<figure><h3>{shown(title)}</h3>{drawing}<figcaption>{shown(takeaway)}</figcaption></figure>"


def absent(title: str, reason: str) -> str:
    """A sentence where a chart would have been."""
    return f'<figure><h3>{shown(title)}</h3><p class="absent">{shown(reason)}</p></figure>'


def labelled(found: Backtest) -> tuple[Array, Array]:
    """Truth and what was said of the judged runs that have a label."""
    kept = found.truth >= 0
    return found.truth[kept], found.said[kept]


def no_labels(found: Backtest) -> str | None:
    """Why nothing can be called right or wrong; None where a run has a label."""
    if len(found.truth) == 0:
        return "No run was judged, so there is nothing to draw."
    if not np.any(found.truth >= 0):
        return f"No judged run has {words_for(found).label}, so what was said cannot be called right or wrong."
    return None


def no_ranking(found: Backtest) -> str | None:
    """Why runs cannot be told apart by their labels; None where they can."""
    outcomes = np.unique(labelled(found)[0])
    if len(outcomes) == 1:
        rate = f"{words_for(found).rate} {percent(float(outcomes[0]))}"
        return f"The judged runs all came out alike ({rate}), so there is nothing to tell apart."
    return no_labels(found)
