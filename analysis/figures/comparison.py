"""Runs under different conditions on the same axes: who learns, and whose activity is turned down."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from apical.analysis.figures.style import STYLE, day_axis, heading, over_days, styled
from apical.analysis.statistics.learning import ROLES, event_rate_ratio, hit_rate, mean_and_sem
from apical.networks.errors import UserError
from apical.networks.files import cannot_write, written_whole
from apical.networks.training.store import open_run

#: Colours and markers of runs in their order (Okabe & Ito 2008, and black).
COLOURS = ("#000000", "#E69F00", "#0072B2", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "0.5")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
WIDTH = 0.6  # that the runs of a role take, of the step from role to role
DAYS_NAMED = 7  # on an axis of half the usual width


@styled
def compare_conditions(runs: Sequence[str | Path]) -> Figure:
    """Hit rate over days, and event rate of the late days over day 1 by role, a colour for each run.

    Both are mean ± s.e.m. over mice, of the numbers that ``summary.json`` holds.

    runs : folders of finished runs, eight at most, in the order of the legend
    Raises UserError when there are more, or a run is unfinished or damaged.
    """
    if len(runs) > len(COLOURS):
        raise UserError(f"{len(runs)} runs are too many for one figure; choose {len(COLOURS)} or fewer")
    data = [open_run(run) for run in runs]
    figure = Figure(figsize=(4.8, 2.75), layout="constrained")
    hits, activity = figure.subplots(1, 2, width_ratios=(1.5, 1))
    activity.axhline(1, color="0.75", linewidth=0.8, zorder=0)
    for n, (label, of_run) in enumerate(zip(_labels(runs, data), data, strict=True)):
        over_days(hits, hit_rate(of_run), COLOURS[n], label, marker=MARKERS[n])
        _by_role(activity, of_run, n, WIDTH * ((n + 0.5) / len(runs) - 0.5))
    hits.axhline(0.5, color="black", linewidth=0.8, linestyle=":", label="chance", zorder=0)
    day_axis(hits, max(data, key=lambda of_run: of_run.sizes["session"]), DAYS_NAMED)
    hits.set(ylabel="hit rate (fraction of trials)", ylim=(0, 1.02))
    activity.set(xlim=(-0.6, len(ROLES) - 0.4), xlabel="role of the cells")
    activity.set_xticks(range(len(ROLES)), ROLES)
    activity.locator_params(axis="y", nbins=5)
    activity.set_ylabel("somatic events, late days\n(relative to day 1)")
    figure.legend(*hits.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def _labels(runs: Sequence[str | Path], data: Sequence[xr.Dataset]) -> list[str]:
    """Condition and number of mice of each run, and the name of its folder where that is not enough."""
    labels = [heading(of_run) for of_run in data]
    count = Counter(labels)
    return [
        label if count[label] == 1 else f"{label} ({Path(run).name})" for label, run in zip(labels, runs, strict=True)
    ]


def _by_role(axes: Axes, data: xr.Dataset, n: int, shift: float) -> None:
    """Mean ± s.e.m. of the n-th run, for each role."""
    mean, sem = mean_and_sem(event_rate_ratio(data))
    place = [role + shift for role in range(len(ROLES))]
    look: dict[str, Any] = {
        "color": COLOURS[n],
        "marker": MARKERS[n],
        "markersize": 4.5,
        "linestyle": "none",
        "capsize": 2.5,
    }
    axes.errorbar(place, mean.values, sem.values, **look)


def save_comparison(runs: Sequence[str | Path], path: str | Path) -> Path:
    """Draw `compare_conditions` into a file, whose ending says the format (png, svg, pdf); returns its path.

    Raises UserError as `compare_conditions`, for an ending of no format, and when the file cannot be written.
    """
    path = Path(path)
    figure = compare_conditions(runs)
    kind, known = path.suffix.removeprefix("."), figure.canvas.get_supported_filetypes()
    if kind not in known:
        raise UserError(f"{path}: its ending names no format of figures; known: {', '.join(sorted(known))}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from None
    with written_whole(path) as unfinished, mpl.rc_context(STYLE):  # type: ignore[arg-type]
        figure.savefig(unfinished, format=kind, dpi=200)
    return path
