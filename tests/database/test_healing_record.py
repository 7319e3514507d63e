"""The audit, which nobody changes, and the ledger."""

import psycopg
import pytest

from tests.database.healing_ward import REFUSED, Ward

pytest_plugins = ["tests.database.healing_fixtures"]


@pytest.mark.parametrize(
    "statement", ["update healing_audit set why = ''", "delete from healing_audit", "truncate healing_audit"]
)
def test_not_even_the_owner_changes_the_audit(ward: Ward, statement: str) -> None:
    ward.policy()
    ward.failed(REFUSED)
    ward.work()
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only ever added to"):
        ward.owned.execute(statement)


def test_the_audit_goes_with_its_workspace_and_outlives_its_pipeline(ward: Ward) -> None:
    ward.policy()
    run = ward.failed(REFUSED)
    ward.work()
    plan_id = ward.plan(run)["id"]
    assert ward.team.owner.call("DELETE", f"pipelines?id=eq.{ward.pipeline_id}").is_success
    kept = "select count(*) from healing_audit where plan_id = %s"
    assert ward.owned.execute(kept, [plan_id]).fetchone() == (2,)
    ward.owned.execute("delete from auth.users where id = %s", [ward.team.owner.user_id])
    assert ward.owned.execute(kept, [plan_id]).fetchone() == (0,)


def test_the_ledger_counts_what_was_spent_and_saved(ward: Ward) -> None:
    ward.policy(cost_per_hour=36)
    ward.failed(REFUSED)
    ward.work()
    ward.end("completed", duration_seconds=100)
    ward.work()
    ward.failed({"family": "schema_data", "subcause": "column_missing", "transient": False}, duration_seconds=20)
    ward.work()
    (line,) = ward.team.owner.rows("healing_ledger", pipeline_id=ward.pipeline_id)
    assert (line["attempts"], line["effective"], line["spent_seconds"], line["spent_cost"]) == (1, 1, 100, 1)
    assert (line["doomed_retries_avoided"], line["saved_seconds"]) == (3, 60)


def test_the_days_budget_is_kept(ward: Ward) -> None:
    ward.policy(cost_per_hour=36, budget_per_day=1)
    ward.failed(REFUSED)
    ward.work()
    ward.end("completed", duration_seconds=200)
    ward.work()
    run = ward.failed(REFUSED)
    ward.work()
    assert "budget is spent" in ward.plan(run)["reasons"][0]
    assert ward.queued() == []
