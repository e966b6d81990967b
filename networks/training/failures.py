"""Mice whose simulation is worth nothing: numbers that are no longer finite, a readout that does not vary."""

import numpy as np

from apical.networks.devices.results import CohortResults
from apical.networks.training.cohort import Values


def failures(baseline: CohortResults, loop: CohortResults, state: Values) -> dict[int, str]:
    """Mice (positions) whose day failed, and why.

    baseline, loop : results of the day's two runs
    state : slow state that `training.day.Training.day` hands to the next day
    """
    # A potential that is not a number never reaches a threshold: the cell falls silent, and nothing else shows it.
    found: dict[int, str] = {}
    for part in (baseline, loop):
        for name in loop.structure.potentials:
            _mark(found, part.state(name), f"the simulation became unstable ({name} is not finite)")
    _mark(found, state["z"], "the readout of the baseline does not vary, so it has no threshold")
    for name, values in state.items():
        _mark(found, values, f"the simulation became unstable ({name} is not finite)")
    return found


def _mark(found: dict[int, str], values: np.ndarray, reason: str) -> None:
    lost = ~np.isfinite(values.reshape(len(values), -1)).all(axis=1)
    for mouse in np.flatnonzero(lost).tolist():
        found.setdefault(mouse, reason)
