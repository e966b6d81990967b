"""Statistics of spike trains whose values are known."""

import numpy as np
import pytest

from apical.networks.nest.distributions import burst_fraction, distances, statistics


def test_a_poisson_process_has_its_rate_and_irregular_intervals():
    generator, cells, duration = np.random.default_rng(0), 60, 200_000.0
    index = np.repeat(np.arange(cells), generator.poisson(0.01 * duration, cells))
    time = generator.uniform(0, duration, index.size)
    order = np.argsort(time)
    found = statistics(time[order], index[order], cells, 1000.0, duration)
    # 2000 spikes per cell: the standard error of the mean over 60 cells is 0.3 % of a rate and of a CV.
    assert found["rate"].mean() == pytest.approx(10, rel=0.01)
    assert found["cv"].mean() == pytest.approx(1, rel=0.01)
    assert abs(found["correlation"].mean()) < 0.002  # 1770 pairs of s.d. 0.01
    # An event is a burst if a spike follows it within 16 ms.
    assert found["burst_fraction"].mean() == pytest.approx(1 - np.exp(-0.16), rel=0.02)


def test_a_burst_is_an_event_with_a_second_spike():
    assert burst_fraction(np.array([0, 100, 110, 120, 300, 310, 500, 700.0])) == pytest.approx(2 / 5)
    assert np.isnan(burst_fraction(np.array([0, 100.0])))


def test_distances_are_zero_for_equal_runs_and_one_for_separate_ones():
    near, far = {"rate": np.arange(5.0)}, {"rate": np.arange(5.0) + 10}
    between, within = distances([near, near], [far, far], "rate")
    assert (between == 1).all() and between.size == 4
    assert (within == 0).all() and within.size == 2
