"""Measures of potentials and spikes."""

import numpy as np

from apical.equations.pyramidal import BURST_INTERVAL
from apical.models.cells import Cell
from apical.networks.experiments.current_clamp import Recording


def longest_above(recording: Recording, cell: Cell) -> np.ndarray:
    """Longest time (ms) for which the apical potential of each cell stays above ``e_plateau`` without a break."""
    above = recording.voltage[cell.apical] > float(cell.parameters["e_plateau"].value) * 1e3
    run = np.zeros(above.shape[0])
    longest = run.copy()
    for column in above.T:
        run = (run + 1) * column
        longest = np.maximum(longest, run)
    return longest * (recording.time[1] - recording.time[0])


def has_plateau(recording: Recording, cell: Cell) -> np.ndarray:
    """Tell for each cell whether it had a plateau: above ``e_plateau`` for at least ``plateau_minimum``."""
    return longest_above(recording, cell) >= float(cell.parameters["plateau_minimum"].value) * 1e3


def first_true(values: np.ndarray, found: np.ndarray) -> float:
    """The smallest of the ascending `values` at which `found`; NaN if there is none."""
    return float(values[np.argmax(found)]) if np.any(found) else np.nan


def rise(recording: Recording, compartment: str, after: float) -> np.ndarray:
    """Largest potential after the time `after` (ms) above the potential at that time, in mV."""
    late = recording.voltage[compartment][:, recording.time >= after]
    return late.max(axis=1) - late[:, 0]


def burst_rate(spikes: np.ndarray) -> float:
    """Mean rate (Hz) within the spikes of a burst; NaN for fewer than two."""
    return 1e3 / np.diff(spikes).mean() if spikes.size > 1 else np.nan


def events_and_bursts(spikes: np.ndarray) -> tuple[int, int]:
    """Number of events of a train (ms), and of those that are bursts: spikes closer than `BURST_INTERVAL`."""
    opens = np.diff(np.r_[-np.inf, spikes]) >= 1e3 * BURST_INTERVAL
    return int(opens.sum()), int((opens & ~np.r_[opens[1:], True]).sum())
