"""Verdicts, each beside its near miss."""

import pytest

from functions.heal.verify import verdict_on
from tests.unit.heal.contexts import USUAL

DONE = {"status": "completed", "rows_processed": 1000, "data_volume_mb": 10, "duration_seconds": 60}


@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ({}, "effective"),
        ({"status": "failed"}, "ineffective"),
        ({"status": "cancelled"}, "undone"),
        ({"rows_processed": 499}, "harmful"),
        ({"rows_processed": 501}, "effective"),
        ({"rows_processed": 2001}, "harmful"),
        ({"rows_processed": 1999}, "effective"),
        ({"rows_processed": 3000, "data_volume_mb": 30}, "effective"),
        ({"rows_processed": 0}, "harmful"),
        ({"rows_processed": None}, "effective"),
        ({"rows_processed": 3000, "data_volume_mb": None}, "harmful"),
        ({"duration_seconds": 801}, "harmful"),
        ({"duration_seconds": 799}, "effective"),
        ({"duration_seconds": None}, "effective"),
    ],
)
def test_outcome_rows_and_duration_decide(columns: dict, status: str) -> None:
    assert verdict_on({**DONE, **columns}, USUAL).status == status


def test_what_did_not_help_or_did_harm_is_taken_back() -> None:
    assert verdict_on({**DONE, "status": "failed"}, USUAL).restore
    assert verdict_on({**DONE, "rows_processed": 0}, USUAL).restore
    assert not verdict_on(DONE, USUAL).restore


def test_with_too_few_runs_there_is_nothing_to_compare_with() -> None:
    assert verdict_on({**DONE, "rows_processed": 0}, {**USUAL, "completed": 2}).status == "effective"


def test_a_quick_pipeline_may_take_a_minute() -> None:
    quick = {**USUAL, "longest_seconds": 0.5}
    assert verdict_on({**DONE, "duration_seconds": 59}, quick).status == "effective"
    assert verdict_on({**DONE, "duration_seconds": 61}, quick).status == "harmful"
