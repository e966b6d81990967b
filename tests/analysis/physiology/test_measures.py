"""Measures of physiology on made-up traces and spikes."""

import subprocess
import sys

import numpy as np
import pytest

from apical.analysis.physiology.measures import (
    burst_rate,
    events_and_bursts,
    first_true,
    has_plateau,
    longest_above,
    rise,
)
from apical.models.cells import CELLS
from apical.networks.experiments.current_clamp import Recording

CELL = CELLS["conductance"]  # plateau: above -40 mV for 15 ms


def recording(*traces):
    """A recording of the nexus at 0.1 ms."""
    voltage = np.array(traces, dtype=float)
    time = np.arange(voltage.shape[1]) * 0.1
    return Recording(time, {"nexus": voltage}, {}, [], [])


def test_the_longest_stay_counts_not_the_sum():
    trace = np.full(1000, -70.0)
    trace[100:200] = trace[300:449] = -30  # 10 ms and 14.9 ms
    longer = trace.copy()
    longer[449] = -30
    found = recording(trace, longer)
    np.testing.assert_allclose(longest_above(found, CELL), [14.9, 15])
    np.testing.assert_array_equal(has_plateau(found, CELL), [False, True])


def test_a_stay_that_lasts_to_the_end_counts():
    trace = np.full(300, -30.0)
    np.testing.assert_allclose(longest_above(recording(trace), CELL), 30)


def test_rise_is_above_the_potential_at_its_start():
    trace = np.r_[np.full(100, -20.0), np.full(100, -70.0), -25, np.full(10, -70.0)]
    assert rise(recording(trace), "nexus", 15.0) == pytest.approx(45)


def test_the_first_that_fires_is_the_threshold():
    assert first_true(np.array([1.0, 2.0, 3.0]), np.array([False, True, True])) == 2
    assert np.isnan(first_true(np.array([1.0, 2.0]), np.array([False, False])))


def test_burst_rate():
    assert burst_rate(np.array([10.0, 20.0, 30.0])) == pytest.approx(100)
    assert np.isnan(burst_rate(np.array([10.0])))


@pytest.mark.parametrize(
    ("spikes", "expected"),
    [([], (0, 0)), ([5.0], (1, 0)), ([5, 15, 25], (1, 1)), ([5, 21], (2, 0)), ([5, 10, 50, 90, 95], (3, 2))],
)
def test_events_and_bursts(spikes, expected):
    assert events_and_bursts(np.array(spikes, dtype=float)) == expected


LONGER = """
import numpy as np
from apical.equations import pyramidal
pyramidal.BURST_INTERVAL = 0.02
from apical.analysis.physiology.by_hand import Rule, classify
from apical.analysis.physiology.measures import events_and_bursts
from apical.analysis.physiology.plasticity import INVERSE
from apical.analysis.imaging.scores import somatic_events
from apical.networks.nest.distributions import burst_fraction
spikes = np.array([0, 18, 118, 136, 236, 254, 354, 372, 472, 490.0])
print(events_and_bursts(spikes), somatic_events(spikes / 1e3, np.zeros(10))[0].size, burst_fraction(spikes), INVERSE)
print(classify(spikes / 1e3, Rule().burst_interval)[1].sum())
"""


@pytest.mark.slow
def test_all_that_counts_bursts_follows_the_one_interval():
    done = subprocess.run([sys.executable, "-c", LONGER], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["(5, 5) 5 1.0 1/(20 ms)", "5"]
