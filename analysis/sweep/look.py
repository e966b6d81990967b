"""The look that figures of a sweep share: labels of parameters and measures, logarithmic axes, colours, bands."""

import math
import textwrap
from collections.abc import Iterable
from itertools import cycle

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from apical.analysis.statistics.bootstrap import interval
from apical.analysis.statistics.learning import late_sessions
from apical.analysis.sweep.measured import ENOUGH_MICE, design_of, failures
from apical.networks.sweep.design import STRUCTURAL
from apical.networks.training.conditions import CONDITIONS

#: Told apart with any colour vision (after Okabe & Ito 2008), in the order of `CONDITIONS`.
_COLOURS = ("#0072B2", "#882255", "#E69F00", "#D55E00", "0.45", "#CC79A7", "#009E73", "#56B4E9", "black")
_MARKERS = ("o", "P", "D", "s", "X", "v", "<", ">", "*")


class _Looks(dict):
    """A look for each condition that comes with apical; others take those that follow, as they come."""

    def __init__(self, looks: Iterable[str]):
        self._next = cycle(looks)
        super().__init__(zip(CONDITIONS, self._next, strict=False))

    def __missing__(self, condition: str) -> str:
        self[condition] = next(self._next)
        return self[condition]


COLOURS, MARKERS = _Looks(_COLOURS), _Looks(_MARKERS)

FRACTIONS = {
    "hit_rate": "fraction of trials",
    "probe_hit_rate": "fraction of probes",
    "burst_fraction": "fraction of events",
}
NAMES = {"bci_cells": "BCI neurons", "cells": "neurons", "rewards_per_min": "rewards"}

WIDTH = 28  # characters of a label
LINE = 70  # of a heading
COLUMNS = 3
NARROWEST = 4.6  # inches
NO_BREAK = "\u00a0"
MOST_TICKS = 10
DECADES = 2
EVEN = 1.3  # ratios this close count as equal: 1, 2, 5, 10


def axis_label(data: xr.Dataset, name: str) -> str:
    """Name, meaning and unit of a swept parameter, in lines that fit a panel."""
    if name in STRUCTURAL:
        return short_label(data, name)
    return _in_lines(f"{name}: {data[name].attrs['long_name']}", data[name].attrs["units"])


def short_label(data: xr.Dataset, name: str) -> str:
    """Name and unit of a swept parameter."""
    return f"{NAMES.get(name, name)} ({'number' if name in STRUCTURAL else data[name].attrs['units']})"


def measure_label(data: xr.Dataset, measure: str, days: bool = True) -> str:
    """Name, role, late days and unit of a measure, in lines that fit a panel."""
    name, _, role = measure.partition(":")
    words = NAMES.get(name, name.replace("_", " "))
    if "role" in data[name].dims:
        words += f" of {role or 'P+ and P-'}"
    if days:
        late = data.session.values[late_sessions(data.sizes["session"])]
        words += f", days {late[0]}-{late[-1]}" if late.size > 1 else f", day {late[0]}"
    return _in_lines(words, FRACTIONS.get(name, data[name].attrs["units"]))


def _in_lines(words: str, unit: str) -> str:
    return textwrap.fill(f"{words} ({unit.replace(' ', NO_BREAK)})", WIDTH)


def heading(data: xr.Dataset, *notes: str) -> str:
    """Number of points and mice, of those that failed, and notes: each on lines of its own."""
    replicates, failed = data.sizes["replicate"], sum(failures(data).values())
    mice = "1 mouse" if replicates == 1 else f"{replicates} mice"
    lines = [f"{data.sizes['point']} points, {mice} per point and condition"]
    if failed:
        lines.append(f"{failed} of {data.failure.size} mice failed and are left out")
    return "\n".join([*lines, *(textwrap.fill(note, LINE) for note in notes)])


def about_bands(data: xr.Dataset) -> str:
    """Meaning of the bands of `bands`."""
    replicates = data.sizes["replicate"]
    if replicates == 1:
        return "mean over one mouse per point, no interval"
    narrow = f"; too narrow for {replicates} mice" if replicates < ENOUGH_MICE else ""
    return f"mean, band: 95 % interval over mice (bootstrap{narrow})"


def words_of(condition: str) -> str:
    return str(condition).replace("_", " ")


def is_log(data: xr.Dataset, name: str) -> bool:
    """Tell whether an axis is drawn logarithmically: it was swept so, or spans two decades by equal ratios."""
    axis = design_of(data)["axes"][name]
    if not isinstance(axis, list):
        return axis["log"]
    values = np.unique(data[name].values)
    if values.size < 3 or values[0] <= 0 or values[-1] / values[0] < 10**DECADES:
        return False
    ratios = values[1:] / values[:-1]
    return bool(ratios.max() / ratios.min() < EVEN)


def draw_on(axes: Axes, data: xr.Dataset, name: str, vertical: bool = False) -> None:
    """Make a parameter the horizontal or vertical axis: label, scale, and few values as ticks."""
    axis, values, log = axes.yaxis if vertical else axes.xaxis, np.unique(data[name].values), is_log(data, name)
    axis.set_label_text(axis_label(data, name))
    if log:
        (axes.set_yscale if vertical else axes.set_xscale)("log")
        wide = values[-1] / values[0] > 10**DECADES
        axis.set_major_locator(LogLocator(subs=(1,) if wide else (1, 2, 5)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())
    places = np.log(values) if log else values
    if values.size > 1 and np.diff(places).min() >= np.ptp(places) / MOST_TICKS:
        axis.set_ticks(values, [f"{value:g}" for value in values])
        axis.set_ticks([], minor=True)


def panels_of(count: int, width: float, height: float, **options) -> tuple[Figure, list[Axes]]:
    """A figure of `count` panels of a width and height in inches, in rows of at most three."""
    columns = min(count, COLUMNS)
    rows = math.ceil(count / columns)
    size = max(0.6 + width * columns, NARROWEST), 1.2 + height * rows
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False, **options).ravel()
    for axes in panels[count:]:
        axes.set_axis_off()
    return figure, panels[:count].tolist()


def bands(groups: Iterable[np.ndarray]) -> np.ndarray:
    """Mean over the mice of each group with its 95 % interval, (mean, low and high, group).

    groups : arrays of any shape, NaN left out. NaN limits of fewer than two mice.
    """
    return np.array([interval(group) for group in groups]).T


def draw_band(axes: Axes, x: np.ndarray, band: np.ndarray, condition: str) -> None:
    """Mean as a curve with markers, interval as a band; band : a band of `bands`."""
    mean, low, high = band
    colour = COLOURS[condition]
    axes.plot(x, mean, color=colour, marker=MARKERS[condition], markersize=3.5, label=words_of(condition))
    axes.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
