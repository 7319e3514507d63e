"""Incidents: one cause is one incident with one alert, which closes by itself."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.database.delivery_actors import Row
from tests.database.delivery_team import Team, new_id

pytest_plugins = ["tests.database.delivery_fixtures"]

JAM = "0a0000000001"


class Watch:
    """Decisions of `detect` about runs of a team's pipelines, as they are stored."""

    def __init__(self, team: Team, database: psycopg.Connection) -> None:
        self.team, self.database = team, database

    def decides(
        self, pipeline_id: str, status: str, *, is_anomaly: bool = False, fingerprint: str | None = None
    ) -> str:
        run = new_id()
        self.database.execute(
            "insert into executions (id, pipeline_id, status) values (%s, %s, %s)", [run, pipeline_id, status]
        )
        signature = {"fingerprint": fingerprint, "template": "the <*> jammed"}
        evidence = {"error_signature": signature} if fingerprint else {}
        self.database.execute(
            """
            insert into detections
                (workspace_id, pipeline_id, execution_id, score, is_anomaly, reasons, model_version, evidence)
            values (%s, %s, %s, 0.9, %s, '[{"text": "took 3 h; usually 9 to 11 min"}]', 'rules:1', %s)
            """,
            [self.team.workspace_id, pipeline_id, run, is_anomaly, Jsonb(evidence)],
        )
        return run

    def fails(self, pipeline_id: str, fingerprint: str | None = JAM) -> str:
        return self.decides(pipeline_id, "failed", fingerprint=fingerprint)

    def succeeds(self, pipeline_id: str) -> str:
        return self.decides(pipeline_id, "completed")

    def incidents(self, **equal: str) -> list[Row]:
        return self.team.owner.rows("incidents", workspace_id=self.team.workspace_id, **equal)

    def open_alerts(self) -> list[Row]:
        alerts = self.team.owner.rows("alerts", workspace_id=self.team.workspace_id)
        return [alert for alert in alerts if alert["status"] != "resolved"]

    def let_pass(self, minutes: int) -> None:
        """Move what happened into the past."""
        for table, columns in {
            "incidents": ("opened_at", "last_signal_at", "resolved_at"),
            "incident_pipelines": ("first_at", "last_at"),
        }.items():
            moved = ", ".join(f"{column} = {column} - make_interval(mins => {minutes})" for column in columns)
            self.database.execute(
                f"update {table} set {moved} where workspace_id = %s".encode(), [self.team.workspace_id]
            )


@pytest.fixture
def watch(team: Team, owned: psycopg.Connection) -> Watch:
    return Watch(team, owned)


@pytest.fixture
def pipeline(team: Team) -> Callable[[str], str]:
    return team.pipeline


def test_a_healthy_run_is_no_incident(watch: Watch) -> None:
    watch.succeeds(watch.team.pipeline_id)
    assert watch.incidents() == []


def test_a_failure_is_an_incident_with_one_alert_and_one_insight(watch: Watch) -> None:
    run = watch.fails(watch.team.pipeline_id)
    (incident,) = watch.incidents(status="open")
    (alert,) = watch.open_alerts()
    assert (incident["kind"], incident["signals"], incident["pipelines"]) == ("failure", 1, 1)
    assert (alert["incident_id"], alert["pipeline_id"]) == (incident["id"], watch.team.pipeline_id)
    assert "failed: the <*> jammed" in alert["title"]
    assert len(watch.team.owner.rows("ai_insights", incident_id=incident["id"])) == 1
    (member,) = watch.team.owner.rows("incident_pipelines", incident_id=incident["id"])
    assert (member["last_execution_id"], member["inherited_from"]) == (run, None)


def test_the_same_error_elsewhere_is_the_same_incident(watch: Watch, pipeline: Callable[[str], str]) -> None:
    for name in ("roast", "grind", "brew"):
        watch.fails(pipeline(name))
    (incident,) = watch.incidents(status="open")
    assert (incident["pipelines"], incident["signals"]) == (3, 3)
    (alert,) = watch.open_alerts()
    assert alert["severity"] == "high"
    assert alert["title"].startswith("3 pipelines are affected")


def test_different_errors_far_apart_are_different_incidents(watch: Watch, pipeline: Callable[[str], str]) -> None:
    watch.fails(pipeline("roast"), "0b0000000001")
    watch.fails(pipeline("brew"), "0c0000000002")
    assert len(watch.incidents(status="open")) == len(watch.open_alerts()) == 2


