"""From successful runs to a model of durations that may be published."""

from functions.train.boosting_export import quantile_bytes
from functions.train.candidate import PARITY_ROWS, Candidate, assembled, trained_on
from functions.train.dataset import Dataset
from functions.train.duration_evaluation import evaluate_durations
from functions.train.duration_model import fit_duration_model, require_enough
from functions.train.duration_rows import DurationRows
from functions.train.observation.drift import reference_document
from functions.train.parity import require_parity
from functions.train.serving_model import ServingModel
from shared.duration_quantiles import MIDDLE
from shared.features import FEATURES
from shared.model_input import START_OF_RUN


def make_duration_candidate(
    data: Dataset, *, kind: str, git_revision: str, production: ServingModel | None = None
) -> Candidate:
    """Evaluate on the later quarter, then learn from all of them. The same data gives the same bytes.

    Raises:
        TooLittleDataError: there is not enough to learn from.
        ParityError: the exported graph does not answer what the trained model answers.
    """
    rows = DurationRows.of(data)
    require_enough(len(rows))
    evaluation = evaluate_durations(rows, production=production)
    model = fit_duration_model(rows)
    content = quantile_bytes(model.boosters, features=len(FEATURES), shifts=model.shifts)
    held_out = rows.features[-PARITY_ROWS:]
    require_parity(content, held_out, model.spreads(held_out))
    names = tuple(feature.name for feature in FEATURES)
    return assembled(
        content,
        evaluation,
        kind=kind,
        git_revision=git_revision,
        names=names,
        fingerprint=START_OF_RUN.fingerprint,
        training=trained_on(rows.started_at, rows=model.rows, failures=0),
        # Of all runs and not of successes alone: drift is looked for before it is known how they end.
        reference=reference_document(names, data.features, model.spreads(data.features)[:, MIDDLE]),
    )
