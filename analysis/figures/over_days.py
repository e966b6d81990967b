"""Figures of a run over days, and all figures of a run as files. Axes after Francioni et al. 2026."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from apical.analysis.figures.example_minute import example_minute
from apical.analysis.figures.style import (
    PROBE,
    ROLE_COLOURS,
    SINGLE_MOUSE,
    STYLE,
    day_axis,
    heading,
    over_days,
    styled,
)
from apical.analysis.statistics.learning import (
    ROLES,
    has_probes,
    hit_rate,
    rates_by_role,
    relative_to_day_1,
    rewards_per_minute,
)
from apical.networks.files import cannot_write, written_whole
from apical.networks.training.store import open_run


@styled
def learning_curves(data: xr.Dataset) -> Figure:
    """Hit rate and rewards per minute over days: each mouse, and mean ± s.e.m.

    data : dataset of `apical.open_run`
    """
    figure = Figure(figsize=(6.3, 2.9), layout="constrained")
    figure.suptitle(heading(data))
    hits, rewards = figure.subplots(1, 2)
    for axes, values in ((hits, hit_rate(data)), (rewards, rewards_per_minute(data))):
        day = values.session.values
        for n, of_mouse in enumerate(values.transpose("mouse", "session").values):
            label = "single mice" if n == 0 else None
            axes.plot(day, of_mouse, color=SINGLE_MOUSE, linewidth=0.7, marker=".", markersize=2, label=label)
        over_days(axes, values, "black", "mean ± s.e.m.", zorder=3)
        day_axis(axes, data)
    if has_probes(data):
        probes = hit_rate(data, probe=True)
        over_days(hits, probes, PROBE, "open-loop probes", linestyle="--", markerfacecolor="white")
    hits.axhline(0.5, color="black", linewidth=0.8, linestyle=":", label="chance")
    hits.set(ylabel="hit rate (fraction of trials)", ylim=(0, 1.02))
    rewards.set_ylabel("rewards (1/min)")
    rewards.set_ylim(0, max(1.05 * float(rewards_per_minute(data).max()), 1))
    figure.legend(*hits.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


@styled
def activity_by_role(data: xr.Dataset) -> Figure:
    """Event rate relative to day 1, and rate of apical plateaus, over days by role; mean ± s.e.m. over mice.

    data : dataset of `apical.open_run`
    """
    figure = Figure(figsize=(6.3, 2.9), layout="constrained")
    figure.suptitle(heading(data))
    somatic, apical = figure.subplots(1, 2)
    relative, plateaus = relative_to_day_1(rates_by_role(data, "event")), rates_by_role(data, "plateau")
    for axes, rates in ((somatic, relative), (apical, plateaus)):
        for role in reversed(_roles(data)):
            cells = int((data.role == role).sum())
            over_days(axes, rates.sel(role=role), ROLE_COLOURS[role], f"{role} ({cells} cells per mouse)")
        day_axis(axes, data)
    somatic.axhline(1, color="black", linewidth=0.8, linestyle=":")
    somatic.set_ylabel("somatic events (relative to day 1)")
    apical.set_ylabel("apical plateau rate (Hz)")
    # From zero, and never so close that a few stray plateaus look like structure.
    apical.set_ylim(0, max(1.1 * float(plateaus.max()), 0.1))
    handles, labels = somatic.get_legend_handles_labels()
    figure.legend(handles[::-1], labels[::-1], loc="outside lower center", ncols=3)
    return figure


@styled
def weights(data: xr.Dataset) -> Figure:
    """Feed-forward weights: distribution after the first and the last day, mean over days by role and pool.

    The first half of a cell's inputs is the task pool, the rest the rest pool. Mean ± s.e.m. over mice.
    data : dataset of `apical.open_run`
    """
    figure = Figure(figsize=(6.3, 3.1), layout="constrained")
    figure.suptitle(heading(data))
    distribution, mean = figure.subplots(1, 2)

    days = data.session.values
    ends = {0: "0.6", len(days) - 1: "black"}
    flat = {n: data.weight.isel(session=n).values.ravel() for n in ends}
    bins = np.linspace(0, max(w.max() for w in flat.values()) * 1.02, 61)
    for n, values in flat.items():
        share = np.full(values.size, 100 / values.size)
        distribution.hist(values, bins, weights=share, histtype="step", color=ends[n], label=f"end of day {days[n]}")
    distribution.set(xlabel="feed-forward weight (pA)", ylabel="synapses (% per bin)", xlim=(0, bins[-1]))
    distribution.set_ylim(0, 1.3 * distribution.dataLim.ymax)
    distribution.legend(loc="upper left", handlelength=1.2)

    pools: dict[str, tuple[Any, str]] = {"task pool": ("-", "o"), "rest pool": ("--", "s")}
    by_pool = _mean_weights(data)
    for pool, (line, marker) in pools.items():
        for role in reversed(_roles(data)):
            values = by_pool.sel(role=role, pool=pool)
            over_days(mean, values, ROLE_COLOURS[role], "", linestyle=line, marker=marker, markerfacecolor="white")
    mean.set_ylabel("mean weight, end of day (pA)")
    day_axis(mean, data)
    handles = [Line2D([], [], color=ROLE_COLOURS[role], linewidth=1.8, label=role) for role in _roles(data)]
    handles += [
        Line2D([], [], color="black", linestyle=line, marker=marker, markersize=3.5, mfc="white", label=pool)
        for pool, (line, marker) in pools.items()
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=5)
    return figure


def _roles(data: xr.Dataset) -> list[str]:
    """Roles that have cells: a network of BCI cells alone has no P0."""
    return [role for role in ROLES if (data.role == role).any()]


def _mean_weights(data: xr.Dataset) -> xr.DataArray:
    """Mean weight in pA, (pool, role, session, mouse); one session in memory at a time."""
    half = data.sizes["input"] // 2
    halves = {"task pool": slice(0, half), "rest pool": slice(half, None)}
    role = data.role.values
    roles = _roles(data)
    means = np.empty((len(halves), len(roles), data.sizes["session"], data.sizes["mouse"]))
    for session in range(data.sizes["session"]):
        weight = data.weight.isel(session=session).transpose("mouse", "cell", "input").values
        for p, inputs in enumerate(halves.values()):
            for r, name in enumerate(roles):
                means[p, r, session] = weight[:, role == name, inputs].mean((1, 2))
    coordinates = {"pool": list(halves), "role": roles, "session": data.session.values}
    return xr.DataArray(means, coordinates, ("pool", "role", "session", "mouse"))


FIGURES = {
    "learning_curves": learning_curves,
    "activity_by_role": activity_by_role,
    "example_minute": example_minute,
    "weights": weights,
}


def save_figures(run: str | Path) -> Path:
    """Draw the figures of a run into its folder ``figures``, as PNG (150 dpi) and SVG; returns that folder.

    Raises UserError when the run is unfinished or damaged, or its folder cannot be written to.
    """
    data = open_run(run)
    return save(Path(run), {name: partial(draw, data) for name, draw in FIGURES.items()})


def save(run: Path, figures: Mapping[str, Callable[[], Figure]]) -> Path:
    """Draw figures by name into the folder ``figures`` of a run, one after the other; returns that folder.

    Raises UserError when the folder cannot be written to.
    """
    folder = run / "figures"
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from None
    for name, draw in figures.items():
        figure = draw()
        for kind, metadata in (("png", {}), ("svg", {"Date": None})):
            with written_whole(folder / f"{name}.{kind}") as unfinished, mpl.rc_context(STYLE):  # type: ignore[arg-type]
                figure.savefig(unfinished, format=kind, dpi=150, metadata=metadata)
        figure.clear()
    return folder
