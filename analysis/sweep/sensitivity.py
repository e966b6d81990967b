"""Shares of the variance of a measure over a sweep that parameters explain: Sobol indices, as the design allows."""

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from apical.analysis.sweep.measured import axes_of, design_of, unit_interval, unstack_grid
from apical.networks.sweep.sampling import problem_of

FIRST, TOTAL = "first order", "total"

#: Harmonics of RBD-FAST: of 64 points, ten (the default of SALib) double the error of the index of a smooth response.
HARMONICS = 4
FEWEST_POINTS = 32
RESAMPLES = 500


@dataclass(frozen=True)
class Indices:
    """Sensitivity indices of one measure. method : how they were found; table : columns axis, index (`FIRST` or
    `TOTAL`), value, low, high (95 %, NaN where there is no interval); points : number used; left_out : number without
    a value, or paired with such a one; reason : why the table is empty, else empty."""

    method: str
    table: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["axis", "index", "value", "low", "high"]))
    points: int = 0
    left_out: int = 0
    reason: str = ""

    def importance(self) -> pd.Series:
        """The index that counts of each axis: total where it is known, else first order; empty without indices."""
        kind = TOTAL if (self.table["index"] == TOTAL).any() else FIRST
        return self.table[self.table["index"] == kind].set_index("axis")["value"].astype(float)


def sensitivity(data: xr.Dataset, output: xr.DataArray, seed: int = 0) -> Indices:
    """First-order (and total) Sobol indices of an output over a sweep.

    data : dataset of `apical.open_sweep`; its design decides
    output : (point,) mean over mice; NaN where all of them failed
    ``saltelli``: first-order and total indices by Saltelli's and Jansen's estimators; a block of D + 2 points that
    misses one is left out whole. ``random`` and ``sobol``: first-order indices by RBD-FAST with bias correction, from
    the points as they are, which take a tenth of a second and have an error of some 0.1 for 64 points (``delta`` of
    SALib is no more exact there, and takes seconds). Both by SALib with bootstrapped intervals; those of RBD-FAST come
    from half of the points each and are thus wide. ``grid``: the share of the
    variance over the grid that each axis' means have, exact, without interval. A ``list`` has none.
    What mice of one point differ by counts as variance too, as an interaction of all parameters. An index can come out
    below 0 or above 1 by its error. Without indices, `Indices.reason` says why.
    """
    design = design_of(data)["design"]
    y = output.transpose("point").values.astype(float)
    match design:
        case "saltelli":
            return _saltelli(axes_of(data), y, seed)
        case "random" | "sobol":
            return _given_data(axes_of(data), unit_interval(data), y, seed)
        case "grid":
            return _main_effects(axes_of(data), output)
    return Indices("none", reason="a list of points has no sensitivity indices")


def _saltelli(names: list[str], y: np.ndarray, seed: int) -> Indices:
    from SALib.analyze import sobol

    method = "Saltelli design; estimators of Saltelli 2010 and Jansen 1999"
    blocks = y.reshape(-1, len(names) + 2)
    whole = blocks[np.isfinite(blocks).all(1)]
    counts: dict[str, Any] = {"points": whole.size, "left_out": y.size - whole.size}
    if len(whole) < 2:
        return Indices(method, **counts, reason="fewer than two whole blocks of points have values")
    if np.ptp(whole) == 0:
        return Indices(method, **counts, reason="the measure is the same at all points")
    found = sobol.analyze(problem_of(names), whole.ravel(), calc_second_order=False, num_resamples=RESAMPLES, seed=seed)
    tables = [_table(names, FIRST, found["S1"], found["S1_conf"]), _table(names, TOTAL, found["ST"], found["ST_conf"])]
    return Indices(method, pd.concat(tables, ignore_index=True), **counts)


def _given_data(names: list[str], x: np.ndarray, y: np.ndarray, seed: int) -> Indices:
    from SALib.analyze import rbd_fast

    method = f"RBD-FAST, {HARMONICS} harmonics, bias-corrected"
    there = np.isfinite(y)
    counts: dict[str, Any] = {"points": int(there.sum()), "left_out": int((~there).sum())}
    if counts["points"] < FEWEST_POINTS:
        return Indices(method, **counts, reason=f"fewer than {FEWEST_POINTS} points have a value")
    if np.ptp(y[there]) == 0:
        return Indices(method, **counts, reason="the measure is the same at all points")
    found = rbd_fast.analyze(problem_of(names), x[there], y[there], M=HARMONICS, num_resamples=RESAMPLES, seed=seed)
    return Indices(method, _table(names, FIRST, found["S1"], found["S1_conf"]), **counts)


def _main_effects(names: list[str], output: xr.DataArray) -> Indices:
    method = "variance of the means along each axis over that of the grid"
    grid = unstack_grid(output)
    counts: dict[str, Any] = {"points": int(grid.count()), "left_out": int(grid.isnull().sum())}
    if not counts["points"] or not float(grid.var()) > 0:
        return Indices(method, **counts, reason="the measure is the same at all points, or nowhere")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a value at which all mice failed
        means = [grid.mean([other for other in names if other != name]) for name in names]
    shares = [float(mean.var() / grid.var()) for mean in means]
    return Indices(method, _table(names, FIRST, shares, np.full(len(names), np.nan)), **counts)


def _table(names: list[str], index: str, values, half_widths) -> pd.DataFrame:
    values, half = np.asarray(values, float), np.asarray(half_widths, float)
    return pd.DataFrame({"axis": names, "index": index, "value": values, "low": values - half, "high": values + half})
