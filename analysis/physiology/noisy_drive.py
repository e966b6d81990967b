"""Noisy drive as in vivo: the dendritic mean sets the burst fraction, the somatic mean the rate of events."""

import numpy as np
from matplotlib.figure import Figure

from apical.analysis.figures.style import styled
from apical.analysis.physiology.measures import events_and_bursts
from apical.analysis.physiology.rows import Row
from apical.analysis.physiology.traces import PUBLISHED, draw_traces
from apical.models.cells import Cell
from apical.networks.experiments.current_clamp import experiment

IN_VIVO = "de Kock & Sakmann 2008; textbook: 3-8 Hz, bursts 10-20 % of events"
NAUD = "Naud & Sprekeler 2018"
SOMATIC, DENDRITIC = np.arange(0, 0.41, 0.1), np.arange(-0.6, 0.41, 0.1)  # nA
SIGMA, COPIES, SECONDS = 0.45, 4, 10.0  # nA; cells of each condition; length


@styled
def rows_and_figure(cell: Cell) -> tuple[list[Row], Figure]:
    stimuli = [
        {"mean_soma": soma, "mean_apical": apical, "sigma_soma": SIGMA, "sigma_apical": SIGMA}
        for soma in SOMATIC
        for apical in DENDRITIC
        for _ in range(COPIES)
    ]
    recording = experiment(cell, stimuli, 1000 * SECONDS, traces=1000.0)
    counts = np.array([events_and_bursts(s) for s in recording.spikes])
    shape = (len(SOMATIC), len(DENDRITIC), COPIES)
    events, bursts = counts.T.reshape(2, *shape).sum(axis=-1)
    rate = np.array([s.size for s in recording.spikes]).reshape(shape).mean(axis=-1) / SECONDS
    fraction = bursts / np.maximum(events, 1)

    # The drive whose rate and burst fraction are nearest to 5 Hz and 0.2.
    distance = np.hypot((rate - 5) / 2.5, (fraction - 0.2) / 0.1)
    soma, apical = np.unravel_index(np.argmin(distance), distance.shape)
    curve = fraction[soma]
    row = lambda *fields, **more: Row("noisy drive", *fields, **more)  # noqa: E731
    at = f"{SOMATIC[soma]:.1f} nA soma, {DENDRITIC[apical]:.1f} nA dendrite"
    rows = [
        row(f"rate at {at}", float(rate[soma, apical]), "Hz", 3, 8, IN_VIVO),
        row(f"burst fraction at {at}", float(fraction[soma, apical]), "", 0.1, 0.3, IN_VIVO),
        row("burst fraction at the lowest dendritic mean", float(curve[0]), "", 0, 0.1, NAUD),
        row("burst fraction at the highest dendritic mean", float(curve[-1]), "", 0.5, 1, NAUD),
    ]
    figure = Figure(figsize=(7.5, 5), layout="constrained")
    figure.suptitle(f"noisy drive (s.d. {SIGMA:g} nA at soma and dendrite), {cell.name}")
    upper, lower = figure.subfigures(2, 1)  # type: ignore[misc]
    first = (soma * len(DENDRITIC) + apical) * COPIES
    draw_traces(upper, recording, {at: int(first)}, 0, 1000)
    left, right = lower.subplots(1, 2)
    for n, mean in enumerate(SOMATIC):
        colour = f"{0.8 * (1 - n / (len(SOMATIC) - 1)):.2f}"
        left.plot(DENDRITIC, fraction[n], "o-", markersize=2.5, color=colour, label=f"{mean:.1f}")
        right.plot(DENDRITIC, rate[n], "o-", markersize=2.5, color=colour)
    left.axhspan(0.1, 0.3, color=PUBLISHED, alpha=0.15, linewidth=0)
    right.axhspan(3, 8, color=PUBLISHED, alpha=0.15, linewidth=0)
    left.set(xlabel="dendritic mean (nA)", ylabel="burst fraction", ylim=(0, 1))
    right.set(xlabel="dendritic mean (nA); green: in vivo", ylabel="firing rate (Hz)")
    left.legend(title="somatic mean (nA)", ncols=2, fontsize=6, title_fontsize=6)
    return rows, figure
