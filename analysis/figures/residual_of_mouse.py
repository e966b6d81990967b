"""The somato-dendritic residual of a mouse in one figure, in the layout of Fig. 2 of Francioni et al. 2026."""

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from apical.analysis.figures.style import heading, styled
from apical.analysis.imaging.fluorescence import delta_f_over_f
from apical.analysis.imaging.residual import coincident_events, compartment_events, lines, residuals
from apical.analysis.statistics.residual_tests import latency_difference
from apical.networks.training.protocols import RATE

SOMA, APICAL = "black", "#CC79A7"
AMPLIFIED, ATTENUATED = "#D55E00", "#0072B2"
SECONDS = 60.0  # shown of the traces
FRAME_BINS = 7.5  # frames on either side: the window of coincidence


@styled
def residual_figure(data: xr.Dataset, mouse: int = 0, session: int | None = None, cell: int | None = None) -> Figure:
    """Traces with inferred events, magnitudes with the line, distribution of residuals, latencies.

    Traces and magnitudes are of one neuron, residuals and latencies of all neurons of the mouse and session.
    data : dataset of `apical.open_run`, recorded with imaging
    mouse : position in the cohort
    session : day of training; the last when None
    cell : the neuron; when None, that with the median number of coincident events
    Raises ValueError when the run has no imaging, there is no such mouse, session or cell, or no neuron has enough
    coincident events for a line.
    """
    session = int(data.session[-1]) if session is None else session
    events = {part: compartment_events(data, mouse, session, part)[0] for part in ("soma", "apical")}
    pairs = coincident_events(events["soma"], events["apical"])
    line, table = lines(pairs), residuals(pairs)
    fitted = line.dropna().sort_values("n", kind="stable")
    if cell is not None and not 0 <= cell < data.sizes["cell"]:
        raise ValueError(f"cell {cell}: a mouse has {data.sizes['cell']}, the first is 0")
    if fitted.empty or (cell is not None and cell not in fitted.index):
        raise ValueError(
            f"{'no neuron has' if cell is None else f'cell {cell} has not'} enough coincident events for a line"
        )
    cell = int(fitted.index[len(fitted) // 2]) if cell is None else cell

    figure = Figure(figsize=(7.0, 4.8), layout="constrained")
    role = str(data.role.values[cell])
    figure.suptitle(f"{heading(data)}: mouse {int(data.mouse[mouse])}, day {session}; cell {cell} ({role})")
    panels = figure.subplot_mosaic([["traces"] * 3, ["magnitudes", "residuals", "latencies"]], height_ratios=(1, 1.15))
    _traces(panels["traces"], data.isel(mouse=mouse).sel(session=session), events, table, cell)
    _magnitudes(panels["magnitudes"], table[table["cell"] == cell], line.loc[cell])
    _residuals(panels["residuals"], table.dropna(subset="residual"))
    _latencies(panels["latencies"], table.dropna(subset="residual"))
    return figure


def _traces(axes: Axes, day: xr.Dataset, events: dict[str, pd.DataFrame], table: pd.DataFrame, cell: int) -> None:
    own = table.loc[table["cell"] == cell, "time_soma"].to_numpy()
    time = day.time.values
    # The minute with most coincident events.
    counts = [np.sum((own >= t) & (own < t + SECONDS)) for t in own]
    start = min(own[np.argmax(counts)] - 1, max(time[-1] - SECONDS, 0))
    shown = (time >= start) & (time < start + SECONDS)
    dff = {part: delta_f_over_f(day[f"fluorescence_{part}"].isel(cell=cell).values) for part in ("soma", "apical")}
    step = 1.15 * max(np.ptp(values[shown]) for values in dff.values())
    labels = {"soma": ("soma", SOMA, step), "apical": ("apical dendrite", APICAL, 0.0)}
    for part, (_, colour, offset) in labels.items():
        axes.plot(time[shown], dff[part][shown] + offset, color=colour, linewidth=0.7)
        peaks = events[part].loc[events[part]["cell"] == cell, "time"].to_numpy()
        coincident = np.isin(peaks, table.loc[table["cell"] == cell, f"time_{part}"])
        top = offset + dff[part][shown].max() + 0.04 * step
        for own, face in ((coincident, colour), (~coincident, "white")):
            times = peaks[own & (peaks >= start) & (peaks < start + SECONDS)]
            axes.plot(times, np.full(times.size, top), "v", color=colour, mfc=face, ms=3.5, mew=0.7)
    axes.set_yticks((0, 1, step, step + 1), ("0", "1", "0", "1"))
    axes.set(xlabel="time in the closed loop (s)", ylabel="ΔF/F (1)", xlim=(start, start + SECONDS))
    handles = [Line2D([], [], color=colour, label=label) for label, colour, _ in labels.values()]
    for label, face in (("inferred event, coincident", "0.4"), ("alone", "white")):
        handles.append(Line2D([], [], linestyle="none", marker="v", color="0.4", mfc=face, ms=3.5, label=label))
    axes.get_figure(root=True).legend(  # type: ignore[union-attr]
        handles=handles, loc="outside lower center", ncols=4
    )


def _magnitudes(axes: Axes, own: pd.DataFrame, line: pd.Series) -> None:
    for colour, label, rows in _signs(own):
        axes.plot(rows["magnitude_soma"], rows["magnitude_apical"], "o", ms=2.5, mec="none", mfc=colour, label=label)
    ends = np.array([0, own["magnitude_soma"].max()])
    axes.plot(ends, line["intercept"] + line["slope"] * ends, color="black", label="line")
    axes.set(xlabel="somatic magnitude (spikes)", ylabel="dendritic magnitude (spikes)")
    axes.set_ylim(0, 1.45 * own["magnitude_apical"].max())
    axes.set_title(f"cell {own['cell'].iloc[0]}\nn = {len(own)} coincident events")
    axes.legend(loc="upper left", handletextpad=0.3, handlelength=1.0, borderaxespad=0.1, labelspacing=0.2)


def _residuals(axes: Axes, table: pd.DataFrame) -> None:
    bins = np.arange(-4, 4.01, 0.25)
    outside = np.mean(np.abs(table["residual"]) > 4)
    for colour, _, rows in _signs(table):
        axes.hist(rows["residual"], bins.tolist(), color=colour, weights=np.full(len(rows), 100 / max(len(table), 1)))
    axes.set(xlabel="SD residual (z)", ylabel="events (% per bin)", xlim=(-4, 4))
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_title(f"n = {len(table)} events, {table['cell'].nunique()} neurons\n({outside:.1%} beyond ±4)")


def _latencies(axes: Axes, table: pd.DataFrame) -> None:
    bins = np.arange(-FRAME_BINS, FRAME_BINS + 1) / RATE * 1e3  # one per frame, centred on it
    for colour, label, rows in _signs(table):
        axes.hist(
            rows["latency"] * 1e3,
            bins.tolist(),
            color=colour,
            weights=np.full(len(rows), 100 / max(len(rows), 1)),
            histtype="step",
            label=f"{label}, n = {len(rows)}",
        )
    test = latency_difference(table)
    p = f"p = {test['p']:.2g}" if np.isfinite(test["p"]) else "p not defined"
    axes.set_title(f"difference {1e3 * test['difference']:+.1f} ms, {p}\nn = {test['neurons']} neurons")
    axes.set(xlabel="dendritic − somatic peak (ms)", ylabel="events (% per frame)", xlim=(bins[0], bins[-1]))
    axes.set(yscale="log", ylim=(0.005, 5e4), yticks=(0.01, 0.1, 1, 10, 100))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    axes.legend(loc="upper left", handlelength=1.0, borderaxespad=0.1, labelspacing=0.2)


def _signs(table: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    return [
        (AMPLIFIED, "amplified", table[table["residual"] > 0]),
        (ATTENUATED, "attenuated", table[table["residual"] < 0]),
    ]
