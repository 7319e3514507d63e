import pytest

from functions.detect.guardrail import guardrail_action


@pytest.mark.parametrize(
    ("score", "is_anomaly", "failed", "anomalies_before", "rules", "action"),
    [
        (0.1, False, False, 0, [], "continue"),
        (0.29, False, True, 9, [], "continue"),
        (0.3, False, False, 0, [], "watch"),
        (0.49, False, False, 9, ["pause_pipeline"], "watch"),
        (0.1, False, False, 0, ["watch"], "watch"),
        (0.5, True, False, 0, [], "hold_downstream"),
        (0.95, True, False, 3, [], "hold_downstream"),
        (0.95, True, False, 4, [], "pause_pipeline"),
        (0.89, True, False, 4, [], "hold_downstream"),
        (0.95, True, True, 0, [], "open_incident"),
        (0.6, True, False, 0, ["watch"], "hold_downstream"),
        (0.6, True, False, 0, ["watch", "pause_pipeline"], "pause_pipeline"),
        (0.6, True, True, 0, ["open_incident"], "open_incident"),
    ],
)
def test_the_documented_thresholds(score, is_anomaly, failed, anomalies_before, rules, action):
    asked = guardrail_action(
        score, is_anomaly=is_anomaly, failed=failed, anomalies_before=anomalies_before, at_least=rules
    )
    assert asked == action
