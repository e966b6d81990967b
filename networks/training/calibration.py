"""The day's calibration, as published: F0, pseudo-trials, 50 % threshold, mirrored z-score.

Francioni et al. 2026, Methods. All arrays have the mice first. Three details of the authors' control software that
the paper does not state are left out: the lower of the carried threshold and the day's own 50 % threshold, the
end of a trial below 0 degrees, and rounding (here the displayed angle is the step that was reached).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from apical.networks.training.protocols import Protocol


@dataclass(frozen=True)
class Calibration:
    """Per mouse: ends of the angle scale, z-score of the threshold, F0 of each BCI cell at the end."""

    x_minimum: np.ndarray
    threshold: np.ndarray
    z: np.ndarray
    f0: np.ndarray


def running_percentile(fluorescence: np.ndarray, window: int, percentile: float = 10.0) -> np.ndarray:
    """Percentile over the last `window` frames along the last axis; NaN until the window is full."""
    flat = fluorescence.reshape(-1, fluorescence.shape[-1])
    rolling = pd.DataFrame(flat.T).rolling(window).quantile(percentile / 100)
    return rolling.to_numpy().T.reshape(fluorescence.shape)


def cursor_trace(fluorescence: np.ndarray, weights: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """x of shape (mice, frames) and F0 of (mice, cells, frames), from fluorescence of (mice, cells, frames).

    `weights` (mice, cells) are +1/n over P+ and -1/n over P-. x is the mean of the last three frames.
    Frames before the first full window and two more are left out of x.
    """
    f0 = running_percentile(fluorescence, window)
    dff = (fluorescence - f0) / f0
    frame_x = np.einsum("mct,mc->mt", dff, weights)[:, window - 1 :]
    return (frame_x[:, 2:] + frame_x[:, 1:-1] + frame_x[:, :-2]) / 3, f0


def half_success_threshold(x: np.ndarray, protocol: Protocol, generator: np.random.Generator) -> float:
    """The x that half of the pseudo-trials of one mouse reach, searched in steps of 0.005 dF/F.

    Pseudo-trials are stretches of the baseline that start at random; their first frames cannot hit. NaN when `x` is
    not finite.
    """
    if not np.isfinite(x).all():
        return np.nan
    length = protocol.pseudo_trial_frames
    starts = generator.integers(0, x.size - length + 1, protocol.pseudo_trials)
    best = np.array([x[start + protocol.hold_frames : start + length].max() for start in starts])
    grid = np.arange(best.min(), best.max() + protocol.threshold_step, protocol.threshold_step)
    success = (best[None, :] >= grid[:, None]).mean(axis=1)
    return float(grid[np.argmin(np.abs(success - 0.5))])


def mirrored_moments(x: np.ndarray) -> tuple[float, float]:
    """Mean and s.d. of the distribution made of the half of `x` below its median and its mirror image."""
    median = np.median(x)
    below = x[x <= median] - median
    return float(median), float(np.sqrt(np.mean(below**2)))


def calibrate(
    fluorescence: np.ndarray,
    weights: np.ndarray,
    protocol: Protocol,
    generators: list[np.random.Generator],
    first_z: np.ndarray | None,
) -> Calibration:
    """Calibrate a day from its baseline; NaN where the readout of a mouse does not vary.

    On day 1 (`first_z` None) the threshold is where half of the pseudo-trials succeed; its z-score on the
    mirrored distribution is kept, and later days put the threshold at the same z of their own baseline.
    """
    x, f0 = cursor_trace(fluorescence, weights, protocol.frames(protocol.f0_window))
    moments = np.array([mirrored_moments(row) for row in x])
    if first_z is None:
        threshold = np.array([half_success_threshold(row, protocol, g) for row, g in zip(x, generators, strict=True)])
        spread = np.where(moments[:, 1] > 0, moments[:, 1], np.nan)
        first_z = (threshold - moments[:, 0]) / spread
    threshold = moments[:, 0] + first_z * moments[:, 1]
    return Calibration(x.min(axis=1), threshold, first_z, f0[:, :, -1])
