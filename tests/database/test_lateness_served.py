"""The whole way: a schedule is set, the sweep asks, the running function answers."""

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from local.stack import Stack
from tests.database.delivery_team import Team
from tests.waiting import eventually


@pytest.fixture
def team(stack: Stack) -> Iterator[Team]:
    description = stack.description
    headers = {"apikey": description.publishable_key}
    with httpx.Client(base_url=description.api_url, headers=headers, timeout=60, trust_env=False) as client:
        yield Team.gathered(description, client)


def test_the_running_detect_says_what_it_expects_of_a_schedule(team: Team, database: psycopg.Connection) -> None:
    team.owner.update("pipelines", {"schedule_cron": "0 3 * * *"}, id=team.pipeline_id)
    database.execute("select engine.sweep_late()")

    def source() -> str | None:
        row = database.execute(
            "select source from engine.expectations where pipeline_id = %s", [team.pipeline_id]
        ).fetchone()
        assert row is not None
        return row[0]

    assert eventually(source, within_seconds=30) == "schedule"
