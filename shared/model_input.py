"""What a kind of model is fed with."""

from dataclasses import dataclass

from shared.features import FEATURES, FINGERPRINT


@dataclass(frozen=True, slots=True)
class ModelInput:
    """A row of ``features`` numbers of the definition with this fingerprint. A model made for another is refused."""

    fingerprint: str
    features: int


START_OF_RUN = ModelInput(FINGERPRINT, len(FEATURES))
"""What is known of a run when it starts."""
