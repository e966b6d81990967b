"""Sessions to criterion over a sweep of the number of BCI neurons: scaling exponents by condition, and their figure."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from apical.analysis.figures.style import styled
from apical.analysis.statistics.power_law import Exponent, scaling_exponent
from apical.analysis.sweep.look import COLOURS, MARKERS, heading, panels_of, words_of
from apical.analysis.sweep.measured import CRITERION, learning_measure, measured, sessions_to_criterion

SPREAD = 0.05  # of the mice of a size and condition, in log units
TICKS = (1, 2, 3, 5, 7, 10, 14, 20, 30, 50, 100, 200)  # sessions


def sizes_and_sessions(data: xr.Dataset, condition: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number of BCI neurons, sessions to criterion and whether that is censored of each mouse of a condition, (mice,).

    data : dataset of `apical.open_sweep`, with the axis ``bci_cells``; sessions are NaN of failed mice
    """
    hit_rate = (
        measured(data, learning_measure(data)).sel(condition=condition).transpose("point", "replicate", "session")
    )
    sessions, censored = sessions_to_criterion(hit_rate)
    size = np.repeat(data.bci_cells.values, data.sizes["replicate"])
    return size, sessions.values.ravel(), censored.values.ravel()


def scaling_exponents(data: xr.Dataset) -> dict[str, Exponent]:
    """Exponent of the sessions to criterion against the number of BCI neurons, by condition.

    data : dataset of `apical.open_sweep`, with the axis ``bci_cells``; points of one size are taken together
    """
    return {name: scaling_exponent(*sizes_and_sessions(data, name)) for name in data.condition.values.tolist()}


@styled
def sessions_against_size(data: xr.Dataset, exponents: dict[str, Exponent]) -> Figure:
    """Sessions to criterion of each mouse against the number of BCI neurons, with the fitted power law by condition.

    data : dataset as for `scaling_exponents`; exponents : result of that function
    """
    figure, (axes,) = panels_of(1, 4.6, 3.4)
    sizes, last = np.unique(data.bci_cells.values), data.sizes["session"]
    for n, (condition, exponent) in enumerate(exponents.items()):
        size, sessions, censored = sizes_and_sessions(data, condition)
        generator = np.random.default_rng(n)
        beside = (2 * n + 1 - len(exponents)) * SPREAD + SPREAD * generator.uniform(-0.8, 0.8, size.size)
        x, y = size * np.exp(beside), sessions * np.exp(SPREAD * generator.uniform(-0.5, 0.5, size.size))
        look = {"color": COLOURS[condition], "markersize": 3.5, "alpha": 0.7, "linestyle": "none"}
        axes.plot(x[~censored], y[~censored], marker=MARKERS[condition], **look)
        axes.plot(x[censored], y[censored], marker="^", markerfacecolor="none", **look)
        label = f"{words_of(condition)}: {exponent_text(exponent, int(np.sum(sessions[~censored] == 1)))}"
        line = {"color": COLOURS[condition], "marker": MARKERS[condition], "markersize": 3.5, "linewidth": 1.8}
        axes.plot(sizes, exponent.at(sizes), color=COLOURS[condition], linewidth=1.8)
        axes.plot([], [], label=label, **line)
    axes.plot([], [], "^", color="0.3", markerfacecolor="none", markersize=3.5, label="not reached: censored")
    axes.set(xscale="log", yscale="log", ylim=(0.85, 1.4 * last))
    axes.set_xlim(sizes[0] / np.exp(0.5), sizes[-1] * np.exp(0.5))
    axes.set_xticks(sizes, [f"{size:g}" for size in sizes])
    ticks = [day for day in TICKS if day < 0.8 * last] + [last]
    axes.set_yticks(ticks, [str(day) for day in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())
    where = " in probes" if learning_measure(data) == "probe_hit_rate" else ""
    axes.set(xlabel="BCI neurons (number)", ylabel=f"sessions to a hit rate of {CRITERION:g}{where} (number)")
    title = "exponent [95 % interval, bootstrap over mice]"
    figure.legend(loc="outside lower center", title=title)
    figure.suptitle(heading(data, "points are mice, slightly scattered; lines: fitted medians"))
    return figure


def exponent_text(exponent: Exponent, at_once: int) -> str:
    """Exponent, interval and numbers in a line.

    at_once : mice at the criterion in the first session: they may have needed less, which flattens the law
    """
    n = f"n = {exponent.mice}: {exponent.censored} censored, {at_once} in session 1"
    if exponent.reason:
        value = "no exponent" if np.isnan(exponent.value) else f"{exponent.value:.2f}"
        return f"{value}, {exponent.reason} ({n})"
    low, high = (f"{limit:.2f}".replace("inf", "∞").replace("-", "−") for limit in (exponent.low, exponent.high))
    return f"{exponent.value:.2f} [{low}, {high}] ({n})".replace("-", "−")
