import numpy as np
import pytest

from apical.equations.task import BLACK, FREEZE, GREY, TIME_OUT, TRIAL
from apical.networks.training.protocols import RATE
from apical.networks.training.trials import COLUMNS, trial_table

HIT = [GREY] * 8 + [TRIAL] * 20 + [FREEZE] * 31 + [BLACK] * 15
MISS = [GREY] * 8 + [TRIAL] * 433 + [TIME_OUT] * 46


@pytest.fixture
def session():
    """Phases of a hit, a miss that is a probe, a hit, and a trial that the session's end cuts off."""
    phase = np.array([*HIT, *MISS, *HIT, *[GREY] * 8, *[TRIAL] * 50])
    probe = np.zeros(phase.size)
    # The trial counter, and with it the probe, changes when a trial starts.
    probe[len(HIT) + 8 : len(HIT) + len(MISS) + 8] = 1
    return phase, probe


def test_trials_are_read_off_the_phases(session):
    table = trial_table(*session)
    assert set(table) == set(COLUMNS)
    second, third = len(HIT), len(HIT) + len(MISS)
    starts = np.array([8, second + 8, third + 8])
    lengths = np.array([20, 433, 20])
    np.testing.assert_allclose(table["trial_start"], starts / RATE, rtol=1e-12)
    np.testing.assert_allclose(table["trial_end"], (starts + lengths) / RATE, rtol=1e-12)
    np.testing.assert_allclose(table["trial_latency"], lengths / RATE, rtol=1e-12)
    np.testing.assert_array_equal(table["trial_hit"], [1, 0, 1])
    np.testing.assert_array_equal(table["trial_probe"], [0, 1, 0])


def test_phases_stored_as_floats_give_the_same_table(session):
    phase, probe = session
    stored = trial_table(phase.astype(np.float32), probe.astype(np.float32))
    for name, values in trial_table(phase, probe).items():
        np.testing.assert_array_equal(stored[name], values)


@pytest.mark.parametrize("phase", [[GREY] * 5, [GREY] * 8 + [TRIAL] * 100])
def test_a_session_without_a_finished_trial_has_an_empty_table(phase):
    table = trial_table(np.array(phase), np.zeros(len(phase)))
    assert all(values.size == 0 for values in table.values())


def test_a_trial_that_ends_with_the_last_frame_counts():
    table = trial_table(np.array([GREY, TRIAL, TRIAL, FREEZE]), np.zeros(4))
    assert table["trial_hit"].tolist() == [1] and table["trial_latency"] == pytest.approx([2 / RATE])
