"""All figures of a finished sweep, chosen by its design, and their numbers."""

import json
import math
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from apical.analysis.figures.over_days import save
from apical.analysis.statistics.learning import late_sessions
from apical.analysis.statistics.power_law import Exponent
from apical.analysis.sweep.curves import curves, learning_curves
from apical.analysis.sweep.many_parameters import by_parameter, indices_figure, parallel_coordinates
from apical.analysis.sweep.maps import heat_maps, learning_points, where_learning_holds
from apical.analysis.sweep.measured import (
    CRITERION,
    axes_of,
    design_of,
    failures,
    late,
    learning_measure,
    measured,
    sessions_to_criterion,
)
from apical.analysis.sweep.scaling import scaling_exponents, sessions_against_size
from apical.analysis.sweep.sensitivity import Indices, sensitivity
from apical.networks.files import written_whole
from apical.networks.sweep.store import open_sweep

NUMBERS = "plot_sweep.json"
FEWEST_SIZES = 3
MANY = 3  # axes
DRAWN = ("random", "sobol", "saltelli")


def plot_sweep(out: str | Path, measure: str = "hit_rate") -> Path:
    """Draw a finished sweep into its folder ``figures``, as PNG and SVG, with the numbers in ``plot_sweep.json``.

    measure : see `analysis.sweep.measured.measured`; it is part of the names of the figures that show it
    Learning curves always; besides, of one axis and of lists curves along the first axis, of a grid of two axes heat
    maps, of other designs the measure against each parameter and, from three axes on, parallel coordinates. Sensitivity
    indices where the design allows, where learning holds from three axes on, sessions to criterion with the scaling
    exponent when ``bci_cells`` has three values or more. Returns the folder of the figures.
    Raises UserError: the sweep is unfinished, damaged or none, unknown measure, the folder cannot be written to.
    """
    out = Path(out)
    data = open_sweep(out)
    measured(data, measure)
    names, design = axes_of(data), design_of(data)["design"]
    ending = measure.replace(":", "_")
    learning = learning_points(data)
    indices = _indices(data, measure) if design in DRAWN or len(names) >= MANY else {}
    figures: dict[str, Any] = {"learning_curves": partial(learning_curves, data)}
    if design == "list" or len(names) == 1:
        figures[f"curves_{ending}"] = partial(curves, data, measure)
    elif design == "grid" and len(names) == 2:
        figures[f"heat_maps_{ending}"] = partial(heat_maps, data, measure)
    else:
        figures[f"by_parameter_{ending}"] = partial(by_parameter, data, measure)
        if len(names) >= MANY:
            figures[f"parallel_coordinates_{ending}"] = partial(parallel_coordinates, data, measure)
    if any(not found.table.empty for found in indices.values()):
        figures[f"indices_{ending}"] = partial(indices_figure, data, measure, indices)
    plane = None
    if len(names) >= MANY:
        plane, why = _plane(data)
        figures["where_learning_holds"] = partial(where_learning_holds, data, learning, plane, why)
    exponents = {}
    if "bci_cells" in names and np.unique(data.bci_cells.values).size >= FEWEST_SIZES:
        exponents = scaling_exponents(data)
        figures["sessions_to_criterion"] = partial(sessions_against_size, data, exponents)
    folder = save(out, figures)
    with written_whole(out / NUMBERS) as unfinished:
        numbers = {"plane": plane} | _numbers(data, measure, learning, indices, exponents)
        unfinished.write_text(json.dumps(_plain(numbers), indent=1, allow_nan=False))
    return folder


def _indices(data: xr.Dataset, measure: str) -> dict[str, Indices]:
    means = late(data, measure).mean("replicate")
    return {name: sensitivity(data, means.sel(condition=name)) for name in data.condition.values.tolist()}


def _plane(data: xr.Dataset) -> tuple[tuple[str, str], str]:
    """The two most important parameters for the late hit rate, over conditions, and how they were found."""
    names = axes_of(data)
    found = [indices.importance() for indices in _indices(data, "hit_rate").values()]
    found = [one for one in found if not one.empty]
    if not found:
        return (names[0], names[1]), "the first two parameters (no sensitivity indices)"
    mean = sum(one.clip(lower=0) for one in found) / len(found)
    first, second = mean.sort_values(ascending=False, kind="stable").index[:2]
    return (first, second), "the parameters with the largest indices of the late hit rate"


def _numbers(
    data: xr.Dataset, measure: str, learning: xr.DataArray, indices: dict[str, Indices], exponents: dict[str, Exponent]
) -> dict:
    """Contents of ``plot_sweep.json``. low and high are 95 % intervals; an open side is None, see `Exponent`."""
    numbers = {
        "measure": measure,
        "learning_measure": learning_measure(data),
        "late_days": data.session.values[late_sessions(data.sizes["session"])].tolist(),
        "criterion": CRITERION,
        "points": data.sizes["point"],
        "mice": data.failure.size,
        "failed": failures(data),
        "conditions": {},
    }
    sessions, censored = sessions_to_criterion(measured(data, learning_measure(data)))
    for condition in data.condition.values.tolist():
        own = learning.sel(condition=condition).values
        entry: dict[str, Any] = {
            "late_mean": float(late(data, measure).sel(condition=condition).mean()),
            "points_that_learn": int(np.sum(own == 1)),
            "points_without_value": int(np.isnan(own).sum()),
            "share_that_learns": float(np.mean(own == 1)),
            "mice_that_reach_the_criterion": int((sessions.notnull() & ~censored).sel(condition=condition).sum()),
            "mice_at_the_criterion_in_session_1": int(((sessions == 1) & ~censored).sel(condition=condition).sum()),
        }
        if condition in indices:
            found = indices[condition]
            entry["indices"] = {
                "method": found.method,
                "points": found.points,
                "left_out": found.left_out,
                "reason": found.reason,
                "table": found.table.to_dict("records"),
            }
        if condition in exponents:
            entry["scaling_exponent"] = vars(exponents[condition])
        numbers["conditions"][condition] = entry
    return numbers


def _plain(value):
    """Numbers that JSON knows: None in place of NaN and infinity."""
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
