from datetime import UTC, datetime

import pytest

from functions.detect.signature import signature_evidence
from shared.execution import Execution
from shared.signatures import signature_of


def run(*, status: str, error_message: str | None) -> Execution:
    return Execution(
        id="run",
        workspace_id="roastery",
        pipeline_id="house blend",
        owner_id=None,
        status=status,
        created_at=datetime(2026, 11, 24, tzinfo=UTC),
        error_message=error_message,
    )


def test_a_failed_run_keeps_the_signature_of_its_error():
    (found,) = signature_evidence(run(status="failed", error_message="disk 3 is full")).values()
    assert found == {"fingerprint": signature_of("disk 9 is full").fingerprint, "template": "disk <*> is full"}


@pytest.mark.parametrize(("status", "error"), [("failed", None), ("failed", " "), ("completed", "disk 3 is full")])
def test_a_run_that_did_not_fail_or_does_not_say_why_keeps_nothing(status, error):
    assert signature_evidence(run(status=status, error_message=error)) == {}
