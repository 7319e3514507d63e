"""Tokens that are not what they should be."""

import time
import uuid
from typing import Any

import jwt
import pytest

from local.stack import Stack
from tests.database.access import LINES
from tests.database.actors import caller, did, engine
from tests.database.roastery import World

HOUR = 3600


def claims(world: World, **other: Any) -> dict[str, Any]:
    """What predict's token for the home workspace says, with some of it said otherwise; None leaves a claim out."""
    right = {
        "role": "ai_engine",
        "aud": "authenticated",
        "engine": "predict",
        "workspace_id": world.home.workspace_id,
        "exp": int(time.time()) + HOUR,
    }
    return {name: value for name, value in (right | other).items() if value is not None}


def refused_everywhere(stack: Stack, world: World, token: str) -> None:
    """No row of the home workspace is seen or written, nothing is claimed, and nothing breaks."""
    actor = caller(stack.description, "forger", token)
    for table in LINES:
        assert not did(actor.select(table)), f"{table} is read"
    for table in ("predictions", "detections", "alerts", "executions", "pipelines"):
        assert not did(actor.insert(table, world.home.row(table))), f"{table} is written"
    claim = actor.call("claim_events", max_events=1)
    assert 400 <= claim.status_code < 500, claim.text


def test_the_right_token_is_right(stack: Stack, world: World) -> None:
    token = jwt.encode(claims(world), stack.description.jwt_secret, algorithm="HS256")
    actor = caller(stack.description, "predict", token)
    assert did(actor.select("executions"))
    assert did(actor.insert("predictions", world.home.row("predictions")))
    assert actor.call("claim_events", max_events=1).is_success


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"exp": int(time.time()) - HOUR}, id="expired"),
        pytest.param({"workspace_id": None}, id="without a workspace"),
        pytest.param({"workspace_id": ""}, id="with an empty workspace"),
        pytest.param({"role": "anon"}, id="of the anonymous role with an engine's claims"),
        pytest.param({"role": "authenticated", "sub": str(uuid.uuid4())}, id="of a user with an engine's claims"),
        pytest.param({"role": "supabase_admin"}, id="of the superuser"),
        pytest.param({"role": "no_such_role"}, id="of a role that is not there"),
        pytest.param({"role": None}, id="without a role"),
    ],
)
def test_a_token_is_refused(stack: Stack, world: World, other: dict[str, Any]) -> None:
    token = jwt.encode(claims(world, **other), stack.description.jwt_secret, algorithm="HS256")
    refused_everywhere(stack, world, token)


def test_a_token_signed_with_another_secret_is_refused(stack: Stack, world: World) -> None:
    refused_everywhere(stack, world, jwt.encode(claims(world), "another-secret-of-32-characters-.", algorithm="HS256"))


def test_an_unsigned_token_is_refused(stack: Stack, world: World) -> None:
    refused_everywhere(stack, world, jwt.encode(claims(world), None, algorithm="none"))


def test_a_token_without_an_engine_reads_and_does_no_engines_work(stack: Stack, world: World) -> None:
    token = jwt.encode(claims(world, engine=None), stack.description.jwt_secret, algorithm="HS256")
    actor = caller(stack.description, "nameless", token)
    for table in ("predictions", "detections", "alerts", "ai_insights"):
        assert not did(actor.insert(table, world.home.row(table))), table
    assert actor.call("claim_events", max_events=1).is_client_error


def test_a_workspace_that_is_no_id_is_refused_and_breaks_nothing(stack: Stack, world: World) -> None:
    token = jwt.encode(claims(world, workspace_id="' or true --"), stack.description.jwt_secret, algorithm="HS256")
    refused_everywhere(stack, world, token)


def test_an_engine_that_nobody_knows_is_handed_nothing(stack: Stack, world: World) -> None:
    barista = engine(stack.description, "barista", world.home.workspace_id)
    answer = barista.call("claim_events", max_events=10)
    assert answer.is_success
    assert answer.json()["events"] == []
    assert not did(barista.insert("predictions", world.home.row("predictions")))
