"""How each kind of model is made, and what becomes of the tasks that make none."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from functions.train.anomaly_candidate import make_anomaly_candidate
from functions.train.candidate import Candidate, make_candidate
from functions.train.dataset import Dataset
from functions.train.duration_candidate import make_duration_candidate
from functions.train.replayed import replayed_pages
from functions.train.serving_model import ServingModel
from functions.train.stage_rows import stage_rows
from functions.train.subject import STAGES
from functions.train.window import WHOLE, Window
from shared.model_input import START_OF_RUN, ModelInput
from shared.run_features import END_OF_RUN
from shared.stage_features import STAGE_OF_RUN

Page = Sequence[Sequence[Any]]
HISTORY = "history_rows"


@dataclass(frozen=True, slots=True)
class Order:
    """A model that is asked for: its kind, the code that makes it, which runs it learns from, and what serves now."""

    kind: str
    git_revision: str
    window: Window = WHOLE
    production: ServingModel | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """A kind of model: what it is fed with, the database function that hands out its rows, and how it is made.

    ``make`` reads the pages; it raises `TooLittleDataError` where they are not enough. ``replay`` makes such pages from
    the history itself (``history_rows``), for when most of what was recorded has the features of other code.
    """

    model_input: ModelInput
    make: Callable[[Iterable[Page], Order], Candidate]
    rows: str = "training_rows"
    replay: Callable[[Iterable[Page]], Iterator[Page]] | None = None

    def pages(self, read: Callable[[str], Iterable[Page]], *, recorded: int, by_other_code: int) -> Iterable[Page]:
        """What to learn from; ``read`` hands out the pages of a database function."""
        if self.replay is not None and by_other_code > recorded:
            return self.replay(read(HISTORY))
        return read(self.rows)


def _failure_prediction(pages: Iterable[Page], order: Order) -> Candidate:
    data = Dataset.of_pages(pages, window=order.window)
    return make_candidate(data, kind=order.kind, git_revision=order.git_revision, production=order.production)


def _duration(pages: Iterable[Page], order: Order) -> Candidate:
    data = Dataset.of_pages(pages, window=order.window)
    return make_duration_candidate(data, kind=order.kind, git_revision=order.git_revision, production=order.production)


def _stage_risk(pages: Iterable[Page], order: Order) -> Candidate:
    data = stage_rows(pages, window=order.window)
    return make_candidate(
        data, kind=order.kind, git_revision=order.git_revision, production=order.production, subject=STAGES
    )


def _anomaly_detection(pages: Iterable[Page], order: Order) -> Candidate:
    data = Dataset.of_weighed((order.window.weights(page) for page in pages), features=END_OF_RUN.features)
    return make_anomaly_candidate(data, kind=order.kind, git_revision=order.git_revision)


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "failure_prediction": Recipe(START_OF_RUN, _failure_prediction, replay=replayed_pages),
        "duration": Recipe(START_OF_RUN, _duration, replay=replayed_pages),
        "anomaly_detection": Recipe(END_OF_RUN, _anomaly_detection),
        "stage_risk": Recipe(STAGE_OF_RUN, _stage_risk, rows="stage_training_rows"),
    }
)

# Kinds that nothing can be learned for yet, and what has to be there first.
MISSING: Mapping[str, str] = MappingProxyType(
    {
        "remediation": "no healing action was ever verified: there is nothing to learn from before healing has acted",
        "recommendation": "no recommendation was ever followed: there is nothing to learn from before some were",
    }
)
