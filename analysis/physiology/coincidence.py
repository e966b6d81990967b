"""The coincidence window: threshold of the apical EPSC against its delay from a somatic action potential."""

import numpy as np
from matplotlib.figure import Figure

from apical.analysis.figures.style import styled
from apical.analysis.physiology.bac import SOMA, START, epsc
from apical.analysis.physiology.measures import first_true, has_plateau
from apical.analysis.physiology.rows import Row
from apical.analysis.physiology.traces import PUBLISHED, draw_traces
from apical.models.cells import Cell
from apical.networks.experiments.current_clamp import experiment

LARKUM = "Larkum, Zhu, Sakmann 1999"
DELAYS = np.arange(-30, 30.1, 2)
PEAKS = np.arange(0.1, 2.51, 0.1)


@styled
def rows_and_figure(cell: Cell) -> tuple[list[Row], Figure]:
    (spike, *_) = experiment(cell, [SOMA], START + 20).spikes[0]
    stimuli = [epsc(peak, START) for peak in PEAKS]
    stimuli += [SOMA | epsc(peak, spike + delay) for delay in DELAYS for peak in PEAKS]
    recording = experiment(cell, stimuli, START + 110)
    plateau = has_plateau(recording, cell).reshape(-1, len(PEAKS))
    alone, *paired = [first_true(PEAKS, found) for found in plateau]
    threshold = np.array(paired)

    lowest = np.min(threshold, where=np.isfinite(threshold), initial=np.inf)
    best = DELAYS[threshold == lowest].mean() if np.isfinite(lowest) else np.nan
    half = (alone + lowest) / 2
    width = float((threshold <= half).sum() * (DELAYS[1] - DELAYS[0]))
    row = lambda *fields: Row("coincidence window", *fields, LARKUM)  # type: ignore[call-arg]  # noqa: E731
    rows = [
        row("best delay of the EPSC after the AP", float(best), "ms", -5, 10),
        row("width at half depth", width, "ms", 10, 30),
    ]
    figure = Figure(figsize=(6.3, 5), layout="constrained")
    figure.suptitle(f"coincidence of a somatic AP and an apical EPSC, {cell.name}")
    upper, lower = figure.subfigures(2, 1)  # type: ignore[misc]
    shown = {}
    peak = int(np.argmin(np.abs(PEAKS - (half if np.isfinite(half) else 1))))
    for delay in (-20, 0, 20):
        n = (1 + int(np.argmin(np.abs(DELAYS - delay)))) * len(PEAKS) + peak
        shown[f"{PEAKS[peak]:.1f} nA, {delay:+d} ms"] = n
    draw_traces(upper, recording, shown, START - 30, START + 80)
    axes = lower.subplots()
    axes.plot(DELAYS, threshold, "o-", color="black", markersize=3, label="threshold with an AP")
    axes.axhline(alone, color="0.5", linestyle="--", label="threshold alone")
    axes.axhline(alone / 2, color=PUBLISHED, linestyle=":", label="published: an AP halves it")
    axes.axvspan(-5, 10, color=PUBLISHED, alpha=0.15, linewidth=0, label="published best delay")
    axes.set(xlabel="EPSC after the AP (ms)", ylabel="threshold (nA)", ylim=(0, None))
    axes.legend()
    return rows, figure
