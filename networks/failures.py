"""Mice whose simulation is worth nothing: numbers that are no longer finite, a readout that does not vary."""

import numpy as np

from networks.cohort import Values
from networks.results import CohortResults

#: A potential that is not a number never reaches a threshold: the cell falls silent, and nothing else shows it.
POTENTIALS = ("pyramidal.v_soma", "pyramidal.v_apical", "ndnf.v")


def failures(z: np.ndarray, baseline: CohortResults, loop: CohortResults, state: Values) -> dict[int, str]:
    """Mice (positions) whose day failed, and why.

    z : (mice,) of the day's calibration; state : the slow state after the day, arrays (mice, elements per mouse)
    """
    found: dict[int, str] = {}
    for part in (baseline, loop):
        for name in POTENTIALS:
            _mark(found, part.state(name), f"the simulation became unstable ({name} is not finite)")
    _mark(found, z, "the readout of the baseline does not vary, so it has no threshold")
    for name, values in state.items():
        _mark(found, values, f"the simulation became unstable ({name} is not finite)")
    return found


def _mark(found: dict[int, str], values: np.ndarray, reason: str) -> None:
    lost = ~np.isfinite(values.reshape(len(values), -1)).all(axis=1)
    for mouse in np.flatnonzero(lost).tolist():
        found.setdefault(mouse, reason)
