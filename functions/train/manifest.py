"""What is known about a trained model: the JSON that is published beside its graph."""

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError

from shared.errors import FlexiRoasterError

SCHEMA = 1
PACKAGES = ("scikit-learn", "numpy", "onnx", "onnxruntime")
STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class ManifestError(FlexiRoasterError):
    """A manifest that this code cannot read or write."""


def library_versions() -> dict[str, str]:
    """The versions of Python and of the libraries that decide what a model answers."""
    return {name: version(name) for name in PACKAGES} | {"python": platform.python_version()}


@dataclass(frozen=True)
class Calibration:
    """The logistic that makes a raw score a probability: ``1 / (1 + exp(-(slope * raw + intercept)))``."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    slope: float
    intercept: float


@dataclass(frozen=True)
class Training:
    """The runs that a model learned from: how many, how many of them failed, and the times of the first and last."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    rows: Annotated[int, Field(ge=0)]
    failures: Annotated[int, Field(ge=0)]
    first_at: AwareDatetime
    last_at: AwareDatetime


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """One trained model: its inputs in order, how it was made, and how well it does.

    ``threshold`` is the answer from which it counts as positive, or None where nothing is decided. ``metrics`` are
    named figures; one that is not defined is left out. ``libraries`` are those of `library_versions`.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    kind: str
    features: tuple[str, ...]
    feature_fingerprint: str
    threshold: float | None
    calibration: Calibration
    training: Training
    metrics: Mapping[str, float]
    libraries: Mapping[str, str]
    git_revision: str
    seed: int
    schema: Annotated[int, Field(ge=1)] = SCHEMA

    def to_json(self) -> str:
        """The manifest as JSON with sorted keys: the same manifest gives the same text.

        Raises:
            ManifestError: a number is infinite or NaN, which JSON has no word for.
        """
        try:
            return json.dumps(asdict(self), sort_keys=True, allow_nan=False, default=datetime.isoformat)
        except ValueError as error:
            raise ManifestError(f"the manifest of {self.kind} cannot be written: {error}") from error

    @classmethod
    def from_json(cls, text: str | bytes) -> "Manifest":
        """The manifest that ``to_json`` wrote.

        Raises:
            ManifestError: the text is no JSON object, comes from newer code, or has unknown, missing or wrong fields.
        """
        try:
            document = json.loads(text)
        except ValueError as error:
            raise ManifestError(f"the manifest is not JSON: {error}") from error
        schema = document.get("schema") if isinstance(document, dict) else None
        if not isinstance(schema, int):
            raise ManifestError("the manifest is no JSON object with a whole number as its schema")
        if schema > SCHEMA:
            raise ManifestError(f"the manifest has schema {schema}; this code reads up to {SCHEMA} and must be updated")
        try:
            return _MANIFESTS.validate_json(text)
        except ValidationError as error:
            faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
            raise ManifestError(f"the manifest cannot be read: {faults}") from error


_MANIFESTS = TypeAdapter(Manifest)
