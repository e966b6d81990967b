"""One time step of the cell: gating variables by exponential Euler, then all potentials at once.

The gates move with the potentials as they were. The conductances are then constant during the step, and the potentials
of the tree obey a linear system, which is solved for the end of the step: from the tips of the tree to the soma and
back (Hines 1984, Int J Biomed Comput 15:69). So the step is not bound by the strong coupling of neighbours.
"""

from collections.abc import Callable

from brian2 import Equations
from brian2.stateupdaters.explicit import euler

from apical.equations.conductance.cell import INJECTED, Compartment

#: Weight of the two-stage method that is stable for stiff systems and of second order.
GAMMA = 1 - 0.5**0.5


def step(compartments: list[Compartment]) -> Callable[..., str]:
    """Brian2's integration method for a group that holds the cell; Euler for all its other equations."""
    gates = [(gate, c.name) for c in compartments for mechanism in c.mechanisms for gate in mechanism.gates]
    own = {f"{gate}_{c}" for gate, c in gates} | {f"v_{c.name}" for c in compartments}

    def method(equations, variables, options=None) -> str:
        others = Equations([equation for name, equation in equations.items() if name not in own])
        lines = [euler(others, variables, options), "was_above = int(v_soma > v_spike)"]
        lines += [f"{gate}_{c} += ({gate}_inf(v_{c}) - {gate}_{c})*relaxed(dt*{gate}_rate(v_{c}))" for gate, c in gates]
        return "\n".join(lines + _potentials(compartments))

    return method


def _potentials(compartments: list[Compartment]) -> list[str]:
    """Two implicit stages (Alexander 1977) of c dv/dt = i - g v with what flows between neighbours."""
    lines = []
    for c in compartments:
        conductances = [f"g_{m.name}_{c.name}" for m in c.mechanisms]
        currents = [f"{g}*{m.reversal}" for g, m in zip(conductances, c.mechanisms, strict=True)]
        currents += [INJECTED[c.name]] if c.name in INJECTED else []
        to_neighbours = [_axial(x) for x in compartments if c.name == x.parent or (x == c and c.parent)]
        lines += [
            f"_c_{c.name} = c_{c.region}{c.part}/({GAMMA!r}*dt)",
            f"_g_{c.name} = {' + '.join([f'_c_{c.name}', *conductances, *to_neighbours])}",
            f"_i_{c.name} = {' + '.join(currents)}",
        ]
    root, *branches = compartments
    for c in reversed(branches):
        lines += [f"_share_{c.name} = {_axial(c)}/_g_{c.name}", f"_g_{c.parent} -= {_axial(c)}*_share_{c.name}"]
    for stage, start in ((1, "v_{c}"), (2, f"(v_{{c}} + {(1 - GAMMA) / GAMMA!r}*(_v1_{{c}} - v_{{c}}))")):
        lines += [f"_i{stage}_{c.name} = _i_{c.name} + _c_{c.name}*{start.format(c=c.name)}" for c in compartments]
        lines += [f"_i{stage}_{c.parent} += _share_{c.name}*_i{stage}_{c.name}" for c in reversed(branches)]
        lines.append(f"_v{stage}_{root.name} = _i{stage}_{root.name}/_g_{root.name}")
        lines += [
            f"_v{stage}_{c.name} = _i{stage}_{c.name}/_g_{c.name} + _share_{c.name}*_v{stage}_{c.parent}"
            for c in branches
        ]
    return lines + [f"v_{c.name} = _v2_{c.name}" for c in compartments]


def _axial(c: Compartment) -> str:
    """The conductance from a compartment to its parent."""
    return f"g_axial_{c.region}{c.part}"
