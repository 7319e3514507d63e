"""From ended runs to an anomaly model that may be published."""

from functions.train.anomaly_evaluation import evaluate_anomaly_model
from functions.train.anomaly_model import fit_anomaly_model
from functions.train.candidate import PARITY_ROWS, Candidate, trained_on
from functions.train.dataset import Dataset
from functions.train.failure_model import SEED
from functions.train.forest_export import forest_bytes
from functions.train.manifest import Calibration, Manifest, library_versions
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
    held_out = data.features[-PARITY_ROWS:]
    require_parity(content, held_out, model.probability(held_out))
    figures = evaluation.metrics["methods"]["candidate"]
    manifest = Manifest(
        kind=kind,
        features=RUN_NAMES,
        feature_fingerprint=END_OF_RUN.fingerprint,
        threshold=THRESHOLD,
        calibration=Calibration(slope=model.slope, intercept=model.intercept),
        training=trained_on(data.started_at, rows=model.rows, failures=0),
        metrics={name: figure["value"] for name, figure in figures.items()},
        libraries=library_versions(),
        git_revision=git_revision,
        seed=SEED,
    )
    reference = reference_document(manifest.features, data.features, model.probability(data.features))
    return Candidate(content, manifest, evaluation, reference)