def test_an_outage_of_200_pipelines_is_one_incident_whatever_each_says(
    watch: Watch, pipeline: Callable[[str], str]
) -> None:
    for number in range(200):
        watch.fails(pipeline(f"roast {number}"), f"{number % 50:012}")
    (incident,) = watch.incidents(status="open")
    assert (incident["kind"], incident["pipelines"], incident["signals"]) == ("outage", 200, 200)
    (alert,) = watch.open_alerts()
    assert (alert["severity"], alert["title"]) == ("critical", "Outage: 200 pipelines fail")
    insights = watch.team.owner.rows("ai_insights", workspace_id=watch.team.workspace_id)
    assert [insight["incident_id"] for insight in insights] == [incident["id"]]


def test_failures_spread_over_the_day_are_no_outage(watch: Watch, pipeline: Callable[[str], str]) -> None:
    for number in range(8):
        watch.fails(pipeline(f"roast {number}"), f"{number:012}")
        watch.let_pass(minutes=11)
    assert len(watch.incidents(status="open")) == 8


def test_it_closes_by_itself_when_all_of_its_pipelines_recover(watch: Watch, pipeline: Callable[[str], str]) -> None:
    roast, brew = pipeline("roast"), pipeline("brew")
    watch.fails(roast)
    watch.fails(brew)
    watch.succeeds(roast)
    assert len(watch.open_alerts()) == 1
    watch.succeeds(brew)
    assert watch.open_alerts() == []
    (incident,) = watch.incidents()
    assert incident["status"] == "resolved"
    (alert,) = watch.team.owner.rows("alerts", workspace_id=watch.team.workspace_id)
    assert alert["evidence"]["closed_because"] == "recovered"


def test_a_pipeline_that_flaps_is_one_alert_and_takes_longer_to_be_well(watch: Watch) -> None:
    roast = watch.team.pipeline_id
    for _ in range(3):
        watch.fails(roast)
        for _ in range(6):
            watch.succeeds(roast)
    watch.fails(roast)
    watch.succeeds(roast)
    (incident,) = watch.incidents()
    assert (incident["relapses"], incident["status"]) == (3, "open")
    assert len(watch.team.owner.rows("alerts", workspace_id=watch.team.workspace_id)) == 1
    for _ in range(3):
        watch.succeeds(roast)
    assert watch.incidents()[0]["status"] == "resolved"


def test_what_comes_back_much_later_is_a_new_incident(watch: Watch) -> None:
    roast = watch.team.pipeline_id
    watch.fails(roast)
    watch.succeeds(roast)
    watch.let_pass(minutes=61)
    watch.fails(roast)
    assert sorted(incident["status"] for incident in watch.incidents()) == ["open", "resolved"]


def depend(watch: Watch, upstream: str, downstream: str) -> None:
    watch.database.execute(
        "insert into pipeline_dependencies (workspace_id, upstream_id, downstream_id) values (%s, %s, %s)",
        [watch.team.workspace_id, upstream, downstream],
    )


def test_trouble_from_upstream_is_inherited_over_several_steps(watch: Watch, pipeline: Callable[[str], str]) -> None:
    harvest, roast, brew = pipeline("harvest"), pipeline("roast"), pipeline("brew")
    depend(watch, harvest, roast)
    depend(watch, roast, brew)
    depend(watch, brew, harvest)  # a circle ends nobody's patience
    watch.fails(harvest, "0d0000000001")
    watch.decides(brew, "completed", is_anomaly=True)
    (incident,) = watch.incidents(status="open")
    members = watch.team.owner.rows("incident_pipelines", incident_id=incident["id"])
    assert {member["pipeline_id"]: member["inherited_from"] for member in members} == {harvest: None, brew: harvest}


def suppressed(watch: Watch, table: str) -> int:
    (row,) = watch.team.owner.rows(table, workspace_id=watch.team.workspace_id)
    return row["suppressed"]


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("maintenance_windows", {}),
        ("silences", {"pipeline": True}),
        ("silences", {"error_fingerprint": JAM}),
    ],
)
def test_what_nobody_wants_to_hear_of_is_counted_and_not_said(
    watch: Watch, table: str, columns: dict[str, Any]
) -> None:
    given = {"workspace_id": watch.team.workspace_id, "starts_at": "2020-01-01T00:00Z", "ends_at": "2099-01-01T00:00Z"}
    if columns.get("pipeline"):
        given["pipeline_id"] = watch.team.pipeline_id
    elif columns:
        given.update(columns)
    assert watch.team.owner.call("POST", table, json=given).status_code == 201
    watch.fails(watch.team.pipeline_id)
    watch.fails(watch.team.pipeline_id)
    assert watch.incidents() == []
    assert suppressed(watch, table) == 2


