"""Measurements of a sweep: a grid as dimensions, late sessions, sessions to criterion, gain, and which points learn."""

import difflib
import json

import numpy as np
import xarray as xr

from apical.analysis.statistics.bootstrap import finite, interval
from apical.analysis.statistics.learning import late_sessions
from apical.networks.errors import UserError
from apical.networks.sweep.measures import MEASURES
from apical.networks.sweep.sampling import split
from apical.networks.training.cohort import ROLES

CRITERION = 0.7  # hit rate
ROUNDING = 1e-9
#: Fewest mice whose interval is nearly as wide as it should be; of fewer, the mean gain must also be this large.
ENOUGH_MICE, CLEAR_GAIN = 4, 0.1


def design_of(data: xr.Dataset) -> dict:
    """The design of a sweep as its file says it: ``design``, ``axes``, ``replicates``, ..."""
    return json.loads(data.attrs["design"])


def axes_of(data: xr.Dataset) -> list[str]:
    """Names of the swept parameters, in the order of the sweep file."""
    return list(design_of(data)["axes"])


def unit_interval(data: xr.Dataset) -> np.ndarray:
    """Places of the points of a drawn design between the bounds of each axis, (point, axis) from 0 to 1.

    Axes that were drawn by equal ratios are taken in their logarithm. Raises ValueError for a list of values.
    """
    columns = []
    for name, axis in design_of(data)["axes"].items():
        if isinstance(axis, list):
            raise ValueError(f"{name} is a list of values; only low and high bound an axis")
        scale = np.log if axis["log"] else np.asarray
        low, high = (scale(split(axis[end])[0]) for end in ("low", "high"))
        columns.append((scale(data[name].values) - low) / (high - low))
    return np.clip(np.stack(columns, axis=1), 0, 1)  # values are rounded to six digits


def unstack_grid(data: xr.Dataset | xr.DataArray) -> xr.Dataset | xr.DataArray:
    """The points of a grid as dimensions: one for each swept parameter, with its values as index, in place of `point`.

    Raises ValueError when the points are not each combination of the values, once.
    """
    names = [name for name, values in data.coords.items() if values.dims == ("point",)]
    points = {tuple(row) for row in zip(*(data[name].values for name in names), strict=True)}
    sizes = {name: np.unique(data[name].values).size for name in names}
    full = int(np.prod(list(sizes.values())))
    if not names or len(points) < full or data.sizes["point"] > full:
        values = " x ".join(f"{size} of {name}" for name, size in sizes.items())
        raise ValueError(f"no full grid: {data.sizes['point']} points, {len(points)} of them different, for {values}")
    grid = data.set_index(point=names).unstack("point")
    for name in names:
        grid[name].attrs = data[name].attrs
    return grid


def failures(data: xr.Dataset) -> dict[str, int]:
    """Number of mice that failed, by reason."""
    reasons = [reason for reason in data.failure.values.ravel().tolist() if reason]
    return {reason: reasons.count(reason) for reason in dict.fromkeys(reasons)}


def measured(data: xr.Dataset, measure: str) -> xr.DataArray:
    """A measure of each mouse and session; all sessions of a failed mouse are NaN.

    measure : a name of `MEASURES`; of those by role (event_rate, weight, ...) the mean over P+ and P-, or of one role
        as in ``event_rate:P+``
    Raises UserError for an unknown name, with the nearest one.
    """
    known = measures()
    if measure not in known:
        lower = {name.lower(): name for name in known}
        near = difflib.get_close_matches(measure.lower(), lower, n=1)
        hint = f"did you mean {lower[near[0]]}? " if near else ""
        plain = [name for name in known if ":" not in name]
        raise UserError(f"unknown measure {measure!r}; {hint}known: {', '.join(plain)}")
    name, _, role = measure.partition(":")
    values = data[name]
    if "role" in values.dims:
        values = values.sel(role=role) if role else values.sel(role=["P+", "P-"]).mean("role")
    return values.where(data.failure == "").assign_attrs(data[name].attrs)


def measures() -> list[str]:
    """Names that `measured` knows."""
    names = [name for name in MEASURES if name != "spike_hash"]
    return names + [f"{name}:{role}" for name in names if "role" in MEASURES[name][0] for role in ROLES]


def learning_measure(data: xr.Dataset) -> str:
    """The measure that shows learning: the hit rate of open-loop probes where there were any, else of the trials.

    A teaching current fires the cells that it teaches, so it moves the cursor before anything is learned; probes do
    without it.
    """
    return "probe_hit_rate" if data.probe_hit_rate.notnull().any() else "hit_rate"


def late(data: xr.Dataset, measure: str) -> xr.DataArray:
    """Mean of a measure over the `late_sessions` of `statistics.learning`: one value per mouse; NaN of failed mice.

    Sessions without a value (the latency when there was no hit) are left out of the mean.
    """
    values = measured(data, measure)
    days = late_sessions(values.sizes["session"])
    return values.isel(session=days).mean("session").assign_attrs(values.attrs)


def gain(data: xr.Dataset) -> xr.DataArray:
    """Late hit rate minus that of the first session, per mouse; NaN of failed mice and of a single session.

    Of the probes where there are any, see `learning_measure`.
    """
    hit_rate = measured(data, learning_measure(data))
    if hit_rate.sizes["session"] < 2:
        return hit_rate.isel(session=0, drop=True) * np.nan
    return late(data, learning_measure(data)) - hit_rate.isel(session=0, drop=True)


def learns(gains: np.ndarray) -> bool | None:
    """Tell whether mice of one point and condition learn; None when there is no value.

    gains : (mice,) of `gain`
    Yes when the 95 % interval of the mean over mice lies above 0. Fewer than `ENOUGH_MICE` mice give too narrow an
    interval, one gives none: then the mean must (also) exceed `CLEAR_GAIN`.
    """
    values = finite(gains)
    if not values.size:
        return None
    mean, low, _ = interval(values)
    above = low > 0 or values.size == 1
    return bool(above and (values.size >= ENOUGH_MICE or mean > CLEAR_GAIN))


def sessions_to_criterion(hit_rate: xr.DataArray, criterion: float = CRITERION) -> tuple[xr.DataArray, xr.DataArray]:
    """First session from which a mouse is at the criterion, and whether it never was: (sessions, censored).

    hit_rate : (..., session) of `measured`
    A session counts when the mean of its hit rate and that of the next is at or above `criterion`. The last session
    has no next and cannot count: a mouse that never reaches the criterion, censored, has the number of sessions, which
    is the least it may need. sessions : (...), from 1; NaN of a mouse without any hit rate (failed); censored : bool
    Chance counts too: of mice at a hit rate of 0.5, 22 % get to 0.7 within 14 sessions of 15 trials, 9 % with 20 trials
    and 0.3 % with 40; at a criterion of 0.8 it is 0.9 % with 15.
    """
    rates = hit_rate.transpose(..., "session")
    values = rates.values
    reached = (values[..., :-1] + values[..., 1:]) / 2 >= criterion - ROUNDING
    ever = reached.any(-1)
    there = np.isfinite(values).any(-1)
    first = np.where(ever, 1 + reached.argmax(-1) if reached.shape[-1] else 1, rates.sizes["session"])
    like = rates.isel(session=0, drop=True)
    sessions = like.copy(data=np.where(there, first, np.nan))
    sessions.attrs = {"units": "1", "long_name": f"sessions to a hit rate of {criterion:g}"}
    return sessions, like.copy(data=there & ~ever)
