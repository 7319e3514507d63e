"""From ended runs to an anomaly model that may be published."""

from functions.train.anomaly_evaluation import evaluate_anomaly_model
from functions.train.anomaly_model import fit_anomaly_model
from functions.train.candidate import PARITY_ROWS, Candidate, assembled, trained_on
from functions.train.dataset import Dataset
from functions.train.forest_export import forest_bytes
from functions.train.manifest import Calibration
from functions.train.observation.drift import reference_document
from functions.train.parity import require_parity
from shared.run_features import END_OF_RUN, RUN_NAMES

THRESHOLD = 0.5


def make_anomaly_candidate(data: Dataset, *, kind: str, git_revision: str) -> Candidate:
    """Evaluate on the later quarter, then learn from every run that is not excluded (``data.failed``). The same data
    gives the same bytes.

    Raises:
        TooLittleDataError: there is not enough to learn from.
        ParityError: the exported graph does not answer what the trained model answers.
    """
    evaluation = evaluate_anomaly_model(data)
    model = fit_anomaly_model(data.features, data.failed)
    content = forest_bytes(model.forest, features=len(RUN_NAMES), slope=model.slope, intercept=model.intercept)
    answers = model.probability(data.features)
    require_parity(content, data.features[-PARITY_ROWS:], answers[-PARITY_ROWS:])
    return assembled(
        content,
        evaluation,
        kind=kind,
        git_revision=git_revision,
        names=RUN_NAMES,
        fingerprint=END_OF_RUN.fingerprint,
        training=trained_on(data.started_at, rows=model.rows, failures=0),
        reference=reference_document(RUN_NAMES, data.features, answers),
        calibration=Calibration(slope=model.slope, intercept=model.intercept),
        threshold=THRESHOLD,
    )
