from collections import Counter
from dataclasses import replace

from bench.faults import SIZES, completed, planted
from cli.history import HistoryRow
from cli.history.synthetic import synthetic_history

ROWS = sorted(synthetic_history(12_000), key=lambda row: row.started_at)


def faulty(kind: str, strength: str) -> list[tuple[HistoryRow, HistoryRow]]:
    """Each run of a kind and strength: as it was, and as it became."""
    former = {row.execution_id: row for row in completed(ROWS)}
    return [
        (former[row.execution_id], row)
        for row, fault in planted(ROWS)
        if fault is not None and (fault.kind, fault.strength) == (kind, strength)
    ]


def seconds(row: HistoryRow) -> float:
    return (row.ended_at - row.started_at).total_seconds()


def test_a_seed_plants_the_same_faults_and_another_seed_others():
    assert planted(ROWS, seed=1) == planted(ROWS, seed=1)
    assert planted(ROWS, seed=1) != planted(ROWS, seed=2)


def test_every_kind_is_planted_in_every_strength_and_seldom():
    labelled = planted(ROWS)
    events = Counter((fault.kind, fault.strength) for _, fault in labelled if fault is not None and fault.place == 0)
    assert {kind for kind, _ in events} >= set(SIZES) - {"missing_run"}
    assert len({strength for _, strength in events}) == 3
    assert sum(fault is not None for _, fault in labelled) < 0.06 * len(labelled)


def test_the_first_part_and_what_is_not_labelled_stay_as_they_were():
    former = {row.execution_id: row for row in completed(ROWS)}
    labelled = planted(ROWS)
    assert all(fault is None for _, fault in labelled[: int(0.39 * len(ROWS))])
    assert all(row == former[row.execution_id] for row, fault in labelled if fault is None)


def test_a_fault_changes_what_it_says_and_nothing_else():
    for former, row in faulty("duration", "plain"):
        assert round(seconds(row) / seconds(former), 2) == 3.0
        assert replace(row, completed_at=former.completed_at) == former
    for former, row in faulty("memory", "strong"):
        assert row == replace(former, memory_mb=round(8.0 * (former.memory_mb or 0.0), 3))
    for former, row in faulty("volume", "plain"):
        assert row == replace(former, data_volume_mb=round((former.data_volume_mb or 0.0) / 5.0, 3))
    assert faulty("duration", "plain")
    assert faulty("memory", "strong")
    assert faulty("volume", "plain")


def test_a_burst_fails_with_one_error():
    bursts: dict[int, set[str | None]] = {}
    for row, fault in planted(ROWS):
        if fault is not None and fault.kind == "error_burst":
            assert row.status == "failed"
            bursts.setdefault(fault.event, set()).add(row.error_message)
    assert bursts
    assert all(len(errors) == 1 for errors in bursts.values())


def test_a_missing_run_is_gone_and_the_next_one_bears_the_label():
    labelled = planted(ROWS)
    gone = {row.execution_id for row in ROWS} - {row.execution_id for row, _ in labelled}
    events = [fault for _, fault in labelled if fault is not None and fault.kind == "missing_run"]
    sizes = {"faint": 1, "plain": 2, "strong": 4}
    assert events
    assert len(gone) == sum(sizes[fault.strength] for fault in events)
