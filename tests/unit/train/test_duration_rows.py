"""What training takes for a pipeline's recent durations is what `predict` knew."""

import dataclasses

import numpy as np
import pytest

from functions.train.dataset import Dataset
from functions.train.duration_rows import DurationRows
from shared.duration_quantiles import RecentDurations
from shared.features import FEATURES
from shared.pipeline_measures import DURATION
from shared.replay import Replay
from tests.unit.shared.test_replay import history
from tests.unit.train.durations import roasts


def test_recent_durations_are_those_that_the_engine_knew() -> None:
    runs, known, kept = history(seed=11, runs=400), [], []
    for start in Replay().walk(runs):
        measure = start.state.measures.measured.measure(DURATION)
        run = start.execution
        if run.failed is None or run.completed_at is None or run.completed_at < run.begun_at:
            continue
        kept.append(run)
        recent = None if measure is None else RecentDurations.of(measure.baseline)
        if recent is not None and not run.failed and run.duration_seconds is not None:
            known.append(recent)
    data = Dataset(
        np.zeros((len(kept), len(FEATURES)), np.float32),
        np.array([run.failed for run in kept], np.int8),
        np.array([run.begun_at.timestamp() for run in kept]),
        np.array([run.ended_at.timestamp() for run in kept]),
        np.array([run.pipeline_id for run in kept], object),
        np.array([np.nan if run.duration_seconds is None else run.duration_seconds for run in kept]),
        np.ones(len(kept)),
    )
    rows = DurationRows.of(data)
    assert len(rows) == len(known) > 100
    for row, recent in enumerate(known):
        assert rows.recent[row] == pytest.approx(recent.log_seconds)
        assert rows.spread[row] == pytest.approx(recent.spread)


def test_failures_and_runs_without_a_duration_are_no_rows() -> None:
    data = roasts(400)
    durations = data.duration_seconds.copy()
    durations[200:] = np.nan
    rows = DurationRows.of(dataclasses.replace(data, duration_seconds=durations))
    assert 100 < len(rows) < 180
    assert np.all(rows.started_at < data.started_at[200])
    assert len(DurationRows.of(dataclasses.replace(data, failed=np.ones(400, np.int8)))) == 0


def test_moved_quantiles_never_cross() -> None:
    rows = DurationRows.of(roasts(400))
    moved = rows.moved(np.random.default_rng(1).normal(scale=5.0, size=rows.recent.shape))
    assert np.all(np.diff(moved, axis=1) >= 0.0)


def test_what_is_learned_and_what_is_served_are_each_others_opposite() -> None:
    rows = DurationRows.of(roasts(400))
    served = RecentDurations(tuple(rows.recent[7]), rows.spread[7]).moved(rows.spreads[7])
    assert served == pytest.approx([np.expm1(rows.log_seconds[7])] * 7)
