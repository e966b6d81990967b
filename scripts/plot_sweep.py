"""``apical plot-sweep``: figures of a finished sweep, chosen by its design."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def plot_sweep(
    out: Annotated[Path, typer.Argument(help="Folder of a finished sweep (apical sweep).", show_default=False)],
    measure: Annotated[
        str, typer.Option(help="What to show; of a measure by role also one role, as in event_rate:P+.")
    ] = "hit_rate",
) -> None:
    """Draw a sweep: learning curves, and what suits its design. Each value is the mean over the late days.

    \b
    one axis, or a list     curves along the (first) axis, 95 % intervals over mice
    grid of two axes        a heat map per condition
    more axes, or drawn     the measure against each parameter; from three axes
                            on parallel coordinates and where learning holds
    saltelli                first-order and total Sobol indices
    random, sobol, grid     first-order indices
    bci_cells an axis       sessions to criterion (hit rate 0.7) and how they
                            grow: scaling exponent with interval

    Measures: hit_rate, probe_hit_rate, rewards_per_min, latency, threshold; by role (mean over P+ and P- unless one is
    named) event_rate, plateau_rate, burst_fraction, weight, feedback.

    Late days are 9-14; of fewer days the last six, of fewer than twelve the last half. Failed mice are left out and
    counted in each title. Writes OUT/figures/*.png and *.svg, and the numbers to OUT/plot_sweep.json.

    Example: apical plot-sweep results/ndnf_gate --measure plateau_rate
    """
    from apical.analysis.sweep.all_figures import NUMBERS, plot_sweep

    folder = plot_sweep(out, measure)
    Console().print(f"{folder} holds the figures, {out / NUMBERS} the numbers.", highlight=False, soft_wrap=True)
