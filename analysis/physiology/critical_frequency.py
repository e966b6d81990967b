"""The critical frequency: trains of back-propagating action potentials make a plateau only when they are fast."""

import numpy as np
from matplotlib.figure import Figure

from apical.analysis.figures.style import styled
from apical.analysis.physiology.measures import first_true, longest_above
from apical.analysis.physiology.rows import Row
from apical.analysis.physiology.traces import PUBLISHED, draw_traces
from apical.models.cells import Cell
from apical.networks.experiments.current_clamp import experiment

LARKUM, HAY = "Larkum, Kaiser, Sakmann 1999", "Hay et al. 2011"
START, COUNT = 100.0, 4
FREQUENCIES = np.arange(40, 201, 5)
AMPLITUDES = np.arange(3, 10.1, 1)  # nA for 2 ms


@styled
def rows_and_figure(cell: Cell) -> tuple[list[Row], Figure]:
    train = {"onset_soma": START, "width_soma": 2.0, "count_soma": COUNT}
    stimuli = [train | {"amplitude_soma": a, "period_soma": 1000 / f} for a in AMPLITUDES for f in FREQUENCIES]
    recording = experiment(cell, stimuli, START + 180)
    above = longest_above(recording, cell).reshape(len(AMPLITUDES), -1)
    spikes = np.array([s.size for s in recording.spikes]).reshape(above.shape)
    # As in an experiment: the weakest pulses of which each makes an action potential.
    reliable = (spikes[:, FREQUENCIES <= 120] >= COUNT).all(axis=1)
    chosen = int(np.argmax(reliable))
    minimum = float(cell.parameters["plateau_minimum"].value) * 1e3
    plateau = above[chosen] >= minimum
    lowest = first_true(FREQUENCIES, plateau)
    # Down to the highest frequency without a plateau: also counts failures above the lowest that succeeds.
    upto = float(FREQUENCIES[~plateau & (FREQUENCIES <= 150)].max(initial=FREQUENCIES[0]))
    at = {f: float(plateau[FREQUENCIES == f][0]) for f in (70, 120)}
    row = lambda *fields: Row("critical frequency", *fields)  # noqa: E731
    rows = [
        row("APs at 120 Hz, at least", float(spikes[chosen, FREQUENCIES == 120][0]), "", COUNT, None, HAY),
        row("plateau at 70 Hz", at[70], "", 0, 0, HAY),
        row("plateau at 120 Hz", at[120], "", 1, 1, HAY),
        row("critical frequency", lowest, "Hz", 60, 200, LARKUM),
        row("transition within", abs(lowest - upto), "Hz", 0, 20, LARKUM),
    ]
    figure = Figure(figsize=(6.3, 5), layout="constrained")
    figure.suptitle(f"trains of {COUNT} APs, {cell.name}: {AMPLITUDES[chosen]:g} nA for 2 ms")
    upper, lower = figure.subfigures(2, 1)  # type: ignore[misc]
    first = chosen * len(FREQUENCIES)
    shown = {f"{f} Hz": first + int(np.flatnonzero(FREQUENCIES == f)[0]) for f in (70, 100, 120)}
    draw_traces(upper, recording, shown, START - 10, START + 120)
    axes = lower.subplots()
    axes.plot(FREQUENCIES, above[chosen], "o-", color="black", markersize=3, label=f"{cell.apical}")
    axes.axhline(minimum, color="0.5", linestyle="--", linewidth=0.8, label="a plateau")
    axes.axvspan(60, 200, color=PUBLISHED, alpha=0.1, linewidth=0, label="published range")
    for frequency, text in ((70, "none"), (120, "plateau")):
        axes.axvline(frequency, color=PUBLISHED, linewidth=0.8)
        axes.text(frequency, axes.get_ylim()[1], f" {text}", color=PUBLISHED, va="top")
    axes.set(xlabel="frequency of the APs (Hz)", ylabel="longest stay in the plateau (ms)")
    axes.legend(loc="center left")
    return rows, figure
