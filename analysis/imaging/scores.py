"""Scores of inferred events against the true spikes and plateaus, which only a model knows."""

import numpy as np
import pandas as pd
import xarray as xr

from apical.analysis.imaging.events import smoothed
from apical.analysis.imaging.matching import match
from apical.equations.pyramidal import BURST_INTERVAL
from apical.networks.training.protocols import RATE
from apical.networks.training.store import events

ROUNDING = 1e-9  # s; times are whole steps of the simulation
TOLERANCE = 0.2  # s, the smoothing of the inferred rate


def somatic_events(
    time: np.ndarray, cell: np.ndarray, gap: float = BURST_INTERVAL, min_spikes: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Single spikes and bursts: first spikes of runs in which each comes less than `gap` after the one before.

    time, cell : times and cells of spikes; times and `gap` in s
    min_spikes : runs of fewer do not count; 2 gives the bursts alone
    Returns times in s and cells, by cell and time.
    """
    order = np.lexsort((time, cell))
    time, cell = np.asarray(time)[order], np.asarray(cell)[order]
    first = np.ones(time.size, bool)
    first[1:] = (np.diff(cell) != 0) | (np.diff(time) >= gap - ROUNDING)
    starts = np.flatnonzero(first)
    starts = starts[np.diff(np.append(starts, time.size)) >= min_spikes]
    return time[starts], cell[starts]


def score(
    inferred: pd.DataFrame,
    rates: np.ndarray,
    time: np.ndarray,
    cell: np.ndarray,
    rate: float = RATE,
    tolerance: float = TOLERANCE,
    spikes: tuple[np.ndarray, np.ndarray] | None = None,
) -> pd.DataFrame:
    """Score of the inference, one row per cell.

    inferred : table of `imaging.events.find_events`
    rates : (cells, frames), inferred, in Hz
    time, cell : times (s from the first frame) and cells of the true events
    rate : frames per s
    tolerance : largest distance of an inferred from a true event, in s; pairs one to one (`imaging.matching`)
    spikes : times and cells of what makes the true rate, when that is not the true events (spikes in bursts)
    Returns ``true`` and ``inferred`` (numbers of events), ``detected`` (fraction of the true events that are found),
    ``false_per_minute`` (inferred events without a true one), both again by chance (``..._by_chance``: inferred events
    shifted in a circle by half the recording), ``correlation`` of the inferred with the true rate, smoothed alike.
    NaN where there is nothing to score.
    """
    cells, frames = np.shape(rates)
    seconds = frames / rate
    true_rates = true_rate(*((time, cell) if spikes is None else spikes), cells, frames, rate)
    rows = []
    for n in range(cells):
        true, found = np.sort(time[cell == n]), np.sort(inferred["time"].to_numpy()[inferred["cell"] == n])
        row = {"cell": n, "true": true.size, "inferred": found.size}
        for suffix, times in (("", found), ("_by_chance", np.sort((found + seconds / 2) % seconds))):
            hits = match(times, true, tolerance)[0].size
            row[f"detected{suffix}"] = hits / true.size if true.size else np.nan
            row[f"false_per_minute{suffix}"] = (found.size - hits) / (seconds / 60)
        known = np.isfinite(rates[n])
        one, two = rates[n][known], true_rates[n][known]
        varies = one.size > 1 and np.ptp(one) > 0 and np.ptp(two) > 0
        row["correlation"] = np.corrcoef(one, two)[0, 1] if varies else np.nan
        rows.append(row)
    return pd.DataFrame(rows)


def true_rate(time: np.ndarray, cell: np.ndarray, cells: int, frames: int, rate: float = RATE) -> np.ndarray:
    """True events as a rate in Hz, smoothed as the inferred; (cells, frames). An event shows in the frame after it."""
    counts = np.zeros((cells, frames), np.float32)
    frame = np.ceil(np.asarray(time) * rate).astype(int)
    inside = frame < frames
    np.add.at(counts, (np.asarray(cell)[inside], frame[inside]), 1)
    return smoothed(counts, rate)


def score_run(
    data: xr.Dataset, mouse: int, session: int, truth: str, inferred: pd.DataFrame, rates: np.ndarray
) -> pd.DataFrame:
    """`score` of one mouse (position) and session (day) of a run.

    truth : true events to compare with: ``events`` of the soma (spikes and bursts) or ``bursts`` alone, the
        true rate being that of the spikes; or ``plateaus`` of the dendrite
    Raises ValueError for another truth, IndexError for a mouse or session that is not there.
    """
    if truth == "plateaus":
        return score(inferred, rates, *events(data, mouse, session, "plateau"))
    if truth not in ("events", "bursts"):
        raise ValueError(f"truth {truth!r}: there are events, bursts and plateaus")
    spikes = events(data, mouse, session, "spike")
    true = somatic_events(*spikes, min_spikes=2 if truth == "bursts" else 1)
    return score(inferred, rates, *true, spikes=spikes)
