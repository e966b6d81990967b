"""The apical plateau: how long it lasts, and that it is all or none."""

import numpy as np
from matplotlib.figure import Figure

from apical.analysis.figures.style import styled
from apical.analysis.physiology.bac import SOMA, START, epsc
from apical.analysis.physiology.measures import first_true, has_plateau, longest_above
from apical.analysis.physiology.rows import Row
from apical.analysis.physiology.traces import draw_traces, published_band
from apical.models.cells import Cell
from apical.networks.experiments.current_clamp import experiment

LARKUM = "Larkum 2013; Hay et al. 2011 (37 ± 1 ms)"
PEAKS = np.arange(0.05, 3.501, 0.05)


@styled
def rows_and_figure(cell: Cell) -> tuple[list[Row], Figure]:
    stimuli = [epsc(peak, START) for peak in PEAKS] + [SOMA | epsc(peak) for peak in PEAKS]
    recording = experiment(cell, stimuli, START + 150)
    width, paired = longest_above(recording, cell).reshape(2, -1)
    fired = has_plateau(recording, cell)[: len(PEAKS)]
    threshold = first_true(PEAKS, fired)
    at = int(np.argmax(fired)) if fired.any() else len(PEAKS) - 1
    stronger = min(int(np.argmin(np.abs(PEAKS - 1.5 * PEAKS[at]))), len(PEAKS) - 1)
    weaker = int(np.argmin(np.abs(PEAKS - 0.75 * PEAKS[at])))
    full = width[stronger]
    graded = PEAKS[width >= 0.8 * full][0] - PEAKS[width < 0.2 * full][-1] if fired.any() else np.nan
    row = lambda *fields: Row("plateau", *fields, LARKUM)  # type: ignore[call-arg]  # noqa: E731
    rows = [
        row("width, BAC firing with 0.75 x threshold alone", float(paired[weaker]), "ms", 25, 50),
        row("width, distal alone, 1.5 x threshold", float(full), "ms", 25, 50),
        row("currents with 20-80 % of the width / threshold", float(graded / threshold), "", 0, 0.1),
    ]
    figure = Figure(figsize=(6.3, 5), layout="constrained")
    figure.suptitle(f"apical plateau, {cell.name}")
    upper, lower = figure.subfigures(2, 1)  # type: ignore[misc]
    shown = {f"{PEAKS[n]:.2f} nA": n for n in sorted({max(at - 1, 0), at, stronger})}
    shown["BAC firing"] = len(PEAKS) + weaker
    draw_traces(upper, recording, shown, START - 10, START + 90)
    axes = lower.subplots()
    axes.plot(PEAKS, width, "o-", color="black", markersize=3, label="EPSC alone")
    published_band(axes, 25, 50)
    if np.isfinite(threshold):
        axes.axvline(threshold, color="0.5", linestyle="--", linewidth=0.8, label="threshold")
    axes.set(xlabel="peak of the EPSC (nA)", ylabel=f"time above plateau level, {cell.apical} (ms)")
    axes.legend()
    return rows, figure
