import json
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime

import pytest

from functions.train.manifest import Calibration, Manifest, ManifestError, Training, library_versions
from shared.errors import FlexiRoasterError

MANIFEST = Manifest(
    kind="failure_prediction",
    features=("failure_streak", "attempt"),
    feature_fingerprint="f00d",
    threshold=0.4,
    calibration=Calibration(slope=1.1, intercept=-0.2),
    training=Training(
        rows=5000,
        failures=310,
        first_at=datetime(2026, 3, 2, 6, tzinfo=UTC),
        last_at=datetime(2026, 5, 2, 6, 0, 0, 250_000, tzinfo=UTC),
    ),
    metrics={"log_loss": 0.21, "average_precision": 0.48},
    libraries=library_versions(),
    git_revision="0388ed0",
    seed=7,
)


def changed(**fields: object) -> str:
    return json.dumps(json.loads(MANIFEST.to_json()) | fields)


@pytest.mark.parametrize("manifest", [MANIFEST, replace(MANIFEST, threshold=None, metrics={})])
def test_a_manifest_survives_a_round_trip(manifest: Manifest) -> None:
    again = Manifest.from_json(manifest.to_json())
    assert again == manifest
    assert again.to_json() == manifest.to_json()


def test_the_text_is_the_same_whatever_the_order_of_the_figures() -> None:
    other = replace(MANIFEST, metrics=dict(reversed(MANIFEST.metrics.items())))
    assert other.to_json() == MANIFEST.to_json()
    assert list(json.loads(MANIFEST.to_json())) == sorted(json.loads(MANIFEST.to_json()))


def test_times_are_iso_8601_and_the_libraries_are_named() -> None:
    document = json.loads(MANIFEST.to_json())
    assert document["training"]["first_at"] == "2026-03-02T06:00:00+00:00"
    assert document["schema"] == 1
    assert set(document["libraries"]) == {"scikit-learn", "numpy", "onnx", "onnxruntime", "python"}


def test_a_newer_schema_is_refused_even_with_fields_of_its_own() -> None:
    with pytest.raises(ManifestError, match="has schema 2; this code reads up to 1"):
        Manifest.from_json(changed(schema=2, colour="blue"))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"colour": "blue"}, "colour: Unexpected"),
        ({"training": {"rows": 1}}, "training.failures: Field required"),
        ({"calibration": {"slope": 1, "intercept": 0, "bend": 2}}, "calibration.bend: Unexpected"),
        ({"calibration": {"slope": "1", "intercept": 0}}, "calibration.slope: Input should be a valid number"),
        ({"seed": "7"}, "seed: Input should be a valid integer"),
        ({"seed": True}, "seed: Input should be a valid integer"),
        ({"threshold": "high"}, "threshold"),
        ({"features": "attempt"}, "features"),
        ({"features": [1]}, "features.0"),
        ({"metrics": {"log_loss": None}}, "metrics.log_loss"),
        ({"metrics": {"log_loss": float("nan")}}, "metrics.log_loss: Input should be a finite number"),
        ({"libraries": None}, "libraries"),
        ({"schema": "1"}, "a whole number as its schema"),
        ({"schema": 0}, "schema: Input should be greater"),
    ],
)
def test_unknown_missing_and_wrong_fields_are_refused(fields: dict, sentence: str) -> None:
    with pytest.raises(ManifestError, match=sentence):
        Manifest.from_json(changed(**fields))


@pytest.mark.parametrize("field", json.loads(MANIFEST.to_json()))
def test_no_field_may_be_left_out(field: str) -> None:
    document = json.loads(MANIFEST.to_json())
    del document[field]
    with pytest.raises(ManifestError, match=field):
        Manifest.from_json(json.dumps(document))


def test_a_time_without_a_zone_is_refused() -> None:
    training = json.loads(MANIFEST.to_json())["training"] | {"last_at": "2026-05-02T06:00:00"}
    with pytest.raises(ManifestError, match=r"training\.last_at: Input should have timezone"):
        Manifest.from_json(changed(training=training))


@pytest.mark.parametrize("text", ["", "{", "[]", "7", b"\xff"])
def test_what_is_no_manifest_at_all_is_refused(text: str | bytes) -> None:
    with pytest.raises(FlexiRoasterError, match="the manifest is no"):
        Manifest.from_json(text)


def test_a_figure_that_is_no_number_cannot_be_written() -> None:
    with pytest.raises(ManifestError, match="failure_prediction cannot be written"):
        replace(MANIFEST, metrics={"log_loss": float("nan")}).to_json()


def test_a_manifest_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        MANIFEST.seed = 8
