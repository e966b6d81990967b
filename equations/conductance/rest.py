"""The resting state of the cell: potentials at which no current is left, with all gates in their steady state."""

import numpy as np
from scipy.optimize import root

from apical.equations.conductance.cell import Compartment
from apical.equations.conductance.gates import evaluate, hill

#: Parameters or state variables of one cell by name, in SI units.
Scalars = dict[str, float]


def at_rest(compartments: list[Compartment], values: Scalars) -> Scalars:
    """State variables of the resting cell in SI units. `values` : parameters in SI units.

    Raises ValueError when the search for the potentials fails.
    """
    found = root(lambda v: _residual(compartments, values, v)[0], np.full(len(compartments), -75.0), tol=1e-12)
    if not found.success:
        raise ValueError("these parameters have no resting state near -75 mV")
    return _residual(compartments, values, found.x)[1]


def _residual(compartments: list[Compartment], p: Scalars, potentials: np.ndarray) -> tuple[list[float], Scalars]:
    """Current in nA that is left in each compartment at `potentials` (mV), and the state."""
    v = {f"v_{c.name}": potential * 1e-3 for c, potential in zip(compartments, potentials, strict=True)}
    state = dict(v)
    left = dict.fromkeys((c.name for c in compartments), 0.0)
    for c, potential in zip(compartments, potentials, strict=True):
        part = 1 / float(c.part[1:] or 1)
        for m in c.mechanisms:
            state |= {f"{gate}_{c.name}": float(evaluate(f.steady, potential)) for gate, f in m.gates.items()}
            if m.name == "sk":
                state[f"z_sk_{c.name}"] = float(hill(state[f"cai_{c.name}"] / p["ca_half_sk"], 4.8))
            elif not m.gates and m.open != "1":  # synapses are silent
                continue
            open_fraction = eval(m.open.format(c=c.name), {}, state)
            current = part * p[m.maximum(c.region)] * open_fraction * (p[m.reversal] - v[f"v_{c.name}"])
            left[c.name] += current
            if m.name in ("hva", "lva"):
                charge = part * p[f"charge_ca_{c.region}"]
                entered = p["ca_half_sk"] * current / charge * p[f"tau_ca_{c.region}"]
                state[f"cai_{c.name}"] = state.get(f"cai_{c.name}", p["ca_rest"]) + entered
        if c.parent:
            axial = part * p[f"g_axial_{c.region}"] * (v[f"v_{c.parent}"] - v[f"v_{c.name}"])
            left[c.name] += axial
            left[c.parent] -= axial
    return [left[c.name] * 1e9 for c in compartments], state
