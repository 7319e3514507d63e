import numpy as np
import pytest

from cli.backtest.curves import periods, reliability, roc_points, thinned
from functions.train.quality import roc_auc


def test_thinning_keeps_the_ends():
    x = np.linspace(0, 1, 5000)
    thin_x, thin_y = thinned((x, np.sqrt(x)))
    assert (thin_x[0], thin_y[0], thin_x[-1], thin_y[-1]) == (0.0, 0.0, 1.0, 1.0)
    assert 250 <= len(thin_x) <= 300
    assert np.all(np.diff(thin_x) > 0)
    flat = thinned((np.zeros(900), np.zeros(900)))
    assert len(flat[0]) == 2


def test_the_curve_takes_ties_together_and_spans_its_area():
    truth, said = np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.4, 0.8])
    x, y = roc_points(truth, said)
    assert (x.tolist(), y.tolist()) == ([0.0, 0.0, 0.5, 1.0], [0.0, 0.5, 1.0, 1.0])
    assert np.trapezoid(y, x) == pytest.approx(roc_auc(truth, said))


def test_a_bin_knows_how_sure_it_is():
    (only,) = reliability(np.array([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]), np.full(10, 0.15))
    assert (only.place, only.runs, only.observed) == (1, 10, 0.1)
    assert only.interval == pytest.approx((0.0179, 0.4042), abs=1e-4)


def test_long_histories_are_counted_in_weeks_from_monday():
    day = 86_400.0
    assert periods(np.array([0.0, 3.5 * day]))[0] == 1
    size, period, first = periods(np.array([4.0, 10.9, 11.0, 200.0]) * day)
    assert (size, first, period.tolist()) == (7, 4, [0, 0, 1, 28])
    assert periods(np.array([0.0, 9000.0]) * day)[1].max() < 80
