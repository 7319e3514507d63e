"""Which anomalies are shown."""

from typing import Any

from cli.summary.reading import varied


def anomaly(score: float, pipeline_id: str, feature: str | None) -> dict[str, Any]:
    reasons = [] if feature is None else [{"feature": feature, "text": feature}]
    return {"score": score, "pipeline_id": pipeline_id, "reasons": reasons}


def test_different_pipelines_and_reasons_come_before_more_of_the_same() -> None:
    anomalies = [
        anomaly(0.99, "orders", "duration_seconds"),
        anomaly(0.98, "orders", "memory_mb"),
        anomaly(0.97, "clicks", "duration_seconds"),
        anomaly(0.96, "clicks", "memory_mb"),
        anomaly(0.95, "tests", "cpu_percent"),
    ]
    assert [(found["pipeline_id"], found["score"]) for found in varied(anomalies, 3)] == [
        ("orders", 0.99),
        ("clicks", 0.96),
        ("tests", 0.95),
    ]


def test_one_kind_of_anomaly_is_shown_of_different_pipelines_first() -> None:
    anomalies = [
        anomaly(0.99, "orders", "memory_mb"),
        anomaly(0.98, "orders", "memory_mb"),
        anomaly(0.97, "clicks", "memory_mb"),
    ]
    assert [found["score"] for found in varied(anomalies, 2)] == [0.99, 0.97]
    assert [found["score"] for found in varied(anomalies, 3)] == [0.99, 0.98, 0.97]


def test_fewer_than_wanted_and_none_with_a_reason_are_shown_as_they_are() -> None:
    assert varied([], 3) == []
    assert len(varied([anomaly(0.9, "orders", None)], 3)) == 1
