"""Resting state and passive properties, and the passive tree against its closed form."""

import numpy as np
from matplotlib.figure import Figure
from scipy.linalg import expm

from apical.analysis.figures.style import styled
from apical.analysis.physiology.rows import Row
from apical.analysis.physiology.traces import draw_traces
from apical.equations.electrodes import SITES
from apical.models.cells import Cell
from apical.networks.experiments.current_clamp import Recording, experiment

HAY = "Hay et al. 2011; textbook, thick-tufted layer 5"
CLOSED = "closed form of the passive tree"
BOUNDS = "a passive tree attenuates"
START, LENGTH, CURRENT = 100.0, 400.0, -0.05  # ms, ms, nA


@styled
def rows_and_figure(cell: Cell) -> tuple[list[Row], Figure]:
    step = {site: {f"amplitude_{site}": CURRENT, f"onset_{site}": START, f"width_{site}": LENGTH} for site in SITES}
    stimuli = list(step.values())
    active = experiment(cell, stimuli, START + LENGTH + 100)
    passive = experiment(cell.changed(cell.passive), stimuli, START + LENGTH + 100)

    rest = {name: float(v[0, active.time < START][-1]) for name, v in active.voltage.items()}
    late = (active.time > START + LENGTH - 20) & (active.time < START + LENGTH)
    change = {name: v[:, late].mean(axis=1) - rest[name] for name, v in active.voltage.items()}
    tip = list(cell.compartments)[-1]
    coupled = cell.coupled
    error, exact = _error(cell, passive)

    row = lambda *fields, **more: Row("passive", *fields, **more)  # noqa: E731
    apart = "" if coupled else "below threshold its soma and its dendrite do not see each other"
    rows = [
        row("resting potential, soma", rest["soma"], "mV", -80, -65, HAY),
        row("input resistance, soma", float(change["soma"][0] / CURRENT), "MOhm", 30, 60, HAY),
        row("membrane time constant, soma", _time_constant(active), "ms", 10, 20, HAY),
    ]
    for title, at, seen in (("soma to", 0, tip), ("to soma from", 1, "soma")):
        source = change["soma"][0] if at == 0 else change[cell.apical][1]
        value = float(change[seen][at] / source) if coupled else None
        place = tip if at == 0 else cell.apical
        rows.append(row(f"steady state, {title} {place}", value, "", 0, 1, BOUNDS, mandatory=False, note=apart))
    rows.append(row("largest error of the passive tree", error, "%", 0, 1, CLOSED))

    figure = Figure(figsize=(6.3, 5), layout="constrained")
    figure.suptitle(f"steps of {CURRENT:g} nA, {cell.name}")
    upper, lower = figure.subfigures(2, 1)  # type: ignore[misc]
    draw_traces(upper, active, {"into the soma": 0, f"into the {cell.apical}": 1}, START - 50, START + LENGTH + 100)
    panels = lower.subplots(1, 2, sharey=True)
    for n, axes in enumerate(panels):
        for name, voltage in passive.voltage.items():
            axes.plot(passive.time - START, voltage[n], linewidth=2.5, alpha=0.4, label=name)
        for k, _ in enumerate(passive.voltage):
            axes.plot(passive.time - START, exact[n, k], color="black", linewidth=0.7)
        axes.set(xlabel="time (ms)", xlim=(-10, 80))
    panels[0].set_ylabel("channels blocked (mV); black: closed form")
    panels[0].legend(loc="lower left")
    return rows, figure


def _time_constant(recording: Recording) -> float:
    """Time constant of the soma: slope of the logarithm of its charging from 10 to 70 % of the largest deflection.

    A step into the soma charges it. Later on the charging is no exponential, because of the sag by I_h.
    """
    charging = (recording.time >= START) & (recording.time < START + LENGTH)
    t, v = recording.time[charging], recording.voltage["soma"][0, charging]
    left = 1 - (v - v[0]) / (v - v[0])[np.argmax(np.abs(v - v[0]))]
    fitted = slice(int(np.argmax(left < 0.9)), int(np.argmax(left < 0.3)))
    return float(-1 / np.polyfit(t[fitted], np.log(left[fitted]), 1)[0])


def _error(cell: Cell, recording: Recording) -> tuple[float, np.ndarray]:
    """Largest deviation of the simulated passive tree from its closed form, in % of the steady state; and that form.

    C dv/dt = -G (v - rest) + I has the solution (1 - exp(-C^-1 G t)) G^-1 I, of a step from rest, in mV.
    """
    assert cell.tree is not None, "cells are chosen with one"
    capacitance, conductance = cell.tree({name: float(p.value) for name, p in cell.parameters.items()})
    names = list(cell.compartments)
    simulated = np.stack([recording.voltage[name] for name in names], axis=1)  # (sites, compartments, samples)
    t = recording.time
    rest = simulated[:, :, t < START][:, :, -1:]
    exact = np.repeat(rest, t.size, axis=2)
    rate = -conductance / capacitance[:, None]
    on = (t >= START) & (t < START + LENGTH)
    dt = float(t[1] - t[0]) * 1e-3
    step = expm(rate * dt)
    for n, site in enumerate(("soma", cell.apical)):
        current = np.zeros(len(names))
        current[names.index(site)] = CURRENT * 1e-9
        steady, v = np.linalg.solve(conductance, current), np.zeros(len(names))
        for k in np.flatnonzero(on):
            v = steady + step @ (v - steady)  # a sample is taken at the end of its time step
            exact[n, :, k] += v * 1e3
    scale = np.abs(exact[:, :, on] - rest).max(axis=(1, 2), keepdims=True)
    return float(100 * (np.abs(simulated - exact)[:, :, on] / scale).max()), exact
