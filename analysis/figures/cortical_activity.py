"""Figures of the cortical network: raster by layer and cell type, rates beside published ones."""

from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from apical.analysis.figures.style import styled

#: Colours by the last word of a population's name (Okabe & Ito 2008, and black).
COLOURS = {
    "E": "#000000",
    "thick": "#D55E00",
    "thin": "#E69F00",
    "PV": "#0072B2",
    "SOM": "#009E73",
    "NGF": "#CC79A7",
    "canopy": "#56B4E9",
}
WINDOW = 0.5  # seconds of the raster
MOST_ROWS, FEWEST_ROWS = 160, 14


def _colour(population: str) -> str:
    return COLOURS[population.split()[-1]]


def _rows(size: int, largest: int) -> int:
    """Neurons of a population that are shown: fewer of a large one, but not as few as in proportion."""
    return min(size, max(FEWEST_ROWS, round(MOST_ROWS * (size / largest) ** 0.5)))


@styled
def raster(data: xr.Dataset, seconds: float) -> Figure:
    """Spikes of the last half second, a band for each population; plateaus of layer 5 as bars of 30 ms."""
    start = max(0.0, seconds - WINDOW)
    figure = Figure(figsize=(7.2, 6.4), layout="constrained")
    axes = figure.subplots()
    time, neuron = data.spike_time.values, data.spike_neuron.values
    late = time >= start
    time, neuron = 1e3 * (time[late] - start), neuron[late]
    plateau = data.plateau_time.values >= start
    when, who = 1e3 * (data.plateau_time.values[plateau] - start), data.plateau_neuron.values[plateau]
    top, ticks = 0, []
    sizes = data["size"].values
    for name, first, size in zip(data.population.values, data["first"].values, sizes, strict=True):
        shown = _rows(size, sizes.max())
        mine = (neuron >= first) & (neuron < first + shown)
        axes.plot(time[mine], top + neuron[mine] - first, "|", color=_colour(name), ms=1.6, mew=0.7)
        mine = (who >= first) & (who < first + shown)
        rows = top + who[mine] - first
        axes.hlines(rows, when[mine] - 15, when[mine] + 15, color="#F0E442", lw=2.2, zorder=0.5)
        ticks.append((top + shown / 2, f"{name} ({size:,})"))
        top += shown + 4
        axes.axhline(top - 2, color="0.85", lw=0.5)
    axes.plot([], [], color="#F0E442", lw=2.2, label="apical plateau")
    axes.set_ylim(top, -4)
    axes.set_xlim(0, 1e3 * min(WINDOW, seconds))
    axes.set_yticks(*zip(*ticks, strict=True))
    for label, name in zip(axes.get_yticklabels(), data.population.values, strict=True):
        label.set_color(_colour(name))
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"time from {start:.1f} s (ms)")
    axes.set_ylabel("population (neurons; the first of them are shown)")
    figure.legend(loc="outside upper right")
    return figure


@styled
def rates(populations: list[dict]) -> Figure:
    """Mean rate of each population beside the published range in vivo and the rate of the base."""
    figure = Figure(figsize=(7.2, 3.7), layout="constrained")
    axes = figure.subplots()
    x = np.arange(len(populations))
    low, high = (np.array([p[key] for p in populations]) for key in ("low", "high"))
    axes.bar(x, high - low, bottom=low, width=0.7, color="0.88", label="in vivo, awake (sources: run.json)")
    axes.plot(
        x,
        [p["aim"] for p in populations],
        "_",
        ms=14,
        mew=1.5,
        color="0.4",
        label="aimed at (from PD14; layer 1: 5 Hz)",
    )
    for n, p in enumerate(populations):
        axes.plot(n, max(p["rate"], 0.02), "o" if p["in_range"] else "X", ms=6, color=_colour(p["population"]))
    axes.plot([], [], "o", color="0", label="model, in range")
    axes.plot([], [], "X", color="0", label="model, out of range")
    axes.set_yscale("log")
    axes.set_xticks(x, [p["population"] for p in populations], rotation=45, ha="right")
    axes.set_ylabel("mean rate (Hz)")
    figure.legend(loc="outside upper center", ncols=2)
    return figure


def save_figures(run: Path, description: dict) -> None:
    """Write ``figures/raster`` and ``figures/rates``, png and svg, into the folder of a run."""
    data = xr.open_zarr(run / "cortex.zarr", consolidated=False)
    folder = run / "figures"
    folder.mkdir(exist_ok=True)
    drawn = {"raster": raster(data, description["config"]["seconds"]), "rates": rates(description["populations"])}
    for name, figure in drawn.items():
        for kind in ("png", "svg"):
            figure.savefig(folder / f"{name}.{kind}", dpi=200)
