"""The words of a report: what each engine's figures are called, and text that is safe to show."""

import unicodedata
from dataclasses import dataclass
from html import escape

from cli.backtest.result import Backtest

MOST_CHARACTERS = 160


@dataclass(frozen=True, slots=True)
class Words:
    """How to speak of one engine: what it says of a run, and what may be true of that run."""

    title: str
    said: str
    alert: str
    positive: str
    positives: str
    negatives: str
    unlabelled: str
    label: str
    events: str
    rate: str
    moment: str
    worst: str


PREDICT = Words(
    title="Backtest of failure prediction",
    said="risk",
    alert="alert",
    positive="a failing run",
    positives="failed",
    negatives="did not fail",
    unlabelled="without an outcome",
    label="an outcome",
    events="failures",
    rate="failure rate",
    moment="at its start",
    worst="The failed runs that took longest, and the risk that each would have been given as it started.",
)
DETECT = Words(
    title="Backtest of anomaly detection",
    said="score",
    alert="alarm",
    positive="an anomaly",
    positives="labelled an anomaly",
    negatives="labelled ordinary",
    unlabelled="without a label",
    label="a label",
    events="labelled anomalies",
    rate="anomaly rate",
    moment="at its end",
    worst="The runs that got the highest scores as they ended.",
)


def words_for(found: Backtest) -> Words:
    """The words of the engine that was judged."""
    return DETECT if found.engine == "detect" else PREDICT


def shown(text: str) -> str:
    """Text of strangers as HTML and XML: escaped, and without the characters that XML forbids.

    >>> shown("<b> & \\x00")
    '&lt;b&gt; &amp; \ufffd'
    """
    return escape("".join("\ufffd" if unicodedata.category(sign) in ("Cc", "Cs", "Cn") else sign for sign in text))


def isolated(text: str) -> str:
    """A name of strangers, cut where it is long, whose writing direction stays its own affair."""
    cut = text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
    return f"<bdi>{shown(cut)}</bdi>"


def figure(value: float | None) -> str:
    """Three decimals, or a dash where a figure cannot be had."""
    return "-" if value is None else f"{value:.3f}"


def percent(share: float | None) -> str:
    """A share in percent that no line break parts from its sign, or a dash where there is none."""
    return "-" if share is None else f"{100 * share:.1f}\u00a0%"


def counted(count: int, noun: str) -> str:
    """A count and its noun.

    >>> counted(1, "alert"), counted(3500, "run")
    ('1 alert', '3,500 runs')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
