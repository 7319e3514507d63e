"""What is like what: the keys under which runs with the same labels and magnitudes are counted together."""

import math

from shared.execution import Execution
from shared.short_key import checksum

MAX_CONTEXT_KEYS = 8
STEPS_PER_DOUBLING = 2.0


def attempt_key(execution: Execution) -> str:
    """First, second, or a later attempt."""
    return f"attempt {min(execution.attempt, 3)}"


def trigger_key(execution: Execution) -> str:
    """The trigger type."""
    return f"trigger {checksum(execution.trigger_type)}"


def version_key(execution: Execution) -> str:
    """The configuration version."""
    return f"version {execution.config_version}"


def context_keys(execution: Execution) -> list[str]:
    """A key per label and per metadata number (two steps per doubling), at most eight, labels first."""
    texts = [f"{name}={value}" for name, value in execution.labels.items()]
    if len(texts) < MAX_CONTEXT_KEYS:
        texts += [f"{name}~{_step(value)}" for name, value in execution.metadata.items()]
    return [checksum(text) for text in texts[:MAX_CONTEXT_KEYS]]


def _step(value: float) -> int:
    step = round(STEPS_PER_DOUBLING * math.log2(1.0 + abs(value)))
    return step if value >= 0 else -step
