"""Calcium events: spike rates inferred from dF/F, and their peaks.

The experiment infers rates with CASCADE, a network trained on recordings of real neurons, in its model
``Global_EXC_15Hz_smoothing200ms``; its output is read by `imaging.cascade`. Here OASIS does it (Friedrich, Zhou &
Paninski 2017), as plain non-negative deconvolution without a sparsity penalty, which shrinks events and was found to
do worse on real recordings (Pachitariu, Stringer & Harris 2018). The autoregressive model is of first order: at
15.46 Hz a frame is 65 ms, longer than the rise of the indicator. Decay and amplitude per spike follow from the
indicator (`equations.indicator`), offset and threshold from the noise of each trace; no number is fitted to a result.
"""

import numpy as np
import pandas as pd
from oasis.functions import deconvolve
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks, peak_widths
from scipy.stats import norm

from apical.analysis.imaging.fluorescence import F0_PERCENTILE
from apical.equations.indicator import PARAMETERS
from apical.networks.training.protocols import RATE

#: Standard deviation in s: CASCADE trains its "smoothing200ms" on spikes smoothed with a Gaussian of this sigma.
SMOOTHING = 0.2
#: CASCADE takes for noise what is below 1/e of a single spike (its option ``threshold``).
NOISE_FLOOR = np.exp(-1)
#: Events also rise by this many standard deviations of the noise of the rate; a common criterion, our choice.
DETECTION = 3.0
COLUMNS = ["cell", "time", "magnitude", "height", "width"]


def spike_response() -> tuple[float, float]:
    """Calcium of one spike at rest: decay in s of the exponential with its area and peak, and peak in dF/F."""
    value = {name: float(parameter.value) for name, parameter in PARAMETERS.items()}
    slow = value["ca_slow_fraction"]
    terms = ((1.0, value["tau_ca_fast"]), (slow, value["tau_ca_slow"]), (-1.0 - slow, value["tau_ca_rise"]))
    time = np.arange(0, 0.5, 1e-4)
    peak = np.sum([weight * np.exp(-time / tau) for weight, tau in terms], axis=0).max()
    area = sum(weight * tau for weight, tau in terms)
    at_rest, at_peak = 1 / (1 + np.exp(-value["dff_slope"] * (np.array([0.0, peak]) - value["dff_half"])))
    return area / peak, value["dff_scale"] * (at_peak - at_rest)


def smoothed(counts: np.ndarray, rate: float = RATE) -> np.ndarray:
    """Spikes per frame as a rate in Hz, smoothed with a Gaussian of 200 ms s.d.; (..., frames), same shape."""
    return gaussian_filter1d(np.asarray(counts, float) * rate, SMOOTHING * rate, axis=-1)


def noise_level(dff: np.ndarray) -> np.ndarray:
    """Standard deviation of the noise of each trace, from the median step between frames; (cells,), dimensionless.

    It is CASCADE's measure, as a standard deviation. Transients that are rare move the median little.
    dff : (cells, frames). NaN for a trace with a value that is not finite.
    """
    # The median of a step's size is 0.6745 of its standard deviation, which is sqrt(2) that of a frame.
    return np.median(np.abs(np.diff(dff, axis=-1)), axis=-1) / (norm.ppf(0.75) * np.sqrt(2))


def rate_noise(dff: np.ndarray, rate: float = RATE) -> np.ndarray:
    """Standard deviation in Hz that the noise of each trace gives its inferred rate; (cells,).

    Of the linear filter that deconvolution is without its constraint, smoothed.
    dff : (cells, frames); rate : frames per s
    """
    decay, amplitude = spike_response()
    response = (
        smoothed(np.eye(1, 2 * int(5 * SMOOTHING * rate) + 3, int(5 * SMOOTHING * rate) + 1)[0], rate) / amplitude
    )
    response -= np.exp(-1 / (decay * rate)) * np.roll(response, 1)
    return noise_level(dff) * np.sqrt(np.sum(response**2))


def infer_rates(dff: np.ndarray, rate: float = RATE) -> np.ndarray:
    """Spike rate of each cell inferred from its dF/F, smoothed as by CASCADE; (cells, frames), in Hz.

    OASIS, AR(1), non-negative, no penalty, with decay and amplitude of `spike_response`. As F0 is the 10th percentile,
    dF/F at rest is 1.28 standard deviations of the noise above zero; this offset is taken off first. Of a dendrite the
    rate is in spike equivalents.

    dff : (cells, frames), dimensionless, of `imaging.fluorescence.delta_f_over_f`; rate : frames per s
    A trace with a value that is not finite gives NaN.
    Raises ValueError when `dff` has not two dimensions.
    """
    dff = np.asarray(dff)
    if dff.ndim != 2:
        raise ValueError(f"dF/F has dimensions (cells, frames), not {dff.ndim} dimensions")
    decay, amplitude = spike_response()
    offset = -norm.ppf(F0_PERCENTILE / 100) * noise_level(dff)
    rates = np.full(dff.shape, np.nan, np.float32)
    for cell, trace in enumerate(dff):
        if np.isfinite(trace).all():
            trace = trace.astype(float) - offset[cell]
            spikes = deconvolve(trace, tau_d=decay, framerate=rate, penalty=None).s
            rates[cell] = smoothed(spikes / amplitude, rate)
    return rates


def find_events(rates: np.ndarray, noise: np.ndarray | float = 0.0, rate: float = RATE) -> pd.DataFrame:
    """Events of each cell: local peaks of its rate that rise by 1/e of one spike and by 3 s.d. of the noise.

    rates : (cells, frames), in Hz, smoothed with 200 ms; NaN is a border, no peak lies beside it
    noise : noise of the rates in Hz, (cells,) or one for all (`rate_noise`); None for rates of CASCADE, which have none
    rate : frames per s
    Returns one row per event, by cell and time: ``cell``; ``time`` of the peak in s from the first frame; ``height``
    of the rate at the peak in Hz; ``width`` in s, at half the prominence (the default of `scipy.signal.peak_widths`
    and of MATLAB's ``findpeaks``); ``magnitude`` = height x width, in spikes (Francioni et al. 2026). The prominence
    is that of `scipy.signal.peak_prominences`: how far the peak stands out of the valleys beside it.
    Raises ValueError when `rates` has not two dimensions.
    """
    rates = np.asarray(rates)
    if rates.ndim != 2:
        raise ValueError(f"rates have dimensions (cells, frames), not {rates.ndim} dimensions")
    floor = np.maximum(NOISE_FLOOR / (np.sqrt(2 * np.pi) * SMOOTHING), DETECTION * np.asarray(noise))
    floor = np.broadcast_to(floor, len(rates))
    tables = []
    for cell, trace in enumerate(rates.astype(float)):
        peaks, found = find_peaks(trace, prominence=floor[cell])
        prominences = found["prominences"], found["left_bases"], found["right_bases"]
        width = peak_widths(trace, peaks, 0.5, prominences)[0] / rate
        height = trace[peaks]
        tables.append((np.full(peaks.size, cell), peaks / rate, height * width, height, width))
    columns = [np.concatenate(parts) for parts in zip(*tables, strict=True)] if tables else [np.empty(0)] * len(COLUMNS)
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True))).astype({"cell": int})
