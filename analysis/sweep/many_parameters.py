"""Figures of sweeps of many parameters: parallel coordinates, each parameter by itself, sensitivity indices."""

import numpy as np
import xarray as xr
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from statsmodels.nonparametric.smoothers_lowess import lowess

from apical.analysis.figures.style import first_column, styled
from apical.analysis.sweep.look import (
    COLOURS,
    MARKERS,
    NARROWEST,
    draw_on,
    heading,
    is_log,
    measure_label,
    panels_of,
    short_label,
    words_of,
)
from apical.analysis.sweep.measured import axes_of, late
from apical.analysis.sweep.sensitivity import FIRST, TOTAL, Indices

SPAN = 2 / 3  # of the points, of each local line of the trend
FEWEST_FOR_TREND = 10


@styled
def parallel_coordinates(data: xr.Dataset, measure: str) -> Figure:
    """Each point as a line through its parameters, coloured by a measure, which is the last axis; one row a condition.

    data : dataset of `apical.open_sweep`
    measure : see `analysis.sweep.measured.measured`; mean over mice, late in training
    """
    names, conditions = axes_of(data), data.condition.values.tolist()
    values = late(data, measure).mean("replicate")
    low, high = float(values.min()), float(values.max())
    figure = Figure(figsize=(1.8 + 1.15 * (len(names) + 1), 0.9 + 2.1 * len(conditions)), layout="constrained")
    panels = figure.subplots(len(conditions), 1, squeeze=False).ravel()
    ends = [(data[name].values.min(), data[name].values.max()) for name in names] + [(low, high)]
    logs = [is_log(data, name) for name in names] + [False]
    labels = [short_label(data, name).replace(" (", "\n(") for name in names]
    labels = [f"{label}, log" if log else label for label, log in zip(labels, logs, strict=False)]
    labels.append(measure_label(data, measure, days=False).replace(" (", "\n("))
    for axes, condition in zip(panels, conditions, strict=True):
        own = values.sel(condition=condition).values
        columns = [data[name].values for name in names] + [own]
        heights = np.column_stack([_height(*c) for c in zip(columns, ends, logs, strict=True)])
        order = np.argsort(own)[: np.isfinite(own).sum()]  # the highest on top, NaN not at all
        lines = [np.column_stack([np.arange(len(columns)), height]) for height in heights[order]]
        drawn = LineCollection(lines, array=own[order], cmap="viridis", linewidth=0.8, alpha=0.8, clim=(low, high))
        axes.add_collection(drawn)
        axes.vlines(range(len(columns)), 0, 1, color="black", linewidth=0.8)
        for place, (first, last) in enumerate(ends):
            axes.text(place, -0.03, f"{first:.3g}", ha="center", va="top", fontsize=7)
            axes.text(place, 1.03, f"{last:.3g}", ha="center", va="bottom", fontsize=7)
        axes.set(xlim=(-0.3, len(names) + 0.3), ylim=(-0.14, 1.14), yticks=[], ylabel=words_of(condition))
        axes.set_xticks(range(len(columns)), labels)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    figure.colorbar(drawn, ax=panels, label=measure_label(data, measure)).outline.set_visible(False)
    missing = int(values.isnull().sum())
    figure.suptitle(heading(data, "lines: points, mean over mice" + f"; {missing} without a value" * bool(missing)))
    return figure


def _height(values: np.ndarray, ends: tuple[float, float], log: bool) -> np.ndarray:
    """Values between 0 (the lower end) and 1 (the upper end)."""
    values, (low, high) = (np.log(values), np.log(ends)) if log else (values, ends)
    return (values - low) / (high - low) if high > low else np.full(values.shape, 0.5)


@styled
def by_parameter(data: xr.Dataset, measure: str) -> Figure:
    """A measure, late in training, of each point against each parameter, with a local trend (LOWESS) by condition.

    data : dataset of `apical.open_sweep`
    measure : see `analysis.sweep.measured.measured`; mean over mice
    """
    names = axes_of(data)
    values = late(data, measure).mean("replicate").transpose("condition", "point")
    figure, panels = panels_of(len(names), 2.3, 2.0, sharey=True)
    for axes, name in zip(panels, names, strict=True):
        x, log = data[name].values, is_log(data, name)
        for condition, y in zip(data.condition.values.tolist(), values.values, strict=True):
            look = {"color": COLOURS[condition], "marker": MARKERS[condition]}
            axes.plot(x, y, linestyle="none", markersize=3, alpha=0.5, markeredgewidth=0, **look)
            axes.plot([], [], markersize=4, label=words_of(condition), **look)
            if np.isfinite(y).sum() >= FEWEST_FOR_TREND:
                at, trend = lowess(y, np.log(x) if log else x, frac=SPAN).T
                axes.plot(np.exp(at) if log else at, trend, color=COLOURS[condition], linewidth=1.8)
        draw_on(axes, data, name)
        if first_column(axes):
            axes.set_ylabel(measure_label(data, measure))
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    figure.suptitle(heading(data, "markers: points, mean over mice; lines: trend over points (LOWESS)"))
    return figure


@styled
def indices_figure(data: xr.Dataset, measure: str, indices: dict[str, Indices]) -> Figure:
    """Sensitivity indices of each parameter with their 95 % intervals, by condition.

    indices : result of `analysis.sweep.sensitivity.sensitivity` by condition; without a table the legend says why
    """
    names, tables = axes_of(data), [found.table for found in indices.values()]
    kinds = [kind for kind in (FIRST, TOTAL) if any((table["index"] == kind).any() for table in tables)]
    size = max(1.0 + 2.9 * len(kinds), NARROWEST), 1.7 + (0.2 + 0.16 * len(names)) * len(indices)
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(1, len(kinds), sharey=True, squeeze=False).ravel()
    for axes, kind in zip(panels, kinds, strict=True):
        for n, (condition, found) in enumerate(indices.items()):
            table = found.table[found.table["index"] == kind].set_index("axis").reindex(names)
            place = np.arange(len(names)) + 0.7 * ((n + 0.5) / len(indices) - 0.5)
            reach = np.nan_to_num([table["value"] - table["low"], table["high"] - table["value"]])
            look = {"fmt": MARKERS[condition], "color": COLOURS[condition], "markersize": 4, "capsize": 2}
            axes.errorbar(table["value"], place, xerr=reach, label=_label(condition, found), **look)
        axes.axvline(0, color="0.8", linewidth=0.8, zorder=0)
        axes.set(xlabel=f"{kind} index (share of variance)", ylim=(len(names) - 0.5, -0.5))
        axes.set_yticks(range(len(names)), names)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center")
    bars = "bars: 95 % interval (bootstrap)" if any(table["low"].notna().any() for table in tables) else "no interval"
    of = measure_label(data, measure).replace("\n", " ")
    method = next(found.method for found in indices.values() if not found.table.empty)
    figure.suptitle(heading(data, f"variance of {of}", method, bars))
    return figure


def _label(condition: str, found: Indices) -> str:
    missing = f", {found.left_out} left out" if found.left_out else ""
    return f"{words_of(condition)} ({found.points} points{missing})" + f": {found.reason}" * bool(found.reason)
