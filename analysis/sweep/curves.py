"""Curves of a sweep: hit rate over days, and a measure along one axis."""

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from apical.analysis.figures.style import day_axis, first_column, styled
from apical.analysis.sweep.look import (
    COLOURS,
    about_bands,
    bands,
    draw_band,
    draw_on,
    heading,
    measure_label,
    panels_of,
    short_label,
    words_of,
)
from apical.analysis.sweep.measured import axes_of, late, measured

MOST_LINES = 12


@styled
def learning_curves(data: xr.Dataset) -> Figure:
    """Hit rate over days: the mean over points by condition, and then of each condition its points.

    data : dataset of `apical.open_sweep`
    Points are one line for each value of the first axis, or one each where it has more than `MOST_LINES` values.
    """
    conditions, axis = data.condition.values.tolist(), axes_of(data)[0]
    values = np.unique(data[axis].values)
    few = values.size <= MOST_LINES
    hit_rate = measured(data, "hit_rate").transpose("condition", "session", "point", "replicate")
    figure, panels = panels_of(len(conditions) + 1, 2.3, 2.2, sharey=True)
    panels[0].set_title("all points")
    for condition, own in zip(conditions, hit_rate.mean("point"), strict=True):
        draw_band(panels[0], data.session.values, bands(own.values), condition)
    for axes, condition, own in zip(panels[1:], conditions, hit_rate.mean("replicate"), strict=True):
        axes.set_title(words_of(condition))
        if few:
            colours = mpl.colormaps["viridis"](np.linspace(0, 0.92, values.size))
            for value, colour in zip(values, colours, strict=True):
                line = own.isel(point=data[axis].values == value).mean("point")
                axes.plot(data.session, line, color=colour, label=f"{value:g}")
        else:
            axes.plot(data.session, own, color="0.7", linewidth=0.5)
            axes.plot(data.session, own.mean("point"), color=COLOURS[condition], linewidth=1.8)
    for axes in panels:
        _chance(axes)
        day_axis(axes, data)
        axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
        axes.set_ylim(0, 1.02)
        if first_column(axes):
            axes.set_ylabel("hit rate (fraction of trials)")
    panels[0].legend(loc="lower right", labelspacing=0.2, borderpad=0)
    if few:
        handles = panels[1].get_legend_handles_labels()
        title = f"{short_label(data, axis)}, mean over mice"
        figure.legend(handles[0][:-1], handles[1][:-1], loc="outside lower center", ncols=6, title=title)
    notes = [] if few else ["grey: points, mean over mice"]
    figure.suptitle(heading(data, about_bands(data), *notes))
    return figure


@styled
def curves(data: xr.Dataset, measure: str) -> Figure:
    """A measure, late in training, along the first axis, by condition.

    data : dataset of `apical.open_sweep`; points that share the value of the first axis are taken together
    measure : see `analysis.sweep.measured.measured`
    """
    axis, *together = axes_of(data)
    x = np.unique(data[axis].values)
    figure, (axes,) = panels_of(1, 4.0, 2.7)
    for own in late(data, measure).transpose("condition", "point", "replicate"):
        band = bands(own.values[data[axis].values == value] for value in x)
        draw_band(axes, x, band, own.condition.item())
    draw_on(axes, data, axis)
    axes.set_ylabel(measure_label(data, measure))
    if measure == "hit_rate":
        _chance(axes)
    figure.legend(loc="outside lower center", ncols=4)
    notes = [f"changes along with {axis}: {', '.join(together)}"] if together else []
    figure.suptitle(heading(data, about_bands(data), *notes))
    return figure


def _chance(axes: Axes) -> None:
    axes.axhline(0.5, color="black", linewidth=0.8, linestyle=":", label="chance", zorder=0)
