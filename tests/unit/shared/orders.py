"""Runs to test with: a nightly pipeline called orders, and rubbish."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from shared.execution import Execution

MONDAY = datetime(2026, 3, 2, 6, tzinfo=UTC)


def run(number: int = 0, *, status: str = "completed", minutes: float = 10.0, **columns: object) -> Execution:
    """The run of hour ``number`` of a pipeline that starts every hour."""
    started_at = MONDAY + timedelta(hours=number)
    row: dict[str, object] = {
        "id": f"run-{number}",
        "workspace_id": "shop",
        "pipeline_id": "orders",
        "owner_id": "data-team",
        "status": status,
        "created_at": started_at.isoformat(),
        "started_at": started_at.isoformat(),
        "completed_at": (started_at + timedelta(minutes=minutes)).isoformat(),
        "trigger_type": "scheduled",
    }
    return Execution.from_row({**row, **columns})


numbers = st.one_of(
    st.none(),
    st.sampled_from(["NaN", "Infinity", "-Infinity", "", "12", "fast", True]),
    st.integers(-(10**400), 10**400),
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(0, 1e6),
)
texts = st.one_of(
    st.none(), st.text(st.characters(codec=None), max_size=300), st.sampled_from(["a\x00b", "\ud800", ""])
)
moments = st.one_of(
    st.none(),
    st.sampled_from(["infinity", "-infinity", "yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", 5]),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)).map(datetime.isoformat),
)
maps = st.one_of(st.none(), st.just([]), st.dictionaries(texts, st.one_of(numbers, texts), max_size=12))
stage_rows = st.fixed_dictionaries(
    {},
    optional={
        "stage_name": texts,
        "status": st.sampled_from(["completed", "failed", "skipped", None, 3]),
        "duration_seconds": numbers,
        "started_at": moments,
        "completed_at": moments,
    },
)
rubbish_rows = st.fixed_dictionaries(
    {
        "id": st.uuids().map(str),
        "workspace_id": st.just("shop"),
        "pipeline_id": st.just("orders"),
        "created_at": st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)).map(
            datetime.isoformat
        ),
    },
    optional={
        "owner_id": texts,
        "status": st.one_of(st.sampled_from(["completed", "failed", "cancelled", "running"]), texts, numbers),
        "started_at": moments,
        "completed_at": moments,
        "duration_seconds": numbers,
        "trigger_type": texts,
        "attempt": numbers,
        "error_message": texts,
        "config_version": numbers,
        "data_volume_mb": numbers,
        "rows_processed": numbers,
        "metadata": maps,
        "metrics": maps,
        "stages": st.one_of(st.none(), st.lists(st.one_of(stage_rows, st.none()), max_size=5)),
    },
)
