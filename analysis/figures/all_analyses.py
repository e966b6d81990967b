"""Figures of the paper's analyses of a run, and of the ground truth that only a model has."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from apical.analysis.figures.errors import decoders, error_signal
from apical.analysis.figures.over_days import save
from apical.analysis.figures.residual_of_mouse import residual_figure
from apical.analysis.figures.style import heading, styled
from apical.analysis.statistics.error_table import per_neuron
from apical.analysis.statistics.tables import Tables
from apical.networks.training.store import open_run

ANGLES = {"gradient": "#D55E00", "inverse": "#009E73", "broadcast": "0.5"}
LABELS = {"gradient": "gradient of the readout", "inverse": "target propagation", "broadcast": "broadcast"}


@styled
def ground_truth(truth: pd.DataFrame, scores: pd.DataFrame, title: str) -> Figure:
    """The instructive vector against theories over days, what imaging recovers of it, and how good inference is.

    truth, scores : tables of `statistics.tables.Tables`
    """
    figure = Figure(figsize=(7.2, 2.9), layout="constrained")
    figure.suptitle(f"{title}; mean ± s.e.m. over mice")
    angle, recovered, inference = figure.subplots(1, 3, width_ratios=(1.3, 1, 0.8))
    for name, colour in ANGLES.items():
        _over_days(angle, truth, name, colour, LABELS[name])
    angle.axhline(90, color="0.8", linewidth=0.8, zorder=0)
    angle.set(xlabel="training (day)", ylabel="angle to the instructive vector (°)", ylim=(0, 100), yticks=(0, 45, 90))
    angle.legend(loc="lower left")
    _over_days(recovered, truth, "recovered", "black", "vector, over cells")
    _over_days(recovered, truth, "recovered_over_events", "0.5", "current, over events")
    recovered.axhline(0, color="0.8", linewidth=0.8, zorder=0)
    recovered.set(xlabel="training (day)", ylabel="residual against true teaching\n(correlation)")
    recovered.legend(loc="best")
    for x, part in enumerate(("soma", "apical")):
        own = scores[scores.compartment == part].groupby("mouse").correlation.mean()
        inference.errorbar(x, own.mean(), own.sem(), color="black", marker="o", capsize=2.5)
    inference.set(xlim=(-0.5, 1.5), ylim=(0, 1), ylabel="inferred against true rate\n(correlation over time)")
    inference.set_xticks((0, 1), ("soma,\nspikes", "dendrite,\nplateaus"))
    return figure


def _over_days(axes, truth: pd.DataFrame, name: str, colour: str, label: str) -> None:
    days = truth.groupby("session")[name].agg(["mean", "sem"]).dropna(subset=["mean"])
    axes.errorbar(days.index, days["mean"], days["sem"], color=colour, marker="o", markersize=3, label=label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def save_study_figures(run: Path) -> Path:
    """Draw the figures of an analysed run into its folder ``figures``, as PNG and SVG; returns that folder.

    Raises UserError when the run is not analysed, unfinished or damaged, or its folder cannot be written to.
    """
    run = Path(run)
    data, tables = open_run(run), Tables.load(run)
    title = heading(data)
    parquet = {name: pd.read_parquet(run / "analysis" / f"{name}.parquet") for name in ("network", "outcome")}
    figures = {
        "error_signal": lambda: error_signal(per_neuron(tables.events.dropna(subset=["error"])), title=title),
        "decoders": lambda: decoders(parquet["network"], parquet["outcome"], title=title),
        "ground_truth": lambda: ground_truth(tables.truth, tables.scores, title),
    }
    if tables.events.residual.notna().any():
        figures["residual"] = lambda: residual_figure(data)
    return save(run, figures)
