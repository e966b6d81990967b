import numpy as np
import pytest

from apical.analysis.imaging.fluorescence import baseline, bleached, delta_f_over_f, pair_correlation

RATE = 15.0


def recomputed(trace, size):
    """F0 with nothing but numpy: the window sorted at each frame."""
    half = size // 2
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(trace, half, mode="symmetric"), size)
    return np.percentile(windows, 10, axis=-1, method="lower")


@pytest.mark.parametrize(("window", "size"), [(0.2, 3), (2.0, 29), (7.0, 105), (1000.0, 299)])
def test_f0_is_the_percentile_of_each_window(window, size):
    fluorescence = np.random.default_rng(0).normal(1, 0.2, (2, 3, 300)).astype(np.float32)
    f0 = baseline(fluorescence, window, RATE)
    assert f0.dtype == np.float32
    for trace in np.ndindex(2, 3):
        np.testing.assert_array_equal(f0[trace], recomputed(fluorescence[trace], size))


def test_dff_is_relative_to_f0():
    fluorescence = np.random.default_rng(1).normal(1, 0.05, 600)
    f0 = recomputed(fluorescence, 149)
    np.testing.assert_allclose(delta_f_over_f(fluorescence, 10.0, RATE), (fluorescence - f0) / f0)


def test_a_planted_transient_has_its_height_whatever_the_gain():
    fluorescence = np.full(3000, 2.0)
    fluorescence[1500:1510] = 5.0
    for gain in (1.0, 370.0):
        dff = delta_f_over_f(gain * fluorescence, rate=RATE)
        np.testing.assert_allclose(dff[1500:1510], 1.5)
        np.testing.assert_allclose(np.delete(dff, range(1500, 1510)), 0)


def test_the_default_window_is_120_s():
    slow = 1 + np.arange(4000.0)
    # Of a ramp, the window of 1801 frames has its 10th percentile 720 frames before its centre.
    assert baseline(slow, rate=RATE)[2000] == slow[2000 - 720]


def test_bleaching_is_off_unless_asked_for():
    constant = np.ones((1, 2000))
    np.testing.assert_array_equal(delta_f_over_f(constant, rate=RATE), 0)
    assert np.abs(delta_f_over_f(constant, rate=RATE, bleaching_time_constant=600.0)).max() > 0.01


def test_bleached_falls_to_1_over_e_in_its_time_constant():
    left = bleached(np.full((2, 1000), 3.0), 20.0, RATE)
    np.testing.assert_allclose(left[:, 300], 3 / np.e)
    np.testing.assert_allclose(left[:, 0], 3)


def test_running_f0_takes_slow_bleaching_out():
    fluorescence = np.ones(9000)
    fluorescence[4500:4520] = 2.0
    dff = delta_f_over_f(fluorescence, rate=RATE, bleaching_time_constant=3600.0)
    # F0 is that of up to 60 s later, when 60/3600 more is lost.
    assert np.abs(dff[4500:4520] - 1).max() < 2 * 1.05 * 60 / 3600
    assert np.abs(dff[:4500]).max() < 1.05 * 60 / 3600


def test_traces_that_cannot_be_normalised_are_nan_and_leave_the_others_alone():
    fluorescence = np.ones((3, 500))
    fluorescence[0, 7] = np.nan
    fluorescence[1] -= 2
    dff = delta_f_over_f(fluorescence, rate=RATE)
    assert np.isnan(dff[:2]).all()
    np.testing.assert_array_equal(dff[2], 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: baseline(np.empty((2, 0))), "no frames"),
        (lambda: baseline(np.float64(1.0)), "no frames"),
        (lambda: baseline(np.ones(10), 0.01, RATE), "window of 0.01 s"),
        (lambda: bleached(np.ones(10), 0.0), "positive time constant"),
        (lambda: bleached(np.ones(10), np.nan), "positive time constant"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_pair_correlation():
    one = np.random.default_rng(2).normal(size=(3, 1000))
    two = np.stack((one[0], -one[1], np.zeros(1000)))
    np.testing.assert_allclose(pair_correlation(one, two), [1, -1, np.nan])
