"""One minute of the closed loop of one mouse: spikes, plateaus, displayed angle, readout and trials."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from apical.analysis.figures.style import HIT, LIGHT, MISS, PROBE, ROLE_COLOURS, heading, styled
from apical.networks.training.cohort import ROLES
from apical.networks.training.protocols import RATE
from apical.networks.training.store import events

MINUTE = 60.0  # s
LEAD = 2.0  # s shown before the first trial
P0_SHOWN = 10
HEADROOM = 1.12  # of an axis, for the marks of outcomes


@styled
def example_minute(data: xr.Dataset, mouse: int = 0, session: int | None = None, start: float | None = None) -> Figure:
    """Spikes of P+, P- and ten P0 cells with apical plateaus, angle and readout over one minute.

    data : dataset of `apical.open_run`
    mouse : position in the cohort
    session : day of training; the last when None
    start : seconds from the start of the closed loop; when None, the first minute with a hit and a miss,
        else with a hit
    Raises ValueError when there is no such mouse, session or time.
    """
    session = data.sizes["session"] if session is None else session
    seconds = data.sizes["frame"] / RATE
    if not 0 <= mouse < data.sizes["mouse"]:
        raise ValueError(f"mouse {mouse}: the run has {data.sizes['mouse']}, the first is 0")
    if not 1 <= session <= data.sizes["session"]:
        raise ValueError(f"session {session}: the run has {data.sizes['session']}, the first is 1")
    if start is not None and not 0 <= start < seconds:
        raise ValueError(f"start {start} s: the closed loop lasts {seconds:.0f} s")

    day = data.isel(mouse=mouse).sel(session=session)
    trials = np.stack([day[f"trial_{n}"].values for n in ("start", "end", "hit", "probe")], axis=1)
    trials = trials[np.isfinite(trials[:, 0])]
    start = _first_minute(trials, seconds) if start is None else start
    stop = min(start + MINUTE, seconds)

    lit = bool((day.light > 0).any())
    figure = Figure(figsize=(7.0, 5.4), layout="constrained")
    figure.suptitle(f"{heading(data)}: mouse {int(day.mouse)}, day {session}")
    heights = [0.12] * lit + [4, 1, 1.3]
    *bar, raster, angle, readout = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    for axes in bar:
        _light(axes, day)
    _raster(raster, data, mouse, session, start, stop)
    _angle(angle, day)
    _readout(readout, day)
    _trials(raster, (angle, readout), trials, start, stop)
    readout.set(xlim=(start, stop), xlabel="time in the closed loop (s)")
    figure.align_ylabels()
    handles = _legend(trials, lit)
    columns = len(handles) if len(handles) <= 6 else 4
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, columnspacing=1.5)
    return figure


def _first_minute(trials: np.ndarray, seconds: float) -> float:
    """Start of the first minute, led by a trial, that holds a hit and a miss; else a hit; else 0."""
    starts = np.clip(trials[:, 0] - LEAD, 0, max(seconds - MINUTE, 0))
    with_hit = []
    for start in starts:
        outcomes = trials[(trials[:, 1] >= start) & (trials[:, 1] < start + MINUTE), 2]
        if 0 < outcomes.sum() < outcomes.size:
            return float(start)
        if outcomes.sum() > 0:
            with_hit.append(float(start))
    return with_hit[0] if with_hit else 0.0


def _light(axes: Axes, day: xr.Dataset) -> None:
    axes.axis("off")
    axes.fill_between(day.time, (day.light > 0).astype(float), step="post", color=LIGHT, linewidth=0)
    axes.set_ylim(0, 1)


def _raster(axes: Axes, data: xr.Dataset, mouse: int, session: int, start: float, stop: float) -> None:
    role = data.role.values
    of_role = {name: np.flatnonzero(role == name) for name in ROLES}
    p0 = of_role["P0"]
    of_role["P0"] = p0[np.linspace(0, p0.size - 1, min(P0_SHOWN, p0.size)).astype(int)]
    row = np.full(role.size, np.nan)  # rows from the top, P+ first
    row[np.concatenate(list(of_role.values()))] = np.arange(sum(map(len, of_role.values())))

    for kind in ("spike", "plateau"):
        time, cell = events(data, mouse, session, kind)
        shown = (time >= start) & (time < stop) & np.isfinite(row[cell])
        time, cell = time[shown], cell[shown]
        if kind == "plateau":
            axes.plot(time, row[cell], linestyle="none", marker="o", ms=1.9, mfc="black", mec="none", zorder=3)
            continue
        for name in ROLES:
            own = role[cell] == name
            # One broken line: a tick per spike.
            x = np.repeat(time[own], 3)
            y = np.add.outer(row[cell[own]], (-0.4, 0.4, np.nan)).ravel()
            axes.plot(x, y, color=ROLE_COLOURS[name], linewidth=0.5)
    centres = {name: row[cells].mean() for name, cells in of_role.items() if cells.size}
    axes.set_yticks(list(centres.values()), list(centres))
    for label, name in zip(axes.get_yticklabels(), centres, strict=True):
        label.set_color(ROLE_COLOURS[name])
    axes.tick_params(axis="y", length=0)
    axes.set(ylabel="cell (by role)", ylim=(np.nanmax(row) + 0.7, -0.7))


def _angle(axes: Axes, day: xr.Dataset) -> None:
    axes.plot(day.time, day.angle, drawstyle="steps-post", color="black", linewidth=1)
    axes.set(ylabel="angle (°)", yticks=(0, 45, 90), ylim=(-5, 90 * HEADROOM + 14))


def _readout(axes: Axes, day: xr.Dataset) -> None:
    threshold = float(day.threshold)
    axes.plot(day.time, day.x, color="black", linewidth=0.8)
    axes.axhline(threshold, color=HIT, linestyle="--", linewidth=1)
    axes.set_ylabel("readout x (ΔF/F)")


def _trials(raster: Axes, panels: tuple[Axes, ...], trials: np.ndarray, start: float, stop: float) -> None:
    for begin, end, hit, probe in trials[(trials[:, 1] > start) & (trials[:, 0] < stop)]:
        colour = HIT if hit else MISS
        for axes in (raster, *panels):
            axes.axvspan(begin, end, color=colour, alpha=0.13, linewidth=0, zorder=0)
        if end < stop:
            marker = "*" if hit else "x"
            panels[0].plot(end, 90 * HEADROOM + 4, marker, color=colour, markersize=6, clip_on=False)
        if probe:
            raster.plot((max(begin, start), min(end, stop)), (-0.7, -0.7), color=PROBE, linewidth=4)


def _legend(trials: np.ndarray, lit: bool) -> list:
    mark = lambda marker, colour, size, label: Line2D(  # noqa: E731
        [], [], linestyle="none", marker=marker, color=colour, markersize=size, label=label
    )
    handles = [
        mark("|", "0.3", 7, "somatic spike"),
        mark("o", "black", 2.5, "apical plateau"),
        mark("*", HIT, 6, "hit"),
        mark("x", MISS, 5, "miss"),
        Patch(color=MISS, alpha=0.2, linewidth=0, label="trial, by outcome"),
        Line2D([], [], color=HIT, linestyle="--", linewidth=1, label="threshold"),
    ]
    if lit:
        handles.append(Patch(color=LIGHT, label="light"))
    if (trials[:, 3] == 1).any():
        handles.append(Line2D([], [], color=PROBE, linewidth=4, label="probe"))
    return handles