def test_a_silence_about_another_error_silences_nothing(watch: Watch) -> None:
    given = {"workspace_id": watch.team.workspace_id, "error_fingerprint": "other", "ends_at": "2099-01-01T00:00Z"}
    assert watch.team.owner.call("POST", "silences", json=given).status_code == 201
    watch.fails(watch.team.pipeline_id)
    assert len(watch.incidents()) == 1
    assert suppressed(watch, "silences") == 0


def test_an_incident_is_its_own_workspaces(watch: Watch, owned: psycopg.Connection, still_stack, http) -> None:
    other = Watch(Team.gathered(still_stack.description, http), owned)
    watch.fails(watch.team.pipeline_id)
    other.fails(other.team.pipeline_id)
    assert len(watch.incidents()) == len(other.incidents()) == 1
    assert watch.team.owner.rows("incidents", workspace_id=other.team.workspace_id) == []


LATE = """
    with said as (
        insert into detections (workspace_id, pipeline_id, phase, score, is_anomaly, reasons, model_version)
        values (%(workspace)s, %(pipeline)s, 'late:2026-11-24T03:00:00Z', 0.6, true,
            '[{"text": "expected at 03:00 UTC"}]', 'rule:late_run')
    )
    insert into alerts (workspace_id, pipeline_id, severity, title, message, subject, model_version)
    values (%(workspace)s, %(pipeline)s, 'medium', 'roast is late', 'roast has not started', 'late:' || %(pipeline)s,
        'rule:late_run')
"""


def is_late(watch: Watch, pipeline_id: str) -> None:
    """What the sweep says about a run that did not start."""
    watch.database.execute(LATE, {"workspace": watch.team.workspace_id, "pipeline": pipeline_id})


def test_a_late_run_is_an_incident_whose_alert_is_its_own(watch: Watch) -> None:
    is_late(watch, watch.team.pipeline_id)
    (incident,) = watch.incidents(status="open")
    (alert,) = watch.open_alerts()
    assert (incident["kind"], alert["incident_id"]) == ("late", incident["id"])
    assert alert["title"] == "roast is late"


def test_a_late_run_is_over_when_its_alert_is(watch: Watch) -> None:
    is_late(watch, watch.team.pipeline_id)
    watch.database.execute("update alerts set status = 'resolved' where workspace_id = %s", [watch.team.workspace_id])
    assert [incident["status"] for incident in watch.incidents()] == ["resolved"]


def test_a_run_that_is_late_because_of_another_pipeline_is_told_there(
    watch: Watch, pipeline: Callable[[str], str]
) -> None:
    roast, brew = pipeline("roast"), pipeline("brew")
    depend(watch, roast, brew)
    watch.fails(roast)
    is_late(watch, brew)
    (incident,) = watch.incidents(status="open")
    (alert,) = watch.open_alerts()
    assert (incident["pipelines"], alert["subject"]) == (2, f"incident:{incident['id']}")
    members = watch.team.owner.rows("incident_pipelines", incident_id=incident["id"])
    assert {member["pipeline_id"]: member["inherited_from"] for member in members} == {roast: None, brew: roast}


def test_a_chain_of_late_runs_is_one_alert(watch: Watch, pipeline: Callable[[str], str]) -> None:
    roast, brew = pipeline("roast"), pipeline("brew")
    depend(watch, roast, brew)
    is_late(watch, roast)
    is_late(watch, brew)
    (incident,) = watch.incidents(status="open")
    assert [alert["subject"] for alert in watch.open_alerts()] == [f"incident:{incident['id']}"]


def test_a_person_who_resolves_the_alert_ends_the_incident(watch: Watch, pipeline: Callable[[str], str]) -> None:
    watch.fails(pipeline("roast"))
    watch.fails(pipeline("brew"))
    (alert,) = watch.open_alerts()
    watch.team.owner.call("PATCH", f"alerts?id=eq.{alert['id']}", json={"status": "resolved"})
    assert [incident["status"] for incident in watch.incidents()] == ["resolved"]
