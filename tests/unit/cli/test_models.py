from typing import Any

from cli.models.text import explanation, listing

VERSION = {
    "id": "v1",
    "model_version": "failure_prediction:c0ffee",
    "kind": "failure_prediction",
    "created_at": "2026-11-24T06:00:00+00:00",
    "manifest": {
        "metrics": {"brier": 0.0866, "roc_auc": 0.914},
        "training": {
            "rows": 5000,
            "failures": 310,
            "first_at": "2026-03-02T06:00:00Z",
            "last_at": "2026-05-02T06:00:00Z",
        },
    },
}
RUNG: dict[str, Any] = {
    "model_version_id": "v1",
    "rung": "canary",
    "canary_percent": 10.0,
    "pinned": False,
    "is_drifted": False,
    "drift_score": 0.02,
    "labelled_runs": 1134,
    "verdict": "needs 66 more labelled runs",
    "observed_at": "2026-11-24T07:07:00+00:00",
}
REPORT: dict[str, Any] = {
    "created_at": "2026-11-24T08:07:00+00:00",
    "is_drifted": True,
    "score": 0.41,
    "evidence": {
        "rung": "canary",
        "verdict": "needs 66 more labelled runs",
        "features": {"weekend": 0.2, "attempt": 0.41},
        "real": {"brier": 0.12},
        "estimated": {"brier": 0.09},
    },
}


def change(at: str, **columns: Any) -> dict[str, Any]:
    row = {"created_at": at, "action": "moved", "rung": "canary", "changed_by": None, "to_version_id": "v1"}
    return {**row, "reason": "it passed", **columns}


def test_a_rung_says_its_share_its_labelled_runs_and_its_drift() -> None:
    lines = listing([VERSION], [RUNG]).splitlines()
    assert lines[1].split()[-3:] == ["canary", "10", "%"]
    assert lines[2] == (
        "canary 10 %: failure_prediction:c0ffee, 1,134 labelled runs so far, no drift (0.020); "
        "needs 66 more labelled runs"
    )


def test_a_rung_that_nobody_has_looked_at_says_so() -> None:
    fresh = {**RUNG, "rung": "production", "canary_percent": None, "pinned": True, "observed_at": None}
    assert listing([VERSION], [fresh]).endswith("production, pinned: failure_prediction:c0ffee, not looked at yet")


def test_an_explanation_is_a_story_in_the_order_of_time() -> None:
    judged = {"created_at": "2026-11-24T06:00:00+00:00", "summary": "better than the almanac"}
    changes = [
        change("2026-11-24T09:00:00+00:00", to_version_id=None, reason="worse"),
        change("2026-11-24T07:00:00+00:00"),
        change(
            "2026-11-24T08:30:00+00:00",
            action="pinned",
            rung="production",
            changed_by="ada",
            reason="pinned by a person",
        ),
    ]
    lines = explanation(VERSION, [judged], changes, [REPORT]).splitlines()
    assert lines[2:] == [
        "  2026-11-24 06:00  judged: better than the almanac",
        "  2026-11-24 07:00  to canary, by the loop: it passed",
        "  2026-11-24 08:07  looked at in canary: drift (0.410) of attempt, weekend; Brier score 0.120, where its own "
        "confidence says 0.090; needs 66 more labelled runs",
        "  2026-11-24 08:30  pinned in production, by a person: pinned by a person",
        "  2026-11-24 09:00  from canary, by the loop: worse",
    ]


def test_only_the_latest_observations_are_told() -> None:
    reports = [{**REPORT, "created_at": f"2026-11-24T{hour:02}:07:00+00:00"} for hour in range(23, 0, -1)]
    told = [line for line in explanation(VERSION, [], [], reports).splitlines() if "looked at" in line]
    assert [line[13:18] for line in told] == ["21:07", "22:07", "23:07"]
