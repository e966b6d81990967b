"""BAC firing: a back-propagating action potential and a distal EPSC together make a plateau and a burst.

Protocol of Hay et al. 2011: 1.9 nA for 5 ms at the soma, 5 ms after its onset an EPSC-like current (0.5/5 ms) of 0.5 nA
at the apical dendrite.
"""

import numpy as np
from matplotlib.figure import Figure

from apical.analysis.figures.style import styled
from apical.analysis.physiology.measures import burst_rate, first_true, has_plateau
from apical.analysis.physiology.rows import Row
from apical.analysis.physiology.traces import PUBLISHED, draw_traces
from apical.models.cells import Cell
from apical.networks.experiments.current_clamp import experiment

HAY = "Hay et al. 2011"
START, DURATION = 100.0, 250.0
SOMA = {"amplitude_soma": 1.9, "onset_soma": START}
EPSC_AT = START + 5


def epsc(peak: float, at: float = EPSC_AT) -> dict[str, float]:
    """An apical EPSC of `peak` nA that begins at `at` ms."""
    return {"epsc_peak_apical": peak, "epsc_onset_apical": at}


@styled
def rows_and_figure(cell: Cell) -> tuple[list[Row], Figure]:
    peaks = np.arange(0.05, 3.001, 0.05)
    stimuli = [SOMA, epsc(0.5), SOMA | epsc(0.5)]
    stimuli += [epsc(peak) for peak in peaks] + [SOMA | epsc(peak) for peak in peaks]
    recording = experiment(cell, stimuli, DURATION)
    plateau = has_plateau(recording, cell)
    alone, paired = first_true(peaks, plateau[3 : 3 + len(peaks)]), first_true(peaks, plateau[3 + len(peaks) :])
    spikes = recording.spikes

    below = int(np.argmin(np.abs(peaks - 0.75 * alone))) if np.isfinite(alone) else 0
    scaled = 3 + len(peaks) + below

    hay = cell.name == "conductance"
    note = "" if hay else "the current is made for a cell of natural size"
    row = lambda *fields, **more: Row("BAC firing", *fields, HAY, **more)  # type: ignore[call-arg]  # noqa: E731
    rows = [
        row("APs, soma alone", float(spikes[0].size), "", 1, 1),
        row("plateau, soma alone", float(plateau[0]), "", 0, 0),
        row("plateau, 0.5 nA distal alone", float(plateau[1]), "", 0, 0),
        row("APs, both with 0.5 nA distal", float(spikes[2].size), "", 2, 4, mandatory=hay, note=note),
        row("burst rate, both with 0.5 nA distal", burst_rate(spikes[2]), "Hz", 80, 200, mandatory=hay, note=note),
        row("EPSC threshold alone", alone, "nA", 1.25, 2.0, mandatory=hay, note=note),
        row("EPSC threshold alone / paired", alone / paired, "", 2, None),
        row("APs, both with 0.75 x threshold alone", float(spikes[scaled].size), "", 2, 4),
        row("burst rate, both with 0.75 x threshold alone", burst_rate(spikes[scaled]), "Hz", 80, 200),
    ]
    figure = Figure(figsize=(8.5, 5.2), layout="constrained")
    figure.suptitle(f"BAC firing, {cell.name}")
    upper, lower = figure.subfigures(2, 1, height_ratios=(1.3, 1))  # type: ignore[misc]
    shown = {"soma 1.9 nA": 0, "distal 0.5 nA": 1, "both": 2}
    if np.isfinite(alone):
        shown[f"distal {alone:.2f} nA, at threshold"] = 3 + int(np.argmin(np.abs(peaks - alone)))
    draw_traces(upper, recording, shown, START - 10, START + 90)
    axes = lower.subplots()
    for label, part, marker in (
        ("distal alone", slice(3, 3 + len(peaks)), "o"),
        ("both", slice(3 + len(peaks), None), "s"),
    ):
        counts = [s.size for s in spikes[part]]
        axes.plot(peaks, counts, marker=marker, markersize=3, linewidth=0.8, label=label)
    axes.axvspan(1.25, 2.0, color=PUBLISHED, alpha=0.15, linewidth=0, label="published threshold alone")
    axes.set(xlabel="peak of the EPSC (nA)", ylabel="somatic APs")
    axes.legend()
    return rows, figure
