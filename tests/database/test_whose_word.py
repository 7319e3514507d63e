"""Nobody changes a row in another person's name."""

import psycopg

from tests.database.actors import Actor, answered


def test_whoever_acknowledges_an_alert_is_named_for_it(
    database: psycopg.Connection, roaster: Actor, pipeline: str
) -> None:
    (alert_id,) = database.execute(
        "insert into alerts (workspace_id, pipeline_id, severity, title, message, model_version)"
        " values (%s, %s, 'low', 'burnt', 'the drum was too hot', 'rule:test') returning id",
        [roaster.workspace_id, pipeline],
    ).fetchone()
    change = {"status": "acknowledged", "acknowledged_by": "00000000-0000-4000-8000-000000000000"}
    answered(roaster.update("alerts", change, id=str(alert_id)))
    (row,) = roaster.rows("alerts", id=str(alert_id))
    assert row["acknowledged_by"] == roaster.user_id
