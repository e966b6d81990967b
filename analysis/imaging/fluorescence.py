"""dF/F of imaged fluorescence, with F0 as a running percentile, and photobleaching."""

import numpy as np
from scipy.ndimage import percentile_filter

from apical.networks.training.protocols import RATE

F0_WINDOW = 120.0  # s, centred; of the offline analysis, the online readout has its own
F0_PERCENTILE = 10.0  # Francioni et al. 2026


def baseline(fluorescence: np.ndarray, window: float = F0_WINDOW, rate: float = RATE) -> np.ndarray:
    """F0: 10th percentile of the fluorescence in a centred window that moves frame by frame; same shape.

    Exact: the order statistic below the 10th percentile (`numpy.percentile` with ``method="lower"``) of the window,
    an odd number of frames. At both ends the recording continues mirrored. Of a recording shorter than the window,
    the window is the recording.

    fluorescence : (..., frames), in any unit
    window : length of the window in s
    rate : frames per s
    A trace with a value that is not finite is NaN throughout.
    Raises ValueError when there are no frames, or the window is shorter than a frame.
    """
    fluorescence = np.asarray(fluorescence)
    frames = fluorescence.shape[-1] if fluorescence.ndim else 0
    if frames == 0:
        raise ValueError("there are no frames")
    if window * rate < 1:
        raise ValueError(f"a window of {window} s holds no frame at {rate} Hz")
    size = min(round(window * rate), frames)
    size -= 1 - size % 2
    f0 = np.full(fluorescence.shape, np.nan, np.result_type(fluorescence.dtype, np.float32))
    # The filter is fast on single traces only.
    for trace in np.ndindex(fluorescence.shape[:-1]):
        if np.isfinite(fluorescence[trace]).all():
            f0[trace] = percentile_filter(fluorescence[trace].astype(f0.dtype), F0_PERCENTILE, size, mode="reflect")
    return f0


def delta_f_over_f(
    fluorescence: np.ndarray,
    window: float = F0_WINDOW,
    rate: float = RATE,
    bleaching_time_constant: float | None = None,
) -> np.ndarray:
    """(F - F0)/F0 with the F0 of `baseline`; same shape, dimensionless.

    fluorescence : (..., frames), in any unit
    window : length of the window of F0 in s
    rate : frames per s
    bleaching_time_constant : time constant in s by which the fluorescence is first bleached (`bleached`), or None
    A trace with a value that is not finite, or an F0 that is not positive, is NaN throughout.
    Raises ValueError as `baseline` and `bleached` do.
    """
    if bleaching_time_constant is not None:
        fluorescence = bleached(fluorescence, bleaching_time_constant, rate)
    f0 = baseline(fluorescence, window, rate)
    positive = (f0 > 0).all(-1, keepdims=True)
    return fluorescence / np.where(positive, f0, np.nan) - 1


def bleached(fluorescence: np.ndarray, time_constant: float, rate: float = RATE) -> np.ndarray:
    """Fluorescence F(t) exp(-t/time_constant): what is left of it as the indicator bleaches; same shape and unit.

    Models have no bleaching of their own; with it one sees what a drift of F0 does to the analysis. Shot noise is
    scaled along.

    fluorescence : (..., frames); time_constant : time constant in s; rate : frames per s
    Raises ValueError when the time constant is not positive.
    """
    if not time_constant > 0:
        raise ValueError(f"bleaching takes a positive time constant, not {time_constant} s")
    fluorescence = np.asarray(fluorescence)
    loss = np.exp(-np.arange(fluorescence.shape[-1]) / (rate * time_constant))
    return (fluorescence * loss).astype(np.result_type(fluorescence.dtype, np.float32))


def pair_correlation(soma: np.ndarray, apical: np.ndarray) -> np.ndarray:
    """Correlation of the dF/F of each soma with that of its dendrite, (cells,).

    By a correlation of at least 0.6 the experiment tells which dendrite belongs to a soma (Francioni et al. 2026);
    a model knows.

    soma, apical : dF/F (cells, frames)
    """
    soma, apical = (x - x.mean(-1, keepdims=True) for x in (np.asarray(soma, float), np.asarray(apical, float)))
    norms = np.sqrt((soma**2).sum(-1) * (apical**2).sum(-1))
    return np.divide((soma * apical).sum(-1), norms, out=np.full(norms.shape, np.nan), where=norms > 0)
