import numpy as np
import pytest

from apical.networks.training.calibration import (
    calibrate,
    cursor_trace,
    half_success_threshold,
    mirrored_moments,
    running_percentile,
)
from apical.networks.training.protocols import Protocol

PROTOCOL = Protocol()
BASELINE = PROTOCOL.frames(PROTOCOL.baseline)


@pytest.fixture
def fluorescence():
    """(mice, cells, frames), positive and skewed."""
    return 1 + np.random.default_rng(5).gamma(0.5, 0.4, (2, 4, 150))


def test_running_percentile_is_the_percentile_of_each_window(fluorescence):
    window = 40
    f0 = running_percentile(fluorescence, window)
    assert np.isnan(f0[..., : window - 1]).all()
    for end in range(window, fluorescence.shape[-1] + 1):
        expected = np.percentile(fluorescence[..., end - window : end], 10, axis=-1)
        np.testing.assert_allclose(f0[..., end - 1], expected, rtol=1e-12)


def test_cursor_is_the_difference_of_the_mean_dff_over_three_frames(fluorescence):
    window = 40
    weights = np.array([[0.5, 0.5, -0.5, -0.5], [1.0, 0.0, -1.0, 0.0]])
    x, f0 = cursor_trace(fluorescence, weights, window)
    assert x.shape == (2, 150 - window - 1)
    for n in range(x.shape[1]):
        frames = []
        for frame in range(window - 1 + n, window + 2 + n):
            base = np.percentile(fluorescence[..., frame - window + 1 : frame + 1], 10, axis=-1)
            np.testing.assert_allclose(f0[..., frame], base, rtol=1e-12)
            dff = fluorescence[..., frame] / base - 1
            frames.append([dff[0, :2].mean() - dff[0, 2:].mean(), dff[1, 0] - dff[1, 2]])
        np.testing.assert_allclose(x[:, n], np.mean(frames, axis=0), rtol=0, atol=1e-12)


@pytest.mark.parametrize("correlation_frames", [0.05, 15])
def test_half_of_fresh_pseudo_trials_reach_the_threshold(correlation_frames, ornstein_uhlenbeck):
    generator = np.random.default_rng(6)
    baselines = 0.1 * ornstein_uhlenbeck((40, BASELINE), correlation_frames, generator)
    success = []
    for x in baselines:
        threshold = half_success_threshold(x, PROTOCOL, generator)
        fresh = generator.integers(0, x.size - 435 + 1, 400)
        success.append(np.mean([x[start + 15 : start + 435].max() >= threshold for start in fresh]))
    # A threshold comes from 200 pseudo-trials (s.d. 3.5 %) and is tried on 400 (2.5 %). The maximum of a
    # trial varies by 0.03 or more, so half a step of 0.005 moves the success by 3 % at most (s.d. 1.6 %).
    sd = np.sqrt(0.25 / 200 + 0.25 / 400 + 0.016**2)
    assert abs(np.mean(success) - 0.5) < 4 * sd / np.sqrt(len(success)), np.mean(success)
    assert np.std(success) < 1.5 * sd, np.std(success)


def test_threshold_is_searched_in_steps_and_the_first_frames_do_not_count():
    protocol = Protocol(pseudo_trials=50)
    x = np.random.default_rng(7).standard_normal(3000) / 10
    threshold = half_success_threshold(x, protocol, np.random.default_rng(8))
    starts = np.random.default_rng(8).integers(0, x.size - 435 + 1, 50)
    lowest = min(max(x[start + 15 : start + 435]) for start in starts)
    steps = (threshold - lowest) / 0.005
    assert steps == pytest.approx(round(steps), abs=1e-9)

    # The largest values of this baseline are in its first 15 frames, where they cannot hit.
    short = np.r_[np.full(15, 100.0), np.linspace(0, 1, 420)]
    assert half_success_threshold(short, protocol, np.random.default_rng(9)) == pytest.approx(1, abs=0.0051)


def test_mirrored_moments_do_not_see_what_is_added_on_the_right():
    generator = np.random.default_rng(10)
    n, mean, sd = 200_000, 0.07, 0.2
    left = mean - sd * np.abs(generator.standard_normal(n))
    right = mean + 5 * sd * np.abs(generator.standard_normal(n))
    x = generator.permutation(np.r_[left, right])
    centre, spread = mirrored_moments(x)
    # The median lies between the halves, whose innermost values are about sd/n and 5 sd/n from the middle.
    # The second moment of n half-normals has the relative error sqrt(2/n), the s.d. half of it: four errors.
    assert centre == pytest.approx(mean, abs=20 * sd / n)
    assert spread == pytest.approx(sd, rel=4 * np.sqrt(2 / n) / 2)
    below = x[x <= np.median(x)]
    mirrored = np.r_[below, 2 * np.median(x) - below]
    assert (centre, spread) == pytest.approx((mirrored.mean(), mirrored.std()), rel=1e-12)


def test_later_days_put_the_threshold_at_the_z_of_day_1(ornstein_uhlenbeck):
    generator = np.random.default_rng(11)
    protocol = Protocol(f0_window=5.0)
    weights = np.tile([0.5, 0.5, -0.5, -0.5], (3, 1))
    days = [1 + np.abs(ornstein_uhlenbeck((3, 4, 3000), 5, generator)) * size for size in (0.2, 0.4)]
    first, second = (
        calibrate(day, weights, protocol, [np.random.default_rng(n) for n in range(3)], z)
        for day, z in ((days[0], None), (days[1], np.array([1.0, 2.0, 3.0])))
    )
    for day, result in zip(days, (first, second), strict=True):
        x, f0 = cursor_trace(day, weights, protocol.frames(5.0))
        below = [row[row <= np.median(row)] - np.median(row) for row in x]
        sd = np.array([np.sqrt(np.mean(part**2)) for part in below])
        np.testing.assert_allclose(result.threshold, np.median(x, axis=1) + result.z * sd, rtol=1e-12)
        np.testing.assert_array_equal(result.x_minimum, x.min(axis=1))
        np.testing.assert_array_equal(result.f0, f0[:, :, -1])
    np.testing.assert_array_equal(second.z, [1, 2, 3])
    x, _ = cursor_trace(days[0], weights, protocol.frames(5.0))
    half = [half_success_threshold(row, protocol, np.random.default_rng(n)) for n, row in enumerate(x)]
    np.testing.assert_allclose(first.threshold, half, rtol=1e-12)
