"""Maps of a sweep: a measure over a grid of two parameters, and the points that learn in the plane of two."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from apical.analysis.figures.style import first_column, styled
from apical.analysis.sweep.look import (
    COLOURS,
    axis_label,
    draw_on,
    heading,
    is_log,
    measure_label,
    panels_of,
    words_of,
)
from apical.analysis.sweep.measured import CLEAR_GAIN, ENOUGH_MICE, axes_of, gain, late, learns, unstack_grid

MOST_NUMBERS = 64
SCATTER = 0.02  # of the length of an axis


@styled
def heat_maps(data: xr.Dataset, measure: str) -> Figure:
    """A measure, late in training, over a grid of two parameters: one map per condition, on one scale.

    data : dataset of `apical.open_sweep`
    measure : see `analysis.sweep.measured.measured`
    """
    across, up = axes_of(data)
    values = unstack_grid(late(data, measure)).mean("replicate").transpose("condition", up, across)
    conditions, (height, width) = data.condition.values.tolist(), values.shape[1:]
    low, high = float(values.min()), float(values.max())
    figure, panels = panels_of(len(conditions), max(2.3, 0.42 * width), max(1.9, 0.32 * height), sharey=True)
    for axes, condition, own in zip(panels, conditions, values.to_numpy(), strict=True):
        image = axes.imshow(own, origin="lower", aspect="auto", vmin=low, vmax=high, cmap="viridis")
        axes.set_facecolor("0.85")
        for (row, column), value in np.ndenumerate(own):
            if np.isnan(value) or own.size <= MOST_NUMBERS:
                text = "–" if np.isnan(value) else f"{value:.2g}"
                colour = "white" if value < (low + high) / 2 else "black"
                axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=7)
        axes.set(title=words_of(condition), xlabel=axis_label(data, across))
        names = [f"{value:g}" for value in values[across].values]
        axes.set_xticks(range(width), names, rotation=45 if width > 6 else 0)
        axes.set_yticks(range(height), [f"{value:g}" for value in values[up].values])
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        if first_column(axes):
            axes.set_ylabel(axis_label(data, up))
    figure.colorbar(image, ax=panels, label=measure_label(data, measure)).outline.set_visible(False)
    figure.suptitle(heading(data, "mean over mice" + "; grey: all failed, or no value" * bool(values.isnull().any())))
    return figure


def learning_points(data: xr.Dataset) -> xr.DataArray:
    """Points that learn (`analysis.sweep.measured.learns`), (condition, point): 1 yes, 0 no, NaN where all failed."""
    gains = gain(data).transpose("condition", "point", "replicate")
    found = np.array([[learns(mice) for mice in points] for points in gains.values], dtype=float)
    return gains.isel(replicate=0, drop=True).copy(data=found)


@styled
def where_learning_holds(data: xr.Dataset, learning: xr.DataArray, plane: tuple[str, str], why: str) -> Figure:
    """Points that learn against those that do not, in the plane of two parameters, with the share that learns.

    learning : result of `learning_points`
    plane : names of the two parameters; why : reason for their choice
    """
    conditions = data.condition.values.tolist()
    figure, panels = panels_of(len(conditions), 2.6, 2.4, sharey=True)
    places = np.stack([data[name].values for name in plane])
    again = np.unique(places, axis=1).shape[1] < places.shape[1]
    x, y = (_scattered(places[n], is_log(data, name), n) for n, name in enumerate(plane)) if again else places
    looks: dict[str, dict[str, Any]] = {
        "learns": {"marker": "o"},
        "does not learn": {"marker": "o", "markerfacecolor": "none"},
    }
    looks |= {"all mice failed": {"marker": "x"}} if learning.isnull().any() else {}
    for axes, condition, own in zip(panels, conditions, learning.values, strict=True):
        kinds = (own == 1, own == 0, np.isnan(own))
        for which, look in zip(kinds, looks.values(), strict=False):
            axes.plot(x[which], y[which], linestyle="none", color=COLOURS[condition], markersize=4, **look)
        share = f"{np.sum(own == 1)} of {own.size} points learn ({100 * np.mean(own == 1):.0f} %)"
        axes.set_title(f"{words_of(condition)}:\n{share}")
        draw_on(axes, data, plane[0])
        draw_on(axes, data, plane[1], vertical=True)
        axes.yaxis.label.set_visible(first_column(axes))
    for name, look in looks.items():
        panels[0].plot([], [], linestyle="none", color="0.3", markersize=4, label=name, **look)
    figure.legend(loc="outside lower center", ncols=3)
    scattered = "; points are slightly scattered" if again else ""
    figure.suptitle(heading(data, *_rule(data.sizes["replicate"]), f"plane: {why}{scattered}"))
    return figure


def _rule(mice: int) -> tuple[str, ...]:
    """Rule by which `analysis.sweep.measured.learns` judges so many mice."""
    if mice == 1:
        return (f"learns: gain in hit rate above {CLEAR_GAIN:g} (one mouse, no interval)",)
    also = f"and, as {mice} mice are few, mean gain above {CLEAR_GAIN:g}"
    return "learns: 95 % interval of the gain in hit rate over mice above 0", *([also] if mice < ENOUGH_MICE else [])


def _scattered(values: np.ndarray, log: bool, seed: int) -> np.ndarray:
    """Values a little beside their places, so that points at one place are seen."""
    places = np.log(values) if log else values
    beside = places + SCATTER * np.ptp(places) * np.random.default_rng(seed).uniform(-1, 1, places.size)
    return np.exp(beside) if log else beside
