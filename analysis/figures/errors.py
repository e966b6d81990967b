"""Figures of what the residual carries: the signed error table, and the decoders against their shuffles."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from apical.analysis.figures.style import ROLE_COLOURS, SINGLE_MOUSE, styled
from apical.analysis.statistics.error_table import DECREASES, INCREASES, error_table, per_mouse
from apical.networks.training.cohort import ROLES

SHIFT = {"P+": -0.12, "P-": 0.12}  # beside each other in a class
SIGNIFICANT = "#CC79A7"


@styled
def error_signal(neurons: pd.DataFrame, title: str = "") -> Figure:
    """Mean residual of P+ and P- while the error decreases and increases; change per mouse, after the paper's Fig. 4.

    neurons : table of `statistics.error_table.per_neuron`
    """
    figure = _figure(title)
    means, change = figure.subplots(1, 2, width_ratios=(1, 1.15))
    table = error_table(neurons).set_index(["role", "error"])
    for role in ("P+", "P-"):
        for x, error in enumerate((DECREASES, INCREASES)):
            row = table.loc[(role, error)]
            label = f"{role} ({int(row.n)} neurons)" if x == 0 else None
            _point(means, x + SHIFT[role], row["mean"], row["sem"], ROLE_COLOURS[role], label)
    means.set_xticks((0, 1), (f"error\n{DECREASES}", f"error\n{INCREASES}"))
    means.set(xlim=(-0.5, 1.5), ylabel="residual (z)")

    _changes(change, per_mouse(neurons), ROLES)
    change.set_ylabel("residual, error decreases\nminus increases (z)")
    for axes in (means, change):
        axes.axhline(0, color="black", linewidth=0.8, linestyle=":")
    handles, labels = means.get_legend_handles_labels()
    handles += [Line2D([], [], color=SINGLE_MOUSE, linewidth=0.7, marker=".", markersize=4)]
    figure.legend(handles, [*labels, "single mice"], loc="outside lower center", ncols=3)
    return figure


def _figure(title: str) -> Figure:
    figure = Figure(figsize=(6.3, 2.9), layout="constrained")
    if title:
        figure.suptitle(title)
    return figure


def _point(axes: Axes, x: float, mean: float, sem: float, colour: str, label: str | None = None) -> None:
    error = sem if np.isfinite(sem) else None
    axes.errorbar(
        x, mean, error, color=colour, linestyle="none", marker="o", markersize=4.5, capsize=2.5, label=label, zorder=3
    )


def _changes(axes: Axes, mice: pd.DataFrame, roles: tuple[str, ...]) -> None:
    """A line per mouse over the roles, and mean ± s.e.m. of each role."""
    place = np.arange(len(roles))
    for row in mice[list(roles)].to_numpy(float):
        axes.plot(place, row, color=SINGLE_MOUSE, linewidth=0.7, marker=".", markersize=4)
    for x, role in zip(place, roles, strict=True):
        _point(axes, float(x), mice[role].mean(), mice[role].sem(), ROLE_COLOURS[role])
    axes.set_xticks(place, roles)


@styled
def decoders(network: pd.DataFrame, outcome: pd.DataFrame, title: str = "") -> Figure:
    """Accuracy of both decoders against their shuffles.

    network : table of `statistics.decoding.network_decoding`, drawn as a point per neuron
    outcome : table of `statistics.outcome.outcome_decoding`, drawn as a line per mouse from its shuffles to the outcome
    """
    figure = _figure(title)
    neurons, trials = figure.subplots(1, 2, width_ratios=(1.15, 1))
    found = network.significant.astype(bool)
    for chosen, colour, label in ((~found, "0.6", "not significant"), (found, SIGNIFICANT, "p < 0.05")):
        own = network[chosen]
        text = f"{label} ({chosen.sum()} of {len(network)})"
        neurons.plot(own.shuffled, own.balanced_accuracy, "o", color=colour, markersize=2.5, label=text)
    limits = _limits(network.shuffled, network.balanced_accuracy)
    neurons.plot(limits, limits, color="black", linewidth=0.8, linestyle=":")
    neurons.set(xlim=limits, ylim=limits, xlabel="labels shuffled (balanced accuracy)")
    neurons.set_ylabel("amplified or attenuated\n(balanced accuracy)")
    neurons.legend(loc="upper left", handletextpad=0.1, borderaxespad=0.1)

    for n, window in enumerate(("before", "after")):
        own = outcome[outcome.window == window]
        place = 2.5 * n + np.arange(2)
        columns = {"shuffled": "0.5", "balanced_accuracy": "black"}
        for row in own[list(columns)].to_numpy(float):
            trials.plot(place, row, color=SINGLE_MOUSE, linewidth=0.7, marker=".", markersize=4)
        for x, (column, colour) in zip(place, columns.items(), strict=True):
            _point(trials, x, own[column].mean(), own[column].sem(), colour)
    trials.axhline(0.5, color="black", linewidth=0.8, linestyle=":")
    trials.set_xticks((0, 1, 2.5, 3.5), ("shuffled", "before", "shuffled", "after"))
    trials.set(xlim=(-0.5, 4.0), xlabel="residuals 2 s before or after the outcome")
    trials.set_ylabel("hit or miss\n(balanced accuracy)")
    return figure


def _limits(*values: pd.Series) -> tuple[float, float]:
    both = np.concatenate([np.asarray(v, float) for v in values] + [[0.4, 0.7]])
    return float(np.nanmin(both)) - 0.03, float(np.nanmax(both)) + 0.08
