"""What an orchestrator writes down: every stage once, every line in order, measured."""

from lab.job import Job, Report
from lab.telling import Telling


def telling(logs: str) -> Telling:
    job = Job("run", "batch", ["extract", "load"], "/folder", logs, "/lock", {})
    return Telling(job, {"id": "run", "status": "running"})


def report(event: str, **columns: object) -> Report:
    return Report("run", event, "2026-11-24T12:00:00+00:00", "extract", **columns)


def test_stages_wait_before_they_begin(tmp_path):
    sent = telling(str(tmp_path)).payload()
    assert [(stage["stage_name"], stage["status"]) for stage in sent["stages"]] == [
        ("extract", "pending"),
        ("load", "pending"),
    ]
    assert sent["executions"] == [{"id": "run", "status": "running"}]


def test_a_stage_that_begins_and_ends_is_one_row_with_its_measures_and_lines(tmp_path):
    (tmp_path / "run.extract.1.log").write_text("INFO fetching\nTraceback (most recent call last):\nOSError: full\n")
    told = telling(str(tmp_path))
    told.payload()
    told.hear(report("stage_started"))
    told.hear(report("stage_ended", status="failed", error="OSError: full", seconds=2, cpu_seconds=1, memory_mb=40))
    told.skip_what_is_left(["extract"])
    sent = told.payload({"status": "failed"})
    assert [(stage["stage_name"], stage["status"]) for stage in sent["stages"]] == [
        ("extract", "failed"),
        ("load", "skipped"),
    ]
    assert sent["stages"][0]["error_message"] == "OSError: full"
    measures = {metric["metric_name"]: metric["metric_value"] for metric in sent["metrics"]}
    assert measures == {"cpu_percent": 50.0, "memory_mb": 40}
    assert [(line["level"], line["message"].splitlines()[-1]) for line in sent["logs"]] == [
        ("info", "fetching"),
        ("error", "OSError: full"),
    ]
    assert sent["logs"][0]["created_at"] < sent["logs"][1]["created_at"]
    assert sent["executions"] == [{"id": "run", "status": "failed"}]


def test_nothing_is_sent_twice(tmp_path):
    told = telling(str(tmp_path))
    told.payload()
    assert told.payload()["stages"] == []
