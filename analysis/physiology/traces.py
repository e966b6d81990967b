"""Voltages as a physiologist looks at them: all compartments on one time axis, scale bars, the stimulus below."""

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from apical.networks.experiments.current_clamp import Recording

COLOURS = {
    "soma": "black",
    "basal": "0.6",
    "trunk": "#0072B2",
    "apical": "#D55E00",
    "nexus": "#D55E00",
    "tuft": "#E69F00",
}
SITE_COLOURS = {"soma": "black", "apical": "#D55E00"}
PUBLISHED = "#009E73"


def draw_traces(
    figure: Figure | SubFigure, recording: Recording, cells: dict[str, int], start: float, stop: float
) -> None:
    """Panels side by side: potentials and injected currents of `cells` (title to index) from `start` to `stop` ms."""
    panels = figure.subplots(2, len(cells), sharex=True, sharey="row", height_ratios=(4, 1), squeeze=False)
    shown = (recording.time >= start) & (recording.time < stop)
    time = recording.time[shown] - start
    for (upper, lower), (title, n) in zip(panels.T, cells.items(), strict=True):
        upper.set_title(title)
        for name, voltage in recording.voltage.items():
            upper.plot(time, voltage[n, shown], color=COLOURS.get(name, "#E69F00"), linewidth=1, label=name)
        for site, current in recording.current.items():
            lower.plot(time, current[n, shown], color=SITE_COLOURS[site], linewidth=1)
        for axes in (upper, lower):
            axes.set_axis_off()
    (upper, lower) = panels[:, -1]
    width = _round((stop - start) / 5)
    low, high = upper.get_ylim()
    tall = _round(min((high - low) / 4, 20))
    scale_bar(upper, width, tall, f"{width:g} ms", f"{tall:g} mV")
    currents = [c[n, shown] for c in recording.current.values() for n in cells.values()]
    height = _round(max(max(c.max() - min(c.min(), 0) for c in currents), 0.01) / 2)
    scale_bar(lower, 0, height, "", f"{height:g} nA")
    upper.legend(loc="upper left", bbox_to_anchor=(1.02, 1), handlelength=1, borderaxespad=0)


def scale_bar(axes: Axes, width: float, height: float, width_text: str, height_text: str) -> None:
    """An L of `width` and `height` in data units to the right of what is drawn."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    x, y = right + 0.04 * (right - left), low + 0.1 * (high - low)
    axes.plot([x, x], [y, y + height], color="black", linewidth=1.5, clip_on=False)
    axes.text(x + 0.02 * (right - left), y + height / 2, height_text, va="center", clip_on=False)
    if width:
        axes.plot([x, x + width], [y, y], color="black", linewidth=1.5, clip_on=False)
        axes.text(x + width / 2, y - 0.03 * (high - low), width_text, ha="center", va="top", clip_on=False)
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)


def published_band(axes: Axes, low: float, high: float, label: str = "published") -> None:
    """A published range of the quantity on the vertical axis."""
    axes.axhspan(low, high, color=PUBLISHED, alpha=0.15, linewidth=0, zorder=0, label=label)


def _round(value: float) -> float:
    """The largest of 1, 2, 5 times a power of ten up to `value`."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(k * power for k in (1, 2, 5) if k * power <= 1.0001 * value)
