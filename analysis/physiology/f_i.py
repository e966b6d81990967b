"""Firing rate against somatic current, without and with a distal current."""

import numpy as np
from matplotlib.figure import Figure

from apical.analysis.figures.style import styled
from apical.analysis.physiology.rows import Row
from apical.analysis.physiology.traces import PUBLISHED, draw_traces
from apical.models.cells import Cell
from apical.networks.experiments.current_clamp import experiment

HAY, LARKUM = "Hay et al. 2011 (2 s.d.)", "Larkum, Senn, Luscher 2004"
#: nA to Hz, 2 s.d.
STEPS = {0.458: (4.8, 7.2), 0.562: (7.5, 9.5), 0.95: (16.7, 18.3)}
START, LENGTH = 100.0, 2000.0
CURRENTS = np.arange(0.1, 1.25, 0.1)
DISTAL, NOISE = (0.0, 0.2, 0.4), 0.3  # nA: mean, and s.d. where there is a distal current


@styled
def rows_and_figure(cell: Cell) -> tuple[list[Row], Figure]:
    step = {"onset_soma": START, "width_soma": LENGTH}
    stimuli = [step | {"amplitude_soma": current} for current in STEPS]
    for distal in DISTAL:
        given = step | {"mean_apical": distal, "sigma_apical": NOISE if distal else 0.0}
        stimuli += [given | {"amplitude_soma": current} for current in CURRENTS]
    recording = experiment(cell, stimuli, START + LENGTH)
    rates = np.array([(s > START).sum() / LENGTH * 1e3 for s in recording.spikes])
    curves = rates[len(STEPS) :].reshape(len(DISTAL), -1)
    middle = int(np.argmin(np.abs(curves[0] - curves[0].max() / 2)))
    # Slopes over the currents that make the cell fire without help.
    firing = curves[0] > 0
    slopes = [np.polyfit(CURRENTS[firing], c[firing], 1)[0] if firing.sum() > 1 else np.nan for c in curves]

    hay = cell.name == "conductance"
    note = "" if hay else "Hay's targets are not those of this cell's authors"
    rows = [
        Row("f-I", f"rate at {current:g} nA", rate, "Hz", low, high, HAY, hay, note)
        for (current, (low, high)), rate in zip(STEPS.items(), rates.tolist(), strict=False)
    ]
    shift, gain = float(curves[-1, middle] - curves[0, middle]), float(slopes[-1] / slopes[0])
    rows += [
        Row("f-I", f"shift by {DISTAL[-1]} nA distal, at {CURRENTS[middle]:.1f} nA", shift, "Hz", 3, None, LARKUM),
        Row("f-I", f"gain with {DISTAL[-1]} nA distal / without", gain, "", 1, None, LARKUM, False),
    ]
    figure = Figure(figsize=(7.5, 5), layout="constrained")
    figure.suptitle(f"firing rate and somatic current, {cell.name}")
    upper, lower = figure.subfigures(2, 1)  # type: ignore[misc]
    draw_traces(upper, recording, {f"{current:g} nA": n for n, current in enumerate(STEPS)}, START - 50, START + 750)
    axes = lower.subplots()
    for distal, curve, slope in zip(DISTAL, curves, slopes, strict=True):
        noise = f" ± {NOISE} nA" if distal else " nA"
        axes.plot(CURRENTS, curve, "o-", markersize=3, label=f"distal {distal:g}{noise}: {slope:.0f} Hz/nA")
    for current, (low, high) in STEPS.items():
        axes.errorbar(current, (low + high) / 2, (high - low) / 2, color=PUBLISHED, capsize=3, linewidth=2)
    axes.set(xlabel="somatic current (nA); green: published, no distal current", ylabel="firing rate (Hz)")
    axes.legend()
    return rows, figure
