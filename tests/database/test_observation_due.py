"""When models are looked at: hourly and after so many labels, where any is deployed."""

import psycopg

from tests.database.observatory import Observatory
from tests.database.training_school import School

pytest_plugins = ["tests.database.training_fixtures"]


def asked_for(school: School) -> str | None:
    """Why an observation waits, if one does."""
    row = school.database.execute(
        "select reason from engine.tasks where workspace_id = %s and kind = 'observation' and requested_at is not null",
        [school.team.workspace_id],
    ).fetchone()
    return row and row[0]


def ended(school: School, runs: int, engine: str = "predict") -> None:
    """Runs whose end an engine has learned from."""
    school.team.owner.insert(
        "executions", [{"pipeline_id": school.team.pipeline_id, "status": "completed"} for _ in range(runs)]
    )
    worker = school.team.engine(engine)
    worker.complete(worker.claim())


def test_after_so_many_labels_the_deployed_models_are_looked_at(
    observatory: Observatory, settings: dict[str, str]
) -> None:
    settings["observe_after_labels"] = "3"
    school = observatory.school
    ended(school, 3)
    assert asked_for(school) is None, "nothing is deployed"
    observatory.deployed("shadow")
    ended(school, 2)
    assert asked_for(school) is None
    ended(school, 1)
    assert asked_for(school) == "new labels"
    observatory.completed(school.trainer.rpc("claim_task"))
    ended(school, 2)
    assert asked_for(school) is None, "it counts afresh"


def test_a_label_that_two_engines_learn_from_counts_once(observatory: Observatory, settings: dict[str, str]) -> None:
    settings["observe_after_labels"] = "2"
    observatory.deployed("shadow")
    ended(observatory.school, 1)
    worker = observatory.school.team.engine("detect")
    worker.complete(worker.claim())
    assert asked_for(observatory.school) is None


def test_every_hour_there_is_a_look_where_something_is_deployed_or_an_alert_is_open(
    observatory: Observatory, owned: psycopg.Connection
) -> None:
    school = observatory.school
    owned.execute("select engine.request_due_observations()")
    assert asked_for(school) is None
    observatory.deployed("production")
    owned.execute("select engine.request_due_observations()")
    assert asked_for(school) == "schedule"
    steps, alerts = [observatory.step("roll_back", "production")], [observatory.alert()]
    observatory.completed(school.trainer.rpc("claim_task"), steps=steps, alerts=alerts)
    owned.execute("select engine.request_due_observations()")
    assert asked_for(school) == "schedule", "somebody must take the alert back"
    observatory.completed(school.trainer.rpc("claim_task"))
    owned.execute("select engine.request_due_observations()")
    assert asked_for(school) is None
    jobs = owned.execute("select command from cron.job where schedule = '7 * * * *'").fetchall()
    assert ("select engine.request_due_observations()",) in jobs


def test_old_reports_are_forgotten(observatory: Observatory, owned: psycopg.Connection) -> None:
    version = observatory.deployed("production")
    for _ in range(2):
        report = {"model_version_id": version, "score": 0, "is_drifted": False, "evidence": {}}
        observatory.completed(observatory.claimed(), reports=[report])
    owned.execute(
        "update drift_reports set created_at = now() - interval '91 days'"
        " where id = (select id from drift_reports where model_version_id = %s limit 1)",
        [version],
    )
    owned.execute("select engine.forget_drift_reports()")
    assert len(observatory.school.team.owner.rows("drift_reports", model_version_id=version)) == 1
