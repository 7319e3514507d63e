"""Approvals: by the right people, about exactly this plan, for a while."""

import pytest

from tests.database.delivery_team import Team
from tests.database.healing_ward import OUT_OF_MEMORY, Ward

pytest_plugins = ["tests.database.healing_fixtures"]


@pytest.fixture
def proposed(ward: Ward) -> str:
    """A run whose plan waits for a yes."""
    ward.policy(autonomy="approve")
    ward.configure({"memory_mb": 512})
    run = ward.failed(OUT_OF_MEMORY)
    ward.work()
    assert (ward.plan(run)["decision"], ward.queued()) == ("ask", [])
    return run


def test_what_an_admin_approves_is_done(ward: Ward, proposed: str) -> None:
    assert ward.approve(proposed).is_success
    ward.work()
    assert ward.config() == {"memory_mb": 768}
    assert len(ward.queued()) == 1
    acted = [row for row in ward.team.owner.rows("healing_audit") if row["event"] == "acted"]
    assert [row["actor"] for row in acted] == [ward.team.owner.user_id]


def test_what_is_rejected_is_not_done(ward: Ward, proposed: str) -> None:
    assert ward.approve(proposed, decision="rejected").is_success
    ward.work()
    assert (ward.plan(proposed)["status"], ward.queued()) == ("rejected", [])
    assert ward.approve(proposed).status_code == 400


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_who_is_no_admin_approves_nothing(ward: Ward, proposed: str, role: str) -> None:
    assert ward.approve(proposed, by=ward.team.member(role)).status_code == 403
    ward.work()
    assert ward.queued() == []


def test_another_tenant_approves_nothing(ward: Ward, proposed: str, still_stack, http) -> None:
    stranger = Team.gathered(still_stack.description, http)
    plan = ward.plan(proposed)
    for workspace_id in (ward.workspace_id, stranger.workspace_id):
        row = {
            "workspace_id": workspace_id,
            "plan_id": plan["id"],
            "plan_hash": plan["plan_hash"],
            "decision": "approved",
            "decided_by": stranger.owner.user_id,
        }
        assert stranger.owner.call("POST", "approvals", json=row).status_code in (400, 403)
    ward.work()
    assert ward.queued() == []


def test_nobody_approves_in_anothers_name(ward: Ward, proposed: str) -> None:
    admin = ward.team.member("admin")
    assert ward.approve(proposed, by=admin, decided_by=ward.team.owner.user_id).status_code == 403


def test_an_approval_is_about_one_hash(ward: Ward, proposed: str) -> None:
    refused = ward.approve(proposed, plan_hash="f" * 64)
    assert (refused.status_code, "not the one that was shown" in refused.json()["message"]) == (400, True)


def test_an_outdated_plan_cannot_be_approved(ward: Ward, proposed: str) -> None:
    ward.configure({"memory_mb": 600})
    refused = ward.approve(proposed)
    assert (refused.status_code, "configuration was changed" in refused.json()["message"]) == (400, True)


def test_a_plan_of_yesterday_cannot_be_approved(ward: Ward, proposed: str) -> None:
    ward.owned.execute(
        "update healing_plans set expires_at = now() - interval '1 s' where workspace_id = %s", [ward.workspace_id]
    )
    assert "out of date" in ward.approve(proposed).json()["message"]


def test_an_approval_does_not_hold_for_ever_whatever_it_says(ward: Ward, proposed: str) -> None:
    assert ward.approve(proposed, expires_at="2099-01-01T00:00:00Z", created_at="2098-01-01T00:00:00Z").is_success
    (seconds,) = ward.owned.execute(
        "select extract(epoch from expires_at - now()) from approvals where workspace_id = %s", [ward.workspace_id]
    ).fetchone()
    assert 3500 < seconds <= 3600


def test_after_its_expiry_an_approval_does_nothing(ward: Ward, proposed: str) -> None:
    assert ward.approve(proposed).is_success
    ward.owned.execute(
        "update approvals set expires_at = now() - interval '1 s' where workspace_id = %s", [ward.workspace_id]
    )
    assert "no longer valid" in ward.work()["refused"][0]["why"]
    assert (ward.queued(), ward.config(), ward.plan(proposed)["status"]) == ([], {"memory_mb": 512}, "proposed")


def test_who_was_dismissed_meanwhile_has_approved_nothing(ward: Ward, proposed: str) -> None:
    admin = ward.team.member("admin")
    assert ward.approve(proposed, by=admin).is_success
    assert ward.team.owner.call("DELETE", f"workspace_members?user_id=eq.{admin.user_id}").is_success
    assert "may not do so any more" in ward.work()["refused"][0]["why"]
    assert ward.queued() == []


def test_a_configuration_edited_between_approval_and_action_makes_the_plan_void(ward: Ward, proposed: str) -> None:
    assert ward.approve(proposed).is_success
    ward.configure({"memory_mb": 600})
    ward.work()
    assert (ward.plan(proposed)["status"], ward.config(), ward.queued()) == ("void", {"memory_mb": 600}, [])


def test_an_approval_does_not_overrule_the_kill_switch(ward: Ward, proposed: str) -> None:
    assert ward.approve(proposed).is_success
    ward.team.owner.update("healing_policies", {"kill_switch": True}, pipeline_id=ward.pipeline_id)
    ward.work()
    assert ward.queued() == []


def test_a_plan_is_not_changed_after_it_was_shown(ward: Ward, proposed: str) -> None:
    changed = ward.heal.call("PATCH", f"healing_plans?id=eq.{ward.plan(proposed)['id']}", json={"steps": []})
    assert "another plan is another row" in changed.json()["message"]
