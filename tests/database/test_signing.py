"""What SQL signs and fades, Python verifies and fades alike."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import standardwebhooks
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from shared import webhook
from shared.errors import Refused
from shared.outcome_history import HALF_LIVES_SECONDS, OutcomeHistory
from tests.database.delivery_team import Team

pytest_plugins = ["tests.database.delivery_fixtures"]

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
CENTURY_SECONDS = 100 * 366 * 86400

counts = st.lists(
    st.floats(min_value=0, max_value=1e6, allow_nan=False),
    min_size=len(HALF_LIVES_SECONDS),
    max_size=len(HALF_LIVES_SECONDS),
)
moments = st.integers(min_value=0, max_value=60 * 86400).map(lambda seconds: NEW_YEAR + timedelta(seconds=seconds))


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 200])
@pytest.mark.parametrize("message", [b"", b"wake_1.1767225600.{}", bytes(range(256)) * 5])
def test_the_code_of_a_message_is_what_python_computes(owned: psycopg.Connection, length: int, message: bytes) -> None:
    key = hashlib.shake_256(b"lamp").digest(length)
    (code,) = owned.execute("select engine.hmac_sha256(%s, %s)", [key, message]).fetchone() or (None,)
    assert code == hmac.new(key, message, hashlib.sha256).digest()


@pytest.fixture
def wake_up(owned: psycopg.Connection, team: Team) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a wake-up that the database made."""
    team.start()
    row = owned.execute(
        "select body, headers from net.http_request_queue where convert_from(body, 'UTF8') like '%%' || %s || '%%'",
        [team.workspace_id],
    ).fetchone()
    assert row is not None
    return row


def test_a_wake_up_is_verified_by_us_and_by_the_library_of_the_standard(
    wake_up: tuple[bytes, dict[str, str]], team: Team
) -> None:
    body, headers = wake_up
    secret = team.description.webhook_secret
    assert standardwebhooks.Webhook(secret).verify(body, headers)["workspace_id"] == team.workspace_id
    webhook.verify([secret], headers=headers, body=body, now=int(headers["webhook-timestamp"]))


def test_a_wake_up_with_another_body_is_refused(wake_up: tuple[bytes, dict[str, str]], team: Team) -> None:
    body, headers = wake_up
    forged = body.replace(b"predict", b"detect")
    assert forged != body
    with pytest.raises(Refused):
        webhook.verify(
            [team.description.webhook_secret], headers=headers, body=forged, now=int(headers["webhook-timestamp"])
        )
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(team.description.webhook_secret).verify(forged, headers)


def _faded(owned: psycopg.Connection, a: list[float], a_at: datetime, b: list[float], b_at: datetime) -> list[float]:
    row = owned.execute(
        "select engine.add_faded(%s::float8[], %s, %s::float8[], %s, %s::float8[])",
        [a, a_at, b, b_at, list(HALF_LIVES_SECONDS)],
    ).fetchone()
    assert row is not None
    return row[0]


def _history(as_of: datetime, runs: list[float]) -> OutcomeHistory:
    return OutcomeHistory.from_json({"as_of": as_of.isoformat(), "runs": runs, "failures": runs})


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(a=counts, a_at=moments, b=counts, b_at=moments)
def test_sql_adds_faded_counts_as_python_merges_histories(
    owned: psycopg.Connection, a: list[float], a_at: datetime, b: list[float], b_at: datetime
) -> None:
    merged = _history(a_at, a).merge(_history(b_at, b))
    assert _faded(owned, a, a_at, b, b_at) == pytest.approx(merged.runs, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("count", [1.0, 1e-150, 1e-300, 5e-324])
@pytest.mark.parametrize("apart_seconds", [0, 3600 * 499, 3600 * 501, 3600 * 1100, CENTURY_SECONDS])
def test_counts_of_long_ago_fade_to_nothing_and_never_to_an_error(
    owned: psycopg.Connection, count: float, apart_seconds: int
) -> None:
    older, newer = [count] * len(HALF_LIVES_SECONDS), [2.0] * len(HALF_LIVES_SECONDS)
    later = NEW_YEAR + timedelta(seconds=apart_seconds)
    merged = _history(NEW_YEAR, older).merge(_history(later, newer))
    for faded in (_faded(owned, older, NEW_YEAR, newer, later), _faded(owned, newer, later, older, NEW_YEAR)):
        assert faded == pytest.approx(merged.runs, rel=1e-9, abs=1e-12)


def test_nothing_added_to_nothing_is_nothing(owned: psycopg.Connection) -> None:
    nothing = [0.0] * len(HALF_LIVES_SECONDS)
    assert _faded(owned, nothing, NEW_YEAR, nothing, NEW_YEAR + timedelta(days=36500)) == nothing
