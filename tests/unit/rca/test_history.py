import pytest

from functions.rca.diagnosis import Cause
from functions.rca.history import weighed_by_history


def cause(family: str, subcause: str, confidence: float) -> Cause:
    return Cause(family, subcause, confidence, False, "", "", ())


REFUSED = cause("connection_auth", "connection_refused", 0.5)
FULL = cause("resource_bottleneck", "disk_full", 0.3)


def former(subcause: str, **counts: object) -> dict:
    return {"family": None, "subcause": subcause, "runs": 0, "confirmed": 0, "denied": 0, **counts}


def test_without_a_history_nothing_moves() -> None:
    assert [found.confidence for found in weighed_by_history([REFUSED, FULL], [])] == pytest.approx([0.5, 0.3])


def test_the_worked_number() -> None:
    first, second = weighed_by_history([REFUSED, FULL], [former("disk_full", confirmed=2)])
    assert (first.subcause, second.subcause) == ("disk_full", "connection_refused")
    assert (first.confidence, second.confidence) == (pytest.approx(0.63, abs=0.01), pytest.approx(0.26, abs=0.01))


def test_a_cause_that_people_named_instead_comes_forward() -> None:
    history = [former("connection_refused", denied=1, correct_cause="resource_bottleneck")]
    assert weighed_by_history([REFUSED, FULL], history)[0].subcause == "disk_full"


def test_no_history_however_long_makes_certainty() -> None:
    found = weighed_by_history([REFUSED], [former("connection_refused", confirmed=10**6, runs=10**9)])
    assert found[0].confidence < 1.0
