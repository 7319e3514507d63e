"""The tables of a report: figures, pipelines, blocks and the worst runs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict

import numpy as np

from cli.backtest.report_words import counted, figure, isolated, percent, shown, words_for
from cli.backtest.result import ALARM_FROM, Backtest
from cli.backtest.text import BASELINES
from functions.train.quality import roc_auc

MOST_PIPELINES = 10
FIGURES = {
    "pooled_auc": ("ROC AUC", max),
    "mean_block_auc": ("… mean of blocks", max),
    "within_pipeline_auc": ("… within pipelines", max),
    "average_precision": ("Average precision", max),
    "brier": ("Brier", min),
    "ece": ("ECE", min),
}


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table that scrolls sideways where the page is narrow. Cells are HTML; the first of each row heads it."""
    head = "".join(f'<th scope="col">{shown(text)}</th>' for text in heads)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for first, *cells in rows
    )
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{shown(caption)}"><table>'
        f"<caption>{shown(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def figures_table(found: Backtest) -> str:
    """Each figure beside those of the baselines, the best of a column in bold."""
    if found.quality is None:
        return '<p class="absent">No judged run has a label, so there are no figures to compare.</p>'
    named = {"FlexiRoaster": found.quality, **{BASELINES.get(name, name): q for name, q in found.baselines.items()}}
    rows = {name: asdict(quality) for name, quality in named.items()}
    best = {}
    for key, (_, better) in FIGURES.items():
        known = [row[key] for row in rows.values() if row[key] is not None]
        best[key] = better(known) if len(known) > 1 else None
    cells = [
        [shown(name), *(_bold(figure(row[key]), row[key] is not None and row[key] == best[key]) for key in FIGURES)]
        for name, row in rows.items()
    ]
    heads = ["", *(head for head, _ in FIGURES.values())]
    bold = "In bold the best of each column. " if len(rows) > 1 else ""
    return table(f"{bold}For Brier and ECE less is better, for the others more.", heads, cells)


def _bold(text: str, is_best: bool) -> str:
    return f"<strong>{text}</strong>" if is_best else text


def pipelines_table(found: Backtest) -> str:
    """The pipelines with the most judged runs, and how each of them fared."""
    words = words_for(found)
    if len(found.pipeline) == 0:
        return '<p class="absent">No run was judged, so there is no pipeline to list.</p>'
    rows = []
    for name, runs in Counter(found.pipeline.tolist()).most_common(MOST_PIPELINES):
        mine = found.pipeline == name
        labelled = mine & (found.truth >= 0)
        truth, said = found.truth[labelled], found.said[labelled]
        rate = float(np.mean(truth)) if len(truth) else None
        mean_said = percent(float(np.mean(found.said[mine])))
        rows.append([isolated(str(name)), f"{runs:,}", percent(rate), mean_said, figure(roc_auc(truth, said))])
    heads = ["pipeline", "judged runs", words.rate, f"mean {words.said}", "ROC AUC"]
    return table(f"The {counted(len(rows), 'pipeline')} with the most judged runs", heads, rows)


def blocks_table(found: Backtest) -> str:
    """What the chart of the blocks shows, in numbers."""
    heads = ["from", "to", "runs", words_for(found).rate, "ROC AUC", "Brier", "trained on"]
    rows = [
        [
            shown(block.begin),
            shown(block.end),
            f"{block.rows:,}",
            percent(block.failure_rate),
            figure(block.auc),
            figure(block.brier),
            f"{block.trained_on:,} runs" if block.trained_on else shown(block.note) or "-",
        ]
        for block in found.blocks
    ]
    return table("Each block of time was judged by what was known before it", heads, rows)


def told_table(found: Backtest) -> str:
    """What the tool would have said about the worst runs."""
    words = words_for(found)
    if not found.told:
        return '<p class="absent">There is no such run among the judged ones.</p>'
    seen = sum(told.said >= ALARM_FROM for told in found.told)
    caption = f"{seen} of {counted(len(found.told), 'run')} would have raised an {words.alert}. {words.worst}"
    rows = [
        [
            isolated(told.pipeline),
            shown(told.started_at),
            isolated(told.execution_id),
            shown(told.status),
            _bold(percent(told.said), told.said >= ALARM_FROM),
            "<br>".join(map(isolated, told.reasons)) or "-",
        ]
        for told in found.told
    ]
    return table(caption, ["pipeline", "started", "run", "status", words.said, "what it pointed at"], rows)
