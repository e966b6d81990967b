"""What a structure asks of a GPU: how many synapses it has, and which of its neurons fire how often."""

from dataclasses import dataclass

from apical.networks.circuits.circuit import Structure
from apical.networks.circuits.cortex.network import Cortex
from apical.networks.circuits.cortex.populations import POPULATIONS

#: Typical events per cell and second of a cohort, by monitor.
EVENT_RATES = {"spikes": 5.0, "plateaus": 1.0}

#: Events per second of each neuron of a cohort in closed loop, by list of events; DEFAULT_RATE for all others.
COHORT_RATES = {"pyramidal._spikespace": 5.0, "inputs._spikespace": 5.0, "ndnf._spikespace": 13.0}
DEFAULT_RATE = 1.0

MICE = (1, 10, 100, 1000, 10000)


@dataclass(frozen=True)
class Demand:
    """copies : independent copies in the program (mice), to which all numbers are proportional
    predicted : numbers of copies to predict the speed of
    synapses : their number by name; lists : how often they are listed by neuron, once for each pathway
    bundles : by name, of synapses whose delays differ: as many as neurons and steps of delay, from none to the longest
    rates : events per second of a neuron by list of events
    monitors : neurons, and events per second of each, of the monitors of events
    """

    copies: int
    predicted: tuple[int, ...]
    synapses: dict[str, int]
    lists: dict[str, int]
    bundles: dict[str, int]
    rates: dict[str, float]
    monitors: dict[str, tuple[int, float]]


def demand(structure: Structure | Cortex) -> Demand:
    """The demand of a cohort or of a cortical network that fires at the rates aimed at."""
    return _of_cortex(structure) if isinstance(structure, Cortex) else _of_cohort(structure)


def _of_cohort(s: Structure) -> Demand:
    lists = {"feed_forward": 2, "volume_transmission": 1}
    monitors = {name: (s.mice * s.cells, rate) for name, rate in EVENT_RATES.items()}
    return Demand(s.mice, MICE, s.synapses, lists, {}, COHORT_RATES, monitors)


def _of_cortex(s: Cortex) -> Demand:
    size = s.group_sizes
    rates = {
        group: sum(s.sizes[name] * POPULATIONS[name].rate for name in names) / size[group]
        for group, names in s.groups.items()
    }
    synapses = {c.name: round(c.sampler.expected) for c in s.connections} | {
        "volume_transmission": size["neurogliaform"]
    }
    monitors = {f"{group}_spikes": (size[group], rates[group]) for group in size}
    return Demand(
        copies=1,
        predicted=(1,),
        synapses=synapses,
        lists=dict.fromkeys(synapses, 1),
        bundles={c.name: size[c.source] * (c.longest_delay + 1) for c in s.connections},
        rates={f"{group}._spikespace": rate for group, rate in rates.items()},
        monitors=monitors | {"plateaus": (size["pyramidal"], DEFAULT_RATE)},
    )
