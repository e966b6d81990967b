"""The look that all figures share; no setting outlives the drawing of a figure."""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

import matplotlib as mpl
import xarray as xr
from matplotlib.axes import Axes

from apical.analysis.statistics.learning import mean_and_sem

#: Colours that are told apart with any colour vision (Okabe & Ito 2008).
ROLE_COLOURS = {"P+": "#D55E00", "P-": "#0072B2", "P0": "0.5"}
HIT, MISS, PROBE, LIGHT = "#009E73", "0.45", "#CC79A7", "#E69F00"
SINGLE_MOUSE = "0.65"

MOST_TICKS = 14

STYLE: dict[str, Any] = {
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "figure.titlesize": 9,
    "legend.fontsize": 8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "lines.linewidth": 1.2,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "none",
    "svg.hashsalt": "apical",
}


def styled[T](draw: Callable[..., T]) -> Callable[..., T]:
    """Draw with the shared style, and leave the settings of the session as they were."""

    @wraps(draw)
    def with_style(*arguments, **options):
        with mpl.rc_context(STYLE):
            return draw(*arguments, **options)

    return with_style


def heading(data: xr.Dataset) -> str:
    """Condition and number of mice."""
    mice = data.sizes["mouse"]
    return f"{data.attrs['condition'].replace('_', ' ')}, {mice} {'mouse' if mice == 1 else 'mice'}"


def over_days(axes: Axes, values: xr.DataArray, colour: str, label: str, **line) -> None:
    """Mean ± s.e.m. over mice of `values` (mouse, session) against the day."""
    mean, sem = mean_and_sem(values)
    day = values.session.values
    line = {"marker": "o", "markersize": 3.5, "linewidth": 1.8, **line}
    axes.plot(day, mean, color=colour, label=label, **line)
    axes.fill_between(day, mean - sem, mean + sem, color=colour, alpha=0.15, linewidth=0, zorder=1)


def day_axis(axes: Axes, data: xr.Dataset, most: int = MOST_TICKS) -> None:
    """Label the horizontal axis with whole days, `most` of them at most."""
    axes.set_xlabel("training (day)")
    days = data.sizes["session"]
    axes.set_xlim(0.6, days + 0.4)
    axes.set_xticks(range(1, days + 1, math.ceil(days / most)))


def first_column(axes: Axes) -> bool:
    """True when axes stand in the first column of their figure."""
    place = axes.get_subplotspec()
    return place is not None and place.is_first_col()
