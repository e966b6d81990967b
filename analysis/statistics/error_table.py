"""Residuals while the error falls and while it rises: the signed error table of Francioni et al. 2026.

Task time is cut into windows of 2 s. In a window of rising angle the error, the distance to the target, decreases.
"""

import numpy as np
import pandas as pd
import xarray as xr
from scipy.optimize import linear_sum_assignment

from apical.analysis.statistics.outcome import trial_frame
from apical.networks.training.cohort import ROLES
from apical.networks.training.protocols import RATE

WINDOW = 2.0  # s
LEAST_WINDOW = 1.0  # s; what is left at the end of a trial counts from here, our choice
DECREASES, INCREASES = "decreases", "increases"
CALIPER = 0.1  # of the s.d. of log somatic magnitude: how far matched events may differ, our choice


def angle_windows(angle: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> pd.DataFrame:
    """Windows of 2 s from the start of each trial on, in one session of one mouse.

    angle : (frames,) in degrees, NaN outside trials
    starts, ends : (trials,) in s from the first frame; the frame of the end counts when it shows the target (hit)
    Returns start, stop (s) and slope, the mean derivative of the angle (degrees/s).
    """
    length, least = round(WINDOW * RATE), round(LEAST_WINDOW * RATE)
    rows = []
    for first, last in zip(np.round(starts * RATE).astype(int), np.round(ends * RATE).astype(int), strict=True):
        last = min(last, angle.size - 1)
        last -= int(not np.isfinite(angle[last]))
        for begin in range(first, last - least + 1, length):
            stop = min(begin + length, last)
            slope = (angle[stop] - angle[begin]) / ((stop - begin) / RATE)
            rows.append((begin / RATE, stop / RATE, slope))
    return pd.DataFrame(rows, columns=["start", "stop", "slope"], dtype=float)


def error_windows(data: xr.Dataset, probe: bool = False) -> pd.DataFrame:
    """`angle_windows` of all mice and sessions: mouse, session, start, stop, slope.

    data : dataset of `apical.open_run`; probe : take the open-loop probes instead of the closed-loop trials
    """
    windows = []
    for (mouse, session), trials in trial_frame(data, probe).groupby(["mouse", "session"]):
        angle = data.angle.sel(mouse=mouse, session=session).values
        own = angle_windows(angle, trials.start.to_numpy(), trials.end.to_numpy())
        windows.append(own.assign(mouse=mouse, session=session))
    columns = ["mouse", "session", "start", "stop", "slope"]
    return pd.concat(windows, ignore_index=True)[columns] if windows else pd.DataFrame(columns=columns, dtype=float)


def with_error(residuals: pd.DataFrame, windows: pd.DataFrame) -> pd.DataFrame:
    """Events in windows of falling or rising error, with the column error ('decreases' or 'increases').

    residuals : coincident events: mouse, session, time_soma (s), residual, ...
    windows : table of `error_windows`; those without a mean derivative have no class
    """
    classed = []
    by_day = {day: own.sort_values("start") for day, own in windows.groupby(["mouse", "session"])}
    for day, events in residuals.dropna(subset=["residual"]).groupby(["mouse", "session"]):
        if day not in by_day:
            continue
        start, stop, slope = by_day[day][["start", "stop", "slope"]].to_numpy().T
        n = np.searchsorted(start, events.time_soma, side="right") - 1
        inside = (n >= 0) & (events.time_soma < stop[n]) & (slope[n] != 0)
        error = np.where(slope[n] > 0, DECREASES, INCREASES)
        classed.append(events.assign(error=error)[inside])
    empty = residuals.iloc[:0].assign(error=pd.Series(dtype=object))
    return pd.concat(classed, ignore_index=True) if classed else empty


def per_neuron(events: pd.DataFrame) -> pd.DataFrame:
    """Mean residual of each neuron and class: mouse, cell, role, error, residual, n (events). Of `with_error`."""
    groups = events.groupby(["mouse", "cell", "role", "error"], as_index=False)
    return groups.agg(residual=("residual", "mean"), n=("residual", "size"))


def error_table(neurons: pd.DataFrame) -> pd.DataFrame:
    """The published table: role, error, mean and sem over neurons, n (neurons). Of `per_neuron`."""
    table = neurons.groupby(["role", "error"]).residual.agg(["mean", "sem", "size"])
    index = pd.MultiIndex.from_product([ROLES, (DECREASES, INCREASES)], names=["role", "error"])
    table = table.rename(columns={"size": "n"}).reindex(index)
    return table.assign(n=table.n.fillna(0).astype(int)).reset_index()


def per_mouse(neurons: pd.DataFrame) -> pd.DataFrame:
    """Residual(error decreases) minus residual(error increases), mean over the neurons of a mouse, a row per mouse.

    neurons : table of `per_neuron`; those with both classes count
    Returns mouse, P+, P-, P0, and difference = P+ minus P-, positive for a signal signed by causal role.
    """
    both = neurons.pivot_table(index=["mouse", "cell", "role"], columns="error", values="residual", observed=True)
    both = both.reindex(columns=[DECREASES, INCREASES])
    change = (both[DECREASES] - both[INCREASES]).dropna()
    table = change.groupby(["mouse", "role"]).mean().unstack("role").reindex(columns=list(ROLES))
    return table.assign(difference=table["P+"] - table["P-"]).rename_axis(columns=None).reset_index()


def match_somatic(events: pd.DataFrame) -> pd.DataFrame:
    """Events paired between the two classes of error by somatic magnitude, neuron by neuron.

    Of each neuron the pairs, one event of either class, are those that minimize the summed distance of log
    magnitude; pairs further apart than a tenth of its standard deviation are dropped, so that the classes agree
    in somatic magnitude within that tenth, and what remains of a contrast is dendritic.
    events : table of `with_error`, with magnitude_soma > 0; those without a class are left out
    """
    events = events[events.error.notna()].reset_index(drop=True)
    kept = [events.index[:0]]
    for _, own in events.groupby(["mouse", "cell"]):
        size = np.log(own.magnitude_soma.to_numpy(float))
        falls = own.error.to_numpy() == DECREASES
        if falls.all() or not falls.any():
            continue
        distance = np.abs(np.subtract.outer(size[falls], size[~falls]))
        limit = CALIPER * size.std()
        # Beyond the caliper all pairs cost the same, more than any within it, whose number is thereby largest.
        cost = np.where(distance <= limit, distance, (limit + 1) * size.size)
        pairs = [n[distance[pair] <= limit] for pair in [linear_sum_assignment(cost)] for n in pair]
        kept += [own.index[falls][pairs[0]], own.index[~falls][pairs[1]]]
    return events.loc[np.sort(np.concatenate(kept))]
