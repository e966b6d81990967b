"""The conductance-based layer 5 pyramidal cell: soma, basal dendrites, trunk, nexus with the calcium hot zone, tuft.

Channel kinetics of Hay et al. 2011 in a tree of five compartments, after the reduced tree of Maki-Marttunen et al.
2018. Each mechanism has a file of its own; this one says where each of them sits.
"""

from dataclasses import dataclass

import numpy as np

from apical.equations.conductance import calcium, gaba, gates, ih, passive, potassium, sk, sodium, synapses
from apical.equations.conductance.mechanism import Mechanism

_SPIKES = (sodium.TRANSIENT, potassium.KV3)
_CALCIUM = (calcium.HIGH, calcium.LOW, sk.SK)
_SOMATIC_POTASSIUM = (potassium.PERSISTENT, potassium.TRANSIENT)
_GLUTAMATE = (synapses.AMPA, synapses.NMDA)

MECHANISMS: dict[str, tuple[Mechanism, ...]] = {
    "soma": (passive.LEAK, ih.IH, *_SPIKES, sodium.PERSISTENT, *_SOMATIC_POTASSIUM, *_CALCIUM, gaba.FAST),
    "basal": (passive.LEAK, ih.IH),
    "trunk": (passive.LEAK, *_SPIKES, potassium.MUSCARINIC, gaba.FAST),
    "nexus": (passive.LEAK, ih.IH, *_SPIKES, potassium.MUSCARINIC, *_CALCIUM),
    "tuft": (passive.LEAK, ih.IH, *_SPIKES, potassium.MUSCARINIC, *_CALCIUM, *_GLUTAMATE, gaba.LAYER_1),
}

#: The neighbour of each compartment on the way to the soma.
PARENT = {"basal": "soma", "trunk": "soma", "nexus": "trunk", "tuft": "nexus"}

#: The current from outside into a compartment.
INJECTED = {"soma": "i_soma", "nexus": "i_apical"}


@dataclass(frozen=True)
class Compartment:
    """A node of the tree; the branches of the tuft share what it has in equal parts.

    name : NAME of ``v_NAME``; region : REGION of ``c_REGION``; parent : neighbour towards the soma; part : part of the
        region that it is, like ``/4``
    """

    name: str
    region: str
    parent: str = ""
    part: str = ""

    @property
    def mechanisms(self) -> tuple[Mechanism, ...]:
        return MECHANISMS[self.region]

    @property
    def has_calcium(self) -> bool:
        return sk.SK in self.mechanisms


def tree(tufts: int = 1) -> list[Compartment]:
    """The compartments, parents first, with `tufts` branches of the tuft."""
    stem = [Compartment(name, name, PARENT.get(name, "")) for name in MECHANISMS if name != "tuft"]
    if tufts == 1:
        return [*stem, Compartment("tuft", "tuft", "nexus")]
    return stem + [Compartment(f"tuft{n}", "tuft", "nexus", f"/{tufts}") for n in range(1, tufts + 1)]


def passive_tree(compartments: list[Compartment], values: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Capacitances (F) and the matrix of conductances (S) of the leaky tree: C dv/dt = I - G (v - e_leak)."""
    index = {c.name: n for n, c in enumerate(compartments)}
    share = np.array([1 / float(c.part[1:] or 1) for c in compartments])
    capacitance = share * [values[f"c_{c.region}"] for c in compartments]
    conductance = np.diag(share * [values[f"gmax_leak_{c.region}"] for c in compartments])
    for c in compartments:
        if c.parent:
            pair = np.ix_([index[c.name], index[c.parent]], [index[c.name], index[c.parent]])
            axial = share[index[c.name]] * values[f"g_axial_{c.region}"]
            conductance[pair] += axial * np.array([[1, -1], [-1, 1]])
    return capacitance, conductance


def equations(compartments: list[Compartment]) -> str:
    """Brian2 equations of the cell; ``i_soma`` and ``i_apical`` are the currents from outside."""
    return "\n".join(_of(c, [x.name for x in compartments if x.parent == c.name]) for c in compartments)


def _of(c: Compartment, children: list[str]) -> str:
    currents = [f"i_{mechanism.name}_{c.name}" for mechanism in c.mechanisms]
    currents += [INJECTED[c.name]] if c.name in INJECTED else []
    currents += [f"i_axial_{c.name}"] if c.parent else []
    outwards = "".join(f" - i_axial_{child}" for child in children)
    parts = [
        f"# {c.name}",
        f"dv_{c.name}/dt = ({' + '.join(currents)}{outwards})/(c_{c.region}{c.part}) : volt",
        *(mechanism.equations(c.name, c.region, c.part) for mechanism in c.mechanisms),
    ]
    if c.parent:
        parts.append(f"i_axial_{c.name} = g_axial_{c.region}{c.part}*(v_{c.parent} - v_{c.name}) : amp")
    if c.has_calcium:
        parts.append(calcium.CONCENTRATION.format(c=c.name, region=c.region, part=c.part))
    return "\n".join(parts)


GATES = {name: gate for mechanisms in MECHANISMS.values() for m in mechanisms for name, gate in m.gates.items()}

#: Brian2 namespace of the equations.
FUNCTIONS = gates.functions(GATES) | gates.plain_functions({"unblocked": synapses.UNBLOCKED})

#: Variables that networks and protocols ask of any pyramidal cell.
APICAL = """
v_apical = v_nexus : volt
plateau = sigmoid((v_nexus - e_plateau)/d_plateau) : 1
was_above : 1                  # whether the soma was above v_spike at the step before
"""
SPIKE = "v_soma > v_spike and was_above < 0.5"
