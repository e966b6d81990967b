"""Values that a run of the cortical network is given: parameters, weights, background, start.

A network with fewer synapses keeps mean and variance of the input to a neuron, as Potjans & Diesmann 2014 do: with the
part k of the in-degrees weights grow by 1/sqrt(k), and a constant current makes up for the part sqrt(k) of the mean
input that is left, at the rates that are aimed at.
"""

import numpy as np
from brian2 import Quantity

from apical.equations import currents, tufts
from apical.equations.interneurons import synapses
from apical.equations.noise import normal_noise
from apical.models import cortical
from apical.networks.circuits.cortex.network import DT, Cortex
from apical.networks.circuits.cortex.populations import POPULATIONS
from apical.networks.circuits.cortex.projections import AFFERENTS, VOLLEY, projections, psp
from apical.networks.circuits.cortex.sampling import SESSION

#: What a run is given or leaves behind: ``group.variable`` to numbers in SI units.
Values = dict[str, np.ndarray]

LONG_AGO = -(2**20)
#: Stream of the noise of the start, in the session of the synapses.
_START = 1


def weight(psp: Quantity, target: str, compartment: str) -> float:
    """Current (A) of a synapse of the full network onto population `target`."""
    return float(currents.pulse(psp, *cortical.membrane(POPULATIONS[target].cell, compartment)))


def values(
    s: Cortex, seed: int, seconds: float, rates: dict[str, float] | None = None, biases: dict[str, float] | None = None
) -> Values:
    """``group.variable`` to SI numbers.

    rates : rates of `AFFERENTS` (Hz), where not the usual ones
    biases : biases of ``POPULATION.compartment`` (pA), where not those of `POPULATIONS`
    """
    rates, biases = rates or {}, biases or {}
    found: Values = {s.duration: np.asarray(seconds)}
    for group, names in s.groups.items():
        table = cortical.TABLES[group] | currents.PARAMETERS
        found |= {f"{group}.{name}": np.asarray(float(p.value)) for name, p in table.items()}
        found[f"{group}.seed"] = np.asarray(seed)
        found[f"{group}.session"] = np.asarray(0)
        size = s.group_sizes[group]
        found[f"{group}.last_spike"] = np.full(size, LONG_AGO)
        for compartment in ("i_input", "i_input_apical")[: 1 + (group == "pyramidal")]:
            drives = [_background(s, name, compartment, rates, biases) for name in names]
            of_neuron = np.repeat(np.array(drives), [s.sizes[p] for p in names], axis=0)
            found[f"{group}.mean_{compartment}"], found[f"{group}.kick_{compartment}"] = of_neuron.T.copy()
            found[f"{group}.{compartment}"] = of_neuron[:, 0].copy()
        found |= _start(group, seed, size)
    for name in tufts.NAMES:
        of_cell = [float(tufts.TYPES[POPULATIONS[p].cell][name].value) for p in s.groups["pyramidal"]]
        found[f"pyramidal.{name}"] = np.repeat(of_cell, [s.sizes[p] for p in s.groups["pyramidal"]])
    found |= {f"layer_1.{name}": np.asarray(float(p.value)) for name, p in synapses.SLOW_PARAMETERS.items()}
    return found | weights(s)


def weights(s: Cortex) -> Values:
    """Current (A) of a synapse of each group of synapses."""
    by_connection = {}
    for p in projections():
        (source, *_), (target, *_) = s.places[p.source], s.places[p.target]
        name = f"{source}_to_{target}" + ("_strong" if p.strength != 1 else "")
        by_connection[f"{name}.weight"] = np.asarray(
            p.strength * weight(p.psp, p.target, p.compartment) / np.sqrt(s.in_degree)
        )
    return by_connection


def afferent(target: str, compartment: str, rates: dict[str, float]) -> tuple[float, float]:
    """Mean current and kick per step (A) of the input from elsewhere to a neuron."""
    one = weight(psp(target), target, compartment)
    axons = sum(
        rates.get(name, float(a.rate)) * a.synapses.get(target, 0.0)
        for name, a in AFFERENTS.items()
        if a.compartment == compartment
    )
    mean, kick = currents.background(np.asarray(axons / VOLLEY), np.asarray(VOLLEY * one), float(DT))
    return float(mean), float(kick)


def recurrent(target: str, compartment: str) -> tuple[float, float]:
    """Mean current and kick per step (A) of the full network at the rates that are aimed at."""
    onto = [p for p in projections() if (p.target, p.compartment) == (target, compartment)]
    rate = np.array([p.in_degree * POPULATIONS[p.source].rate for p in onto])
    weights = np.array([p.strength * weight(p.psp, target, compartment) for p in onto])
    mean, kick = currents.background(rate, weights, float(DT))
    return float(mean.sum()), float(np.sqrt((kick**2).sum()))


def _background(s: Cortex, target: str, compartment: str, rates: dict, biases: dict) -> tuple[float, float]:
    """Mean current and kick per step (A) of a neuron, bias and what a smaller network lacks included."""
    population = POPULATIONS[target]
    mean, kick = afferent(target, compartment, rates)
    lost = (1 - np.sqrt(s.in_degree)) * recurrent(target, compartment)[0]
    bias = population.bias_apical if compartment == "i_input_apical" else population.bias
    return mean + lost + 1e-12 * biases.get(f"{target}.{compartment}", bias), kick


def _start(group: str, seed: int, size: int) -> Values:
    """Membranes between rest and threshold, no two neurons alike."""
    number, neuron = list(cortical.GROUPS).index(group), np.arange(size)
    above = 7e-3 + 5e-3 * normal_noise(seed, number, neuron, _START, SESSION, 0)
    rest = float(cortical.TABLES[group]["e_leak"].value)
    if group == "pyramidal":
        threshold = float(cortical.TABLES[group]["v_threshold_rest"].value)
        start = {"v_soma": rest + above, "v_apical": np.full(size, rest), "v_threshold": np.full(size, threshold)}
    else:
        start = {"v": rest + above}
    if group == "neurogliaform":
        start["not_inactive"] = np.full(size, 0.5)
    return {f"{group}.{name}": value for name, value in start.items()}
