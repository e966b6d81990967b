"""Who connects to whom in the cortical network: probabilities, weights, delays, input from elsewhere.

A projection of the base holds for all cells of its populations, with these exceptions. The inhibition of the base,
which is one of somata, is that of PV cells alone: each takes the synapses of its SOM neighbours too. SOM cells inhibit
the apical dendrites of layer 5 in addition, and layer 1; the other cells have no dendrite for it. PV cells do not
inhibit SOM cells (Pfeffer et al. 2013, Nat Neurosci 16:1068), whose excitation is weaker.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from brian2 import Hz, Quantity, ms, mV

from apical.equations import tufts
from apical.equations.interneurons.synapses import CONNECTIONS
from apical.networks.circuits.cortex.populations import BASE_NUMBERS, POPULATIONS

PD14 = "Potjans & Diesmann 2014"

_SOURCES = ("L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I")

#: Probability that two neurons are connected, target: sources (Potjans & Diesmann 2014, Table 5).
_PROBABILITIES = {
    "L23E": (0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0),
    "L23I": (0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0),
    "L4E": (0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0.0),
    "L4I": (0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0),
    "L5E": (0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0),
    "L5I": (0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0.0),
    "L6E": (0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252),
    "L6I": (0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443),
}

#: Onto layer 1, by source population and target base. Neurogliaform cells answer by volume transmission.
_ONTO_LAYER_1 = {
    "L23 E": (0.02, "model: sparse; layer 2/3 cells excite layer 1 (Wozny & Williams 2011)"),
    "L23 SOM": (0.1, "model; SOM cells inhibit NDNF+ cells (Naumann 2025)"),
    "L5 SOM": (0.1, "model; Martinotti cells of layer 5 reach layer 1 (Naumann 2025)"),
}

PSP = 0.15 * mV  # Potjans & Diesmann 2014
INHIBITION = -4.0  # over excitation, Potjans & Diesmann 2014
STRONG = {("L4 E", "L23 E"): 2.0}  # Potjans & Diesmann 2014
#: Excitation of SOM cells over that of others: that of the small circuit over its PV cells; single spikes hardly
#: release at facilitating synapses.
ONTO_SOM = float(CONNECTIONS["pyramidal", "som"].weight / CONNECTIONS["pyramidal", "pv"].weight)
#: Axons from elsewhere that fire together. In the base they are independent, which leaves membranes in the background
#: alone with a s.d. of less than 2 mV; in vivo it is 3-5 mV (model; Destexhe, Rudolph, Paré 2003). Without it layer 2/3
#: was either silent or fired in synchronous bursts: unlike the base's, the spikes of these PV cells take time to start.
VOLLEY = 9
#: Mean delay of synapses, and the s.d. over it (Potjans & Diesmann 2014). No delay is less than a step or more than
#: `LONGEST_DELAY` times the mean (model: as far above the mean as none is below).
DELAY = {"E": 1.5 * ms, "I": 0.75 * ms}
DELAY_SPREAD, LONGEST_DELAY = 0.5, 2


@dataclass(frozen=True)
class Projection:
    """in_degree : mean number of synapses of a target neuron in the full network
    psp : peak of its postsynaptic potential, negative for inhibition
    compartment : variable of the target's current
    """

    source: str
    target: str
    in_degree: float
    psp: Quantity
    compartment: str
    reference: str

    @property
    def strength(self) -> float:
        """Weight over that of its kind."""
        return STRONG.get((self.source, self.target), 1.0)


def _synapses(probability: float, sources: int, targets: int) -> float:
    """Number of synapses at which two neurons are connected, once or more often, with `probability` (PD14, eq. 1)."""
    return np.log1p(-probability) / np.log1p(-1 / (sources * targets))


def excitatory(population: str) -> bool:
    return POPULATIONS[population].base.endswith("E")


def psp(target: str, inhibition: bool = False) -> Quantity:
    """Peak of the postsynaptic potential of one spike at a neuron of population `target`."""
    if inhibition:
        return PSP * INHIBITION
    return PSP * (ONTO_SOM if POPULATIONS[target].cell == "som" else 1.0)


def _left_out(source: str, target: str) -> bool:
    by, onto = POPULATIONS[source].cell, POPULATIONS[target].cell
    return (by == "pv" and onto == "som") or (by == "som" and onto not in tufts.TYPES)


def _base_projection(source: str, target: str) -> tuple[float, str]:
    """Probability and reference."""
    base, onto = POPULATIONS[source].base, POPULATIONS[target].base
    if onto == "L1I":
        return _ONTO_LAYER_1.get(source, (0.0, ""))
    if base == "L1I" or _left_out(source, target):
        return 0.0, ""
    return _PROBABILITIES[onto][_SOURCES.index(base)], PD14


def projections() -> list[Projection]:
    """All projections with synapses between neurons."""
    found = []
    for target, onto in POPULATIONS.items():
        for source, of in POPULATIONS.items():
            probability, reference = _base_projection(source, target)
            if not probability:
                continue
            total = _synapses(probability, BASE_NUMBERS[of.base], BASE_NUMBERS[onto.base])
            share = 1.0 if of.cell == "pv" else of.share
            found.append(
                Projection(
                    source,
                    target,
                    in_degree=share * total / BASE_NUMBERS[onto.base],
                    psp=psp(target, inhibition=not excitatory(source)),
                    compartment="i_input_apical" if of.cell == "som" and onto.cell in tufts.TYPES else "i_input",
                    reference=reference,
                )
            )
    return found


@dataclass(frozen=True)
class Afferent:
    """Input from elsewhere: synapses per neuron of each population, and the rate of their axons."""

    rate: Quantity
    synapses: dict[str, float]
    compartment: str
    meaning: str
    source: str


def _by_base(numbers: Mapping[str, float]) -> dict[str, float]:
    return {name: float(numbers[p.base]) for name, p in POPULATIONS.items() if p.base in numbers}


_K_EXTERNAL = dict(L23E=1600, L23I=1500, L4E=2100, L4I=1900, L5E=2000, L5I=1900, L6E=2900, L6I=2100, L1I=1500)
_K_THALAMUS = {
    base: _synapses(p, 902, BASE_NUMBERS[base]) / BASE_NUMBERS[base]
    for base, p in dict(L4E=0.0983, L4I=0.0619, L6E=0.0512, L6I=0.0196).items()
}
_TUFTS = {"L5 thick": 1000.0, "L5 thin": 1000.0}
_LAYER_1 = {"L1 NGF": 200.0, "L1 canopy": 200.0}

#: Axons by name; their rates are options of a run. Those of layers 2 to 6 are of Potjans & Diesmann 2014.
AFFERENTS = {
    "background": Afferent(8 * Hz, _by_base(_K_EXTERNAL), "i_input", "other areas", f"{PD14}; layer 1: as L2/3 I"),
    "thalamus": Afferent(0 * Hz, _by_base(_K_THALAMUS), "i_input", "first-order thalamus", f"{PD14}, silent at rest"),
    "top_down": Afferent(
        8 * Hz, _TUFTS, "i_input_apical", "higher areas and thalamus onto tufts", "model; Larkum 2013"
    ),
    "top_down_layer_1": Afferent(8 * Hz, _LAYER_1, "i_input", "the same onto layer 1", "model; Pardi et al. 2020"),
}
