"""A model of durations against the heuristic that it would replace, on later runs than it learned from."""

from collections.abc import Mapping

import numpy as np

from functions.train.duration_model import fit_duration_model, pinball
from functions.train.duration_rows import DurationRows
from functions.train.evaluation import LATER_SHARE, Evaluation
from functions.train.failure_model import TooLittleDataError
from functions.train.quality import Array
from functions.train.resampling import mean_spread
from functions.train.serving_model import ServingModel
from shared.duration_quantiles import HIGH, LOW, MIDDLE, SHARES

MARGIN = 0.05  # of the heuristic's pinball loss, by which a candidate may be worse
MIN_ROWS = 200

Figures = Mapping[str, Mapping[str, float]]


def evaluate_durations(data: DurationRows, *, production: ServingModel | None = None) -> Evaluation:
    """Train on the earlier three quarters of ``data``, judge on the later quarter, in logarithms of seconds.

    The baselines are the quantiles of the pipeline's last 50 successes, which is what serves without a model, and those
    of all earlier runs. ``passed``: the candidate's mean pinball loss is, in 95 % of resamples, not worse than that of
    the last successes by more than 5 %, nor than that of the model in ``production`` on runs that it has not learned
    from, where there are 200 of them.

    Raises:
        TooLittleDataError: the earlier runs are too few to learn from.
    """
    earlier, later = data.apart(LATER_SHARE)
    try:
        model = fit_duration_model(earlier)
    except TooLittleDataError as error:
        raise TooLittleDataError(f"{error}, besides the latest quarter, which judges") from error
    truth, said = later.log_seconds, later.moved(model.spreads(later.features))
    methods = {
        "candidate": said,
        "last_successes": later.recent,
        "constant": np.tile(np.quantile(earlier.log_seconds, SHARES), (len(later), 1)),
    }
    metrics = {name: _figures(truth, answers) for name, answers in methods.items()}
    passed = _holds(truth, said, later.recent)
    rivalled, about, sentence = _against(production, later, said)
    return Evaluation(
        metrics={"rows": len(later), "best_baseline": "last_successes", "methods": metrics, "production": about},
        passed=passed and rivalled,
        summary=_summary(metrics, rows=len(later), passed=passed) + sentence,
    )


def losses(truth: Array, said: Array) -> Array:
    """The mean pinball loss of each row over all quantiles."""
    mean: Array = np.mean([pinball(truth, said[:, place], share) for place, share in enumerate(SHARES)], axis=0)
    return mean


def _figures(truth: Array, said: Array) -> dict[str, dict[str, float]]:
    inside = (truth >= said[:, LOW]) & (truth <= said[:, HIGH])
    rows = {
        "pinball": losses(truth, said),
        "coverage_80": inside.astype(float),
        "absolute_log_error": np.abs(truth - said[:, MIDDLE]),
    }
    spreads = {name: mean_spread(values) for name, values in rows.items()}
    return {
        name: {"value": spread.value, "low": spread.at(0.025), "high": spread.at(0.975)}
        for name, spread in spreads.items()
    }


def _holds(truth: Array, said: Array, reference: Array) -> bool:
    allowed = (1.0 + MARGIN) * losses(truth, reference)
    return mean_spread(losses(truth, said) - allowed).at(0.95) <= 0.0


def _against(
    production: ServingModel | None, later: DurationRows, said: Array
) -> tuple[bool, Mapping[str, object], str]:
    """Whether the candidate holds its own, what is known about the comparison, and the same in words."""
    if production is None:
        return True, {}, ""
    about: dict[str, object] = {"model_version": production.model_version, "fault": production.fault}
    new = later.started_at > production.trained_until
    about["rows"] = int(new.sum())
    if production.answers is None or new.sum() < MIN_ROWS:
        why = production.fault or f"it has learned from all but {int(new.sum()):,} of these runs"
        return True, about, f" It was not compared with production ({production.model_version}): {why}."
    ours = later.rows(new)
    theirs = ours.moved(np.array([production.answers(row) for row in ours.features.tolist()]))
    passed = _holds(ours.log_seconds, said[new], theirs)
    return (
        passed,
        {**about, "pinball": float(losses(ours.log_seconds, theirs).mean())},
        (
            f" On the {len(ours):,} of them that production ({production.model_version}) has not learned from, it is "
            f"{'not worse than production.' if passed else 'worse than production: it is not deployed.'}"
        ),
    )


def _summary(metrics: Mapping[str, Figures], *, rows: int, passed: bool) -> str:
    ours, theirs = metrics["candidate"], metrics["last_successes"]
    pinball_loss, coverage = ours["pinball"], ours["coverage_80"]
    return (
        f"On {rows:,} later successes its pinball loss is {pinball_loss['value']:.4f} ({pinball_loss['low']:.4f} to "
        f"{pinball_loss['high']:.4f}); the quantiles of the pipeline's last successes have "
        f"{theirs['pinball']['value']:.4f}. {coverage['value']:.1%} of them took as long as its 80 % interval says; of "
        f"the last successes' interval that is {theirs['coverage_80']['value']:.1%}. "
        f"{'Not worse: it may be tried.' if passed else 'Worse by more than the margin: it is not deployed.'}"
    )
