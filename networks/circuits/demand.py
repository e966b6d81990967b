"""Demand of a network on a GPU: how many synapses it has, and which of its neurons fire how often."""

from dataclasses import dataclass, field

#: Typical events per cell and second of a cohort, by monitor.
EVENT_RATES = {"spikes": 5.0, "plateaus": 1.0}

#: Events per second of each neuron of a cohort in closed loop, by list of events; DEFAULT_RATE for all others.
COHORT_RATES = {"pyramidal._spikespace": 5.0, "inputs._spikespace": 5.0, "ndnf._spikespace": 13.0}
DEFAULT_RATE = 1.0

MICE = (1, 10, 100, 1000, 10000)


@dataclass(frozen=True)
class Demand:
    """copies : independent copies in the program (mice), to which all numbers are proportional
    synapses : their number by name; lists : how often they are listed by neuron, once for each pathway
    rates : events per second of a neuron by list of events
    monitors : neurons, and events per second of each, of the monitors of events
    bundles : by name, of synapses whose delays differ: as many as neurons and steps of delay, from none to the longest
    predicted : numbers of copies to predict the speed of
    smaller : way to make it smaller, where fewer copies are no way
    """

    copies: int
    synapses: dict[str, int]
    lists: dict[str, int]
    rates: dict[str, float]
    monitors: dict[str, tuple[int, float]]
    bundles: dict[str, int] = field(default_factory=dict)
    predicted: tuple[int, ...] = MICE
    smaller: str | None = None
