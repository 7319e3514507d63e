"""The first sentences of a report: the main figures beside the best that a simple method can do."""

from datetime import UTC, datetime

import numpy as np

from cli.backtest.report_figures import no_ranking
from cli.backtest.report_words import counted, figure, isolated, percent, shown, words_for
from cli.backtest.result import ALARM_FROM, Backtest
from cli.backtest.text import BASELINES


def lead(found: Backtest) -> str:
    """What to remember of the whole page, as HTML."""
    words, judged = words_for(found), len(found.said)
    if judged == 0:
        return "No run was judged: there is nothing to say yet."
    sentences = [_alarms(found)] if found.engine == "detect" else []
    quality = found.quality
    if quality is None or quality.pooled_auc is None:
        sentences.append(no_ranking(found) or "There is no ROC AUC over these runs.")
    else:
        sentences.append(
            f"Judged on {counted(judged, 'run')}, FlexiRoaster gave {words.positive} the higher {words.said} "
            f"{words.moment} in {percent(quality.pooled_auc)} of all pairs: ROC AUC {figure(quality.pooled_auc)}"
            f"{_beside(found, 'pooled_auc', lower_is_better=False)}."
        )
    if quality is not None and found.engine == "predict":
        beside = _beside(found, "brier", lower_is_better=True)
        sentences.append(f"Its Brier score, where less is better, is {figure(quality.brier)}{beside}.")
    return shown(" ".join(sentences))


def _alarms(found: Backtest) -> str:
    alarms = int(np.sum(found.said >= ALARM_FROM))
    judged = len(found.said)
    return f"{counted(alarms, 'alarm')} in {judged:,} judged runs, or {1000 * alarms / judged:.1f} per 1,000."


def _beside(found: Backtest, name: str, *, lower_is_better: bool) -> str:
    """The verdict over the best baseline; nothing where no baseline has the figure."""
    others = {key: getattr(quality, name) for key, quality in found.baselines.items()}
    known = {key: round(value, 3) for key, value in others.items() if value is not None}
    if not known:
        return ""
    best = (min if lower_is_better else max)(known, key=lambda key: known[key])
    ours = round(getattr(found.quality, name), 3)
    is_ahead = ours < known[best] if lower_is_better else ours > known[best]
    verdict = "better than" if is_ahead else "no better than" if ours == known[best] else "worse than"
    return f", {verdict} the {figure(known[best])} of “{BASELINES.get(best, best)}”, the best simple method"


def facts(found: Backtest) -> str:
    """What was read and judged, as a list of terms."""
    rate = percent(found.failure_rate)
    terms = {
        "History": isolated(found.history),
        "Runs": f"{found.rows:,} of {counted(found.pipelines, 'pipeline')}",
        "Failed": "no run has an outcome" if found.failure_rate is None else f"{rate} of those with an outcome",
        "Judged": f"{counted(len(found.said), 'run')}{_span(found)}",
    }
    terms |= _precisions(found)
    return f"<dl>{''.join(f'<div><dt>{shown(term)}</dt><dd>{text}</dd></div>' for term, text in terms.items())}</dl>"


def _precisions(found: Backtest) -> dict[str, str]:
    known = {k: share for k, share in found.extra.get("precision_at_k", {}).items() if share is not None}
    if not known:
        return {}
    return {"Anomalies among": shown(", ".join(f"the top {k}: {percent(share)}" for k, share in known.items()))}


def _span(found: Backtest) -> str:
    if len(found.started_at) == 0:
        return ""
    begin, end = (datetime.fromtimestamp(float(at), UTC) for at in (min(found.started_at), max(found.started_at)))
    return f", {begin.day} {begin:%b %Y} to {end.day} {end:%b %Y}"
