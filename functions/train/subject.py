"""What a model of failures is about: runs, or the stages of runs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from functions.train.dataset import Dataset
from functions.train.quality import Array
from shared.features import FEATURES, INDEX
from shared.model_input import START_OF_RUN, ModelInput
from shared.stage_features import NAMES, STAGE_OF_RUN

Baselines = Callable[[Dataset, Dataset], dict[str, Array]]


@dataclass(frozen=True, slots=True)
class Subject:
    """``noun`` is what one row is, in the plural; ``names`` are the features in order; ``baselines`` are the simple
    answers about later rows that a model has to be as good as, from the earlier and the later rows."""

    noun: str
    model_input: ModelInput
    names: tuple[str, ...]
    baselines: Baselines


def _of_runs(earlier: Dataset, later: Dataset) -> dict[str, Array]:
    return {
        "constant": np.full(len(later), float(earlier.failed.mean())),
        "last_outcome": (later.features[:, INDEX["failure_streak"]] > 0.0).astype(float),
        "recent_failure_rate": later.features[:, INDEX["pipeline_failure_rate_30_runs"]].astype(float),
    }


def _of_stages(earlier: Dataset, later: Dataset) -> dict[str, Array]:
    """The failure rate is what the heuristic begins with, before it is scaled to the run's probability."""
    return {
        "constant": np.full(len(later), float(np.average(earlier.failed, weights=earlier.weight))),
        "stage_failure_rate": later.features[:, NAMES.index("stage_failure_rate")].astype(float),
        "even_share": _even_share(later),
    }


def _even_share(later: Dataset) -> Array:
    rate = later.features[:, INDEX["pipeline_failure_rate_3_runs"]].astype(float)
    stages = np.expm1(later.features[:, NAMES.index("stages")].astype(float))
    share: Array = 1.0 - (1.0 - np.minimum(rate, 1.0 - 1e-9)) ** (1.0 / np.maximum(stages, 1.0))
    return share


RUNS = Subject("runs", START_OF_RUN, tuple(feature.name for feature in FEATURES), _of_runs)
STAGES = Subject("stages of runs", STAGE_OF_RUN, NAMES, _of_stages)
