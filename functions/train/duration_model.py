"""Fit the model of how long a run takes: boosting that begins at what the pipeline's last runs say."""

from dataclasses import dataclass, replace

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor

from functions.train.coarse import coarse
from functions.train.duration_rows import DurationRows
from functions.train.failure_model import SEED, TooLittleDataError
from functions.train.quality import Array
from shared.duration_quantiles import SHARES

MIN_ROWS = 500
MOST_TREES = 60
LATER_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class DurationModel:
    """One booster per quantile, and by how many spreads its answers are shifted so that they hold on later runs."""

    boosters: tuple[HistGradientBoostingRegressor, ...]
    shifts: tuple[float, ...]
    rows: int

    def spreads(self, features: Array) -> Array:
        """By how many spreads each quantile moves, [n, 7], for rows [n, 49]: what the graph answers."""
        answers = [booster.predict(features) + shift for booster, shift in zip(self.boosters, self.shifts, strict=True)]
        return np.column_stack(answers)


def fit_duration_model(data: DurationRows) -> DurationModel:
    """Quantile boosting (pinball loss) of how many spreads a run ends beyond its pipeline's recent quantiles.

    The trees learn from the earlier three quarters. The later quarter decides for each quantile how many of them are of
    use, one at least, and the shift that makes its share of the later runs end below it (split conformal prediction:
    Romano, Patterson and Candes 2019, on one side at a time). With a single tree it is all but the recent quantiles,
    made to hold. Those always know the latest runs, so the trees need not.

    Raises:
        TooLittleDataError: fewer than 500 successes with a duration whose pipeline had eight before.
    """
    require_enough(len(data))
    earlier, later = data.apart(LATER_SHARE)
    require_enough(len(earlier), least=MIN_ROWS // 2)
    earlier = replace(earlier, features=coarse(earlier.features))
    fitted = [_fitted(earlier, later, place=place, share=share) for place, share in enumerate(SHARES)]
    return DurationModel(tuple(booster for booster, _ in fitted), tuple(shift for _, shift in fitted), len(data))


def require_enough(rows: int, *, least: int = MIN_ROWS) -> None:
    """Raise `TooLittleDataError` below the least number of successes."""
    if rows < least:
        raise TooLittleDataError(
            f"{least - rows} more successful runs with a duration are needed ({rows} of {least}; "
            "a pipeline's first eight do not count)"
        )


def pinball(truth: Array, said: Array, share: float) -> Array:
    """The pinball loss of each row (Koenker and Bassett 1978).

    >>> pinball(np.array([3.0, 1.0]), np.array([2.0, 2.0]), 0.9).round(2).tolist()
    [0.9, 0.1]
    """
    beyond = truth - said
    loss: Array = np.maximum(share * beyond, (share - 1.0) * beyond)
    return loss


def shift_to(beyond: Array, share: float) -> float:
    """The smallest shift below which this share of ``beyond`` lies, counted as if one more were to come.

    >>> shift_to(np.arange(1.0, 10.0), 0.9)
    9.0
    """
    place = min(int(np.ceil((len(beyond) + 1) * share)), len(beyond))
    return float(np.sort(beyond)[max(place, 1) - 1])


def _fitted(
    earlier: DurationRows, later: DurationRows, *, place: int, share: float
) -> tuple[HistGradientBoostingRegressor, float]:
    """The booster with as many trees as lose least on the later runs once they are shifted, and that shift."""
    truth, found = later.spreads[:, place], []
    for trees, said in enumerate(_booster(earlier, place=place, share=share).staged_predict(later.features), start=1):
        shift = shift_to(truth - said, share)
        # In logarithms of seconds: a spread more weighs more where runs vary more.
        loss = float(np.mean(later.spread * pinball(truth, said + shift, share)))
        found.append((loss, trees, shift))
    _, trees, shift = min(found)
    return _booster(earlier, place=place, share=share, trees=trees), shift


def _booster(data: DurationRows, *, place: int, share: float, trees: int = MOST_TREES) -> HistGradientBoostingRegressor:
    model = HistGradientBoostingRegressor(
        loss="quantile",
        quantile=share,
        max_iter=trees,
        learning_rate=0.1,
        max_leaf_nodes=8,
        min_samples_leaf=min(200, max(20, len(data) // 50)),
        early_stopping=False,
        random_state=SEED,
    )
    _, pipeline, runs = np.unique(data.pipeline, return_inverse=True, return_counts=True)
    weight = data.weight / np.sqrt(runs[pipeline])
    return model.fit(data.features, data.spreads[:, place], sample_weight=weight / weight.mean())
