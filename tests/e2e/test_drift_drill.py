"""The data's meaning changes mid-stream: the loop notices, goes back, learns anew, and lets nothing bad serve.

Nobody promotes here but where it says so: trained, tried and judged is by the loop alone.
"""

from collections.abc import Iterator

import psycopg
import pytest

from bench.model import constant_model, publish_model
from local.stack import Stack

from .conftest import Roastery, set_all
from .drill import Drill
from .test_training import KIND


@pytest.fixture
def drill(roastery: Roastery, owner: psycopg.Connection) -> Iterator[Drill]:
    former = dict(owner.execute("select name, value from engine.settings").fetchall())
    # So that every canary has served enough after 200 runs, whatever their ids.
    set_all(owner, {"canary_percent": "50"})
    drill = Drill(roastery, owner)
    yield drill
    set_all(owner, {"canary_percent": former["canary_percent"]})
    owner.execute("delete from workspaces where id = %s", [drill.workspace_id])


def climbed(drill: Drill) -> str:
    """The candidate in the shadow, let into production by 400 labelled runs and nobody."""
    version = drill.on("shadow")
    assert version is not None
    drill.record(220)
    drill.hour()
    assert (drill.on("shadow"), drill.on("canary")) == (None, version)
    drill.record(220)
    drill.hour()
    assert (drill.on("canary"), drill.on("production")) == (None, version)
    return version


def rolled_back(drill: Drill, version: str) -> bool:
    """Whether a version is out of production within 200 labelled runs, with nobody asking for a look."""
    for _ in range(2):
        drill.record(100)
        if drill.on("production") != version:
            return True
    return False


def test_the_loop_survives_a_change_of_meaning(drill: Drill, stack: Stack) -> None:
    drill.record(1000)
    drill.models("train")
    drill.settle(KIND)
    frozen = climbed(drill)

    drill.big_roasts_burn = False
    assert rolled_back(drill, frozen)
    assert drill.on("production") is None, "there is no version before: the heuristic answers"
    (alert,) = drill.rows("alerts", subject=f"model:{KIND}")
    assert "became worse in production" in alert["title"]
    reports = [row["evidence"] for row in drill.rows("drift_reports", model_version_id=frozen)]
    (noticed,) = [evidence for evidence in reports if evidence["regressed"]]
    assert noticed["real"]["brier"] > noticed["estimated"]["brier"], "only labels show a change of meaning"

    # The training that was asked for then has seen little of the new meaning: what it made may be tried, not serve.
    drill.settle(KIND)
    assert drill.on("production") is None
    drill.record(800)
    drill.night()
    renewed = climbed(drill)
    assert renewed != frozen
    assert [row["status"] for row in drill.rows("alerts", subject=f"model:{KIND}")] == ["resolved"]

    # The frozen model is now a deliberately bad candidate, and answers the same runs as the renewed one.
    drill.models("promote", frozen, "--to", "shadow")
    drill.record(220)
    drill.hour()
    assert drill.brier(renewed, last=220) < 0.5 * drill.brier(frozen, last=220)
    assert drill.on("shadow") is None
    assert drill.on("production") == renewed
    assert "labelled runs so far" in drill.models("list")
    withdrawn = drill.models("explain", frozen)
    assert "from shadow, by the loop: on 200 labelled runs its Brier score less that of" in withdrawn

    # A person errs.
    publish_model(stack.description, drill.workspace_id, kind=KIND, content=constant_model(0.97), rung="shadow")
    bad = drill.on("shadow")
    assert bad is not None
    drill.models("promote", bad)
    assert rolled_back(drill, bad)
    assert drill.on("production") == renewed, "the version before serves again"
    assert drill.rungs_of(bad) == {"production"}, "and nobody but that person put it there"
