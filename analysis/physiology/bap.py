"""The back-propagating action potential: how much of it arrives in the apical dendrite."""

from matplotlib.figure import Figure

from apical.analysis.figures.style import styled
from apical.analysis.physiology.bac import SOMA, START
from apical.analysis.physiology.measures import rise
from apical.analysis.physiology.rows import Row
from apical.analysis.physiology.traces import PUBLISHED as GREEN
from apical.analysis.physiology.traces import draw_traces
from apical.models.cells import Cell
from apical.networks.experiments.current_clamp import experiment

HAY = "Hay et al. 2011 (45 ± 10 mV at 620 um, 36 ± 9 mV at 800 um)"
PUBLISHED = {"nexus": (35, 55), "tuft": (27, 45)}


@styled
def rows_and_figure(cell: Cell) -> tuple[list[Row], Figure]:
    recording = experiment(cell, [SOMA], START + 60)
    amplitude = {name: float(rise(recording, name, START - 1)[0]) for name in cell.compartments}
    rows = [Row("back-propagating AP", "APs", float(recording.spikes[0].size), "", 1, 1, HAY)]
    for place, (low, high) in PUBLISHED.items():
        name = cell.apical if place == "nexus" else place
        value = amplitude.get(name)
        note = "it has no tuft" if value is None else "" if name == place else "its one apical compartment"
        own = name == place
        rows.append(Row("back-propagating AP", f"amplitude, {place}", value, "mV", low, high, HAY, own, note))

    figure = Figure(figsize=(6.3, 3), layout="constrained")
    figure.suptitle(f"back-propagating action potential, {cell.name}")
    left, right = figure.subfigures(1, 2, width_ratios=(1.3, 1))  # type: ignore[misc]
    draw_traces(left, recording, {"1.9 nA, 5 ms": 0}, START - 5, START + 35)
    axes = right.subplots()
    axes.bar(list(amplitude), list(amplitude.values()), color="0.7")
    for place, (low, high) in PUBLISHED.items():
        name = cell.apical if place == "nexus" else place
        if name in amplitude:
            x = list(amplitude).index(name)
            axes.errorbar(x, (low + high) / 2, (high - low) / 2, color=GREEN, capsize=4, linewidth=2)
    axes.set_ylabel("amplitude (mV); green: published")
    return rows, figure
