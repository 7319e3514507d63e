"""What should happen to a pipeline after a run, by documented thresholds."""

from collections.abc import Iterable
from typing import get_args

from functions.detect.detection import GuardrailAction

WATCH_FROM = 0.3
ALARM_FROM = 0.5
SEVERE_FROM = 0.9
PERSISTENT_AFTER = 4  # anomalous runs in a row before this one

SEVERITY: dict[GuardrailAction, int] = {action: place for place, action in enumerate(get_args(GuardrailAction))}


def guardrail_action(
    score: float, *, is_anomaly: bool, failed: bool, anomalies_before: int, at_least: Iterable[GuardrailAction]
) -> GuardrailAction:
    """The action that the score asks for, or a severer one that a fired rule names (``at_least``).

    =====================================================================  ==================
    score below 0.3                                                        continue
    score from 0.3, or no anomaly because the pipeline is still learning    watch
    anomaly (score from 0.5)                                               hold_downstream
    anomaly with a score from 0.9, fifth in a row or later                 pause_pipeline
    anomaly with a score from 0.9 of a failed run                          open_incident
    =====================================================================  ==================

    Where there is no anomaly, rules ask for ``watch`` at most.
    """
    if not is_anomaly:
        return "watch" if score >= WATCH_FROM or any(action != "continue" for action in at_least) else "continue"
    action: GuardrailAction = "hold_downstream"
    if score >= SEVERE_FROM and failed:
        action = "open_incident"
    elif score >= SEVERE_FROM and anomalies_before >= PERSISTENT_AFTER:
        action = "pause_pipeline"
    return max((action, *at_least), key=SEVERITY.__getitem__)
