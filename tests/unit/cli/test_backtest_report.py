import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from cli.backtest.report import report_html
from cli.backtest.result import Backtest, Block, Told
from functions.train.quality import Array, measure_quality, roc_auc

HOSTILE = "<script>alert('nightly')</script>\x00\ud800\"&"
RUNS, BLOCKS = 800, 4
VOID = {"meta", "br"}


class Balance(HTMLParser):
    """Collects the tags; each end tag must close the last one that is open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def backtest(truth: Array | None = None, *, engine: str = "predict", blocks: int = BLOCKS, **other: Any) -> Backtest:
    rng = np.random.default_rng(7)
    said = rng.beta(1, 4, RUNS)
    truth = (rng.random(RUNS) < said).astype(np.int8) if truth is None else truth
    numbers = rng.integers(0, 14, RUNS)
    started_at = 1.7e9 + np.arange(RUNS) * 3600.0
    edges = np.linspace(0, RUNS, blocks + 1).astype(int)
    spans = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    methods = {} if engine == "detect" else {"constant": np.full(RUNS, 0.2), "ewma": np.clip(said + 0.1, 0, 1)}
    known = {name: measure_quality(truth, answers, pipeline=numbers, blocks=spans) for name, answers in methods.items()}
    values: dict[str, Any] = {
        "engine": engine,
        "history": "runs.csv",
        "rows": 1143,
        "pipelines": 14,
        "failure_rate": 0.2,
        "quality": measure_quality(truth, said, pipeline=numbers, blocks=spans),
        "baselines": {name: quality for name, quality in known.items() if quality},
        "blocks": tuple(block(truth[begin:end], said[begin:end]) for begin, end in spans),
        "told": (Told("run-1", HOSTILE, "2026-01-05T03:00:00+00:00", "failed", 0.91, (HOSTILE,)),),
        "notes": ("In 1 of 4 blocks the documented heuristic answered.",),
        "seconds": 12.0,
        "peak_memory_mb": 210.0,
        "truth": truth,
        "said": said,
        "started_at": started_at,
        "pipeline": np.array([HOSTILE, *(f"etl {n}" for n in range(1, 14))], dtype=object)[numbers],
        "methods": methods,
    }
    return Backtest(**{**values, **other})


def block(truth: Array, said: Array) -> Block:
    truth, said = truth[truth >= 0], said[truth >= 0]
    rate = float(truth.mean()) if len(truth) else None
    return Block(len(said), "2026-01-01T00:00:00+00:00", "2026-01-09", rate, roc_auc(truth, said), None, 300)


def page_of(found: Backtest) -> str:
    """The page with plain spaces, as a reader sees it."""
    return report_html(found).replace("\u00a0", " ")


def drawings(page: str) -> Iterator[ElementTree.Element]:
    for drawing in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL):
        yield ElementTree.fromstring(drawing)


def charts(page: str) -> list[str]:
    return re.findall(r'aria-labelledby="(\w+)-title', page)


NOBODY: Array = np.array([])
NOTHING = replace(
    backtest(), quality=None, baselines={}, blocks=(), told=(), methods={},
    truth=NOBODY, said=NOBODY, started_at=NOBODY, pipeline=NOBODY,
)  # fmt: skip
ALL = np.ones(RUNS, dtype=np.int8)
PAGES = {
    "predict": backtest(),
    "no baseline": backtest(methods={}, baselines={}),
    "all failed": backtest(ALL),
    "none failed": backtest(0 * ALL),
    "some without outcome": backtest(np.resize(np.array([1, 0, -1, 0], dtype=np.int8), RUNS)),
    "one block": backtest(blocks=1),
    "detect with labels": backtest(engine="detect", extra={"precision_at_k": {"10": 0.9, "100": None}}),
    "detect without labels": backtest(-ALL, engine="detect"),
    "no judged run": NOTHING,
    "no judged run of detect": replace(NOTHING, engine="detect"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_well_formed_and_needs_nothing_else(name: str):
    page = page_of(PAGES[name])
    balance = Balance()
    balance.feed(page)
    balance.close()
    assert balance.open == []
    assert not {"script", "link", "img", "iframe"} & set(balance.seen)
    assert "url(" not in page
    assert not re.search(r"\b(nan|None|inf)\b", page)
    identifiers = re.findall(r' id="([^"]+)"', page)
    assert len(identifiers) == len(set(identifiers))
    page.encode("utf-8")
    assert len(list(drawings(page))) >= len(charts(page))


@pytest.mark.parametrize("name", PAGES)
def test_a_chart_has_a_title_a_description_and_a_line_in_words(name: str):
    page = page_of(PAGES[name])
    svg = "{http://www.w3.org/2000/svg}"
    named = [drawing for drawing in drawings(page) if drawing.get("role") == "img"]
    assert all(drawing.findtext(f"{svg}title") and drawing.findtext(f"{svg}desc") for drawing in named)
    assert len(named) == page.count("<figcaption>")
    assert page.count("<figure>") == 5
    assert len(named) + len(re.findall('</h3><p class="absent">[^<]+', page)) == 5


def test_text_of_strangers_is_shown_and_not_obeyed():
    page = page_of(replace(PAGES["predict"], history=HOSTILE, notes=(HOSTILE,)))
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(&#x27;nightly&#x27;)&lt;/script&gt;\ufffd\ufffd&quot;&amp;") >= 5


def test_figures_are_those_of_the_input():
    found = PAGES["predict"]
    page = page_of(found)
    lead = re.findall(r'<p class="lead">(.*?)</p>', page)[0]
    assert f"{found.quality.pooled_auc:.3f}" in lead
    assert f"{found.quality.brier:.3f}, better than the {found.baselines['ewma'].brier:.3f}" in lead
    for quality in (found.quality, *found.baselines.values()):
        row = [f"{value:.3f}" for value in (quality.pooled_auc, quality.average_precision, quality.brier, quality.ece)]
        assert all(value in page for value in row)
    for judged in found.blocks:
        assert f"<td>{100 * judged.failure_rate:.1f} %</td><td>{judged.auc:.3f}</td>" in page
    alerted = found.said >= 0.5
    assert f"{alerted.sum()} alerts in 800 runs (failed: {(found.truth[alerted] == 1).sum()}, did not fail:" in page
    assert "91.0 %" in page
    mine = found.pipeline == "etl 3"
    assert f">{mine.sum()}</td><td>{100 * found.truth[mine].mean():.1f} %</td>" in page


def test_a_worse_tool_is_called_worse():
    found = backtest()
    worse = replace(found, quality=replace(found.quality, pooled_auc=0.4, brier=0.9))
    lead = re.findall(r'<p class="lead">(.*?)</p>', page_of(worse))[0]
    assert lead.count("worse than") == 2


@pytest.mark.parametrize(
    ("name", "kept", "sentence"),
    [
        (
            "all failed",
            ["reliability", "blocks", "alerts"],
            "all came out alike (failure rate 100.0 %), so",
        ),
        ("none failed", ["reliability", "blocks", "alerts"], "all came out alike (failure rate 0.0 %), so"),
        ("detect without labels", ["alerts"], "No judged run has a label"),
        ("no judged run", [], "No run was judged"),
    ],
)
def test_what_cannot_be_drawn_is_a_sentence(name: str, kept: list[str], sentence: str):
    page = page_of(PAGES[name])
    assert charts(page) == kept
    assert sentence in page


def test_detections_are_spoken_of_as_alarms():
    page = page_of(PAGES["detect with labels"])
    assert "FlexiRoaster gave an anomaly the higher score at its end" in page
    assert "the top 10: 90.0 %" in page
    assert "Alarms over time" in page
    assert "fail" not in re.sub(r"<style>.*</style>|status|>failed<", "", page).replace("Failed", "")
