"""A backtest as one page that needs nothing else: no script, no font, no picture from elsewhere."""

from importlib.resources import files

from cli.backtest.report_curves import recall_figure, reliability_figure, roc_figure
from cli.backtest.report_lead import facts, lead
from cli.backtest.report_tables import blocks_table, figures_table, pipelines_table, told_table
from cli.backtest.report_times import alerts_figure, blocks_figure
from cli.backtest.report_words import shown, words_for
from cli.backtest.result import Backtest

SCORE = "A score says how strange a run was. It is no probability: its Brier score and reliability only give an idea."


def report_html(found: Backtest) -> str:
    """The page as text, to be written as UTF-8. Names in it are shown, never obeyed: all text is escaped."""
    title, figures_title = words_for(found).title, "Beside simple methods" if found.baselines else "Figures"
    figures = (roc_figure, recall_figure, reliability_figure, blocks_figure, alerts_figure)
    charts = "".join(chart(found) for chart in figures)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">"""
        f"<title>{title}: {shown(found.history)}</title><style>{_style()}</style></head>\n<body><main>"
        f'<header><h1>{title}</h1><p class="lead">{lead(found)}</p>{facts(found)}</header>\n'
        f"<section><h2>{figures_title}</h2>{figures_table(found)}</section>\n"
        f'<section><h2>In pictures</h2><div class="charts">{charts}</div>{_numbers(found)}</section>\n'
        f"<section><h2>The busiest pipelines</h2>{pipelines_table(found)}</section>\n"
        f"<section><h2>What it would have said about the worst runs</h2>{told_table(found)}</section>\n"
        f"<section><h2>Notes</h2>{_notes(found)}</section></main></body></html>\n"
    )


def _style() -> str:
    return files("cli.backtest").joinpath("report.css").read_text(encoding="utf-8")


def _numbers(found: Backtest) -> str:
    if not found.blocks:
        return ""
    return f"<details><summary>The blocks in numbers</summary>{blocks_table(found)}</details>"


def _notes(found: Backtest) -> str:
    ours = (
        "ROC AUC: in that share of pairs of one run of each outcome, the right one got the higher value; a coin has "
        "0.5. Brier: the mean squared error. ECE: how far what was said lies from what came of it, over ten bins.",
        f"Times are in UTC. The backtest took {found.seconds:,.1f} s and {found.peak_memory_mb:,.0f} MB at most.",
    )
    strangeness = (SCORE,) if found.engine == "detect" else ()
    items = [shown(note) for note in (*found.notes, *strangeness, *ours)]
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
