"""The cortical network as Brian2 objects: what is compiled."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from brian2 import Clock, EventMonitor, Network, NeuronGroup, SpikeMonitor, Synapses, device, get_device, ms
from brian2.devices.cpp_standalone.device import CPPStandaloneDevice

from apical.equations import noise
from apical.models import cortical
from apical.models.interneurons import volume_transmission
from apical.networks.circuits.compiled import Compiled
from apical.networks.circuits.cortex.populations import POPULATIONS, numbers
from apical.networks.circuits.cortex.projections import (
    DELAY,
    DELAY_SPREAD,
    LONGEST_DELAY,
    Projection,
    excitatory,
    projections,
)
from apical.networks.circuits.cortex.sampling import DELAYS, SESSION, Sampler
from apical.networks.circuits.demand import DEFAULT_RATE, Demand

DT = 0.1 * ms


@dataclass(frozen=True)
class Tract:
    """Synapses between two groups of neurons that have kind and strength in common."""

    sampler: Sampler
    source: str
    target: str
    compartment: str
    kind: str

    @property
    def name(self) -> str:
        return self.sampler.name

    @property
    def longest_delay(self) -> int:
        """In steps."""
        return round(LONGEST_DELAY * DELAY[self.kind] / DT)


@dataclass(frozen=True)
class Cortex(Compiled):
    """Structure that is compiled; everything else are values that a run is given.

    scale : mm² of cortex, or part of the 77,759 neurons of the full network
    in_degree : synapses of a neuron over those in the full network
    record : ``events``; ``counts``, of spikes of each neuron, with nothing recorded in time
    """

    duration: ClassVar[str] = "layer_1.duration"
    many_synapses: ClassVar[bool] = True

    scale: float = 0.1
    in_degree: float = 0.1
    record: str = "events"

    def build(self) -> Network:
        return build(self)

    @property
    def added(self) -> dict[str, cortical.Added]:
        """Equations that a task adds to the cells of a group."""
        return {}

    def task(self, groups: dict[str, NeuronGroup], clock: Clock) -> list:
        """Objects of a task, made before the network is connected."""
        return []

    def monitors(self, groups: dict[str, NeuronGroup]) -> list:
        """Monitors of the events of the groups."""
        recorded = self.record == "events"
        plateaus = EventMonitor(groups["pyramidal"], "plateau", record=recorded, name="plateaus")
        return [plateaus, *(SpikeMonitor(g, record=recorded, name=f"{name}_spikes") for name, g in groups.items())]

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Neurons of each population."""
        return numbers(self.scale)

    @cached_property
    def places(self) -> dict[str, tuple[str, int, int]]:
        """Group, first and last + 1 index of each population."""
        found, used = {}, dict.fromkeys(cortical.GROUPS, 0)
        for name, population in POPULATIONS.items():
            group = cortical.group_of(population.cell)
            found[name] = group, used[group], used[group] + self.sizes[name]
            used[group] += self.sizes[name]
        return found

    @cached_property
    def groups(self) -> dict[str, list[str]]:
        """Populations of each group."""
        return {g: [p for p, (group, *_) in self.places.items() if group == g] for g in cortical.GROUPS}

    @cached_property
    def group_sizes(self) -> dict[str, int]:
        """Neurons of each group."""
        return {group: sum(self.sizes[name] for name in names) for group, names in self.groups.items()}

    @cached_property
    def connections(self) -> list[Tract]:
        """The projections, gathered by groups."""
        gathered: dict[tuple[str, str, str, str, Any], list[Projection]] = {}
        for p in projections():
            groups = self.places[p.source][0], self.places[p.target][0]
            kind = "E" if excitatory(p.source) else "I"
            gathered.setdefault((*groups, p.compartment, kind, p.strength), []).append(p)
        return [self._connection(n, *key, members) for n, (key, members) in enumerate(gathered.items())]

    @property
    def demand(self) -> Demand:
        """At the rates aimed at."""
        size = self.group_sizes
        rates = {
            group: sum(self.sizes[name] * POPULATIONS[name].rate for name in names) / size[group]
            for group, names in self.groups.items()
        }
        synapses = {c.name: round(c.sampler.expected) for c in self.connections}
        synapses |= {"volume_transmission": size["neurogliaform"]}
        monitors = {f"{group}_spikes": (size[group], rates[group]) for group in size}
        return Demand(
            copies=1,
            predicted=(1,),
            synapses=synapses,
            lists=dict.fromkeys(synapses, 1),
            bundles={c.name: size[c.source] * (c.longest_delay + 1) for c in self.connections},
            rates={f"{group}._spikespace": rate for group, rate in rates.items()},
            monitors=monitors | {"plateaus": (size["pyramidal"], DEFAULT_RATE)},
            smaller="choose a smaller --scale or --in-degree",
        )

    def _connection(self, number, source, target, compartment, kind, strength, members) -> Tract:
        sources, targets = self.groups[source], self.groups[target]
        outdegree = np.zeros((len(sources), len(targets)))
        for p in members:
            synapses = p.in_degree * self.in_degree * self.sizes[p.target]
            outdegree[sources.index(p.source), targets.index(p.target)] = synapses / self.sizes[p.source]
        edges = lambda names: np.cumsum([0, *(self.sizes[n] for n in names)])  # noqa: E731
        name = f"{source}_to_{target}" + ("_strong" if strength != 1 else "")
        return Tract(
            Sampler(name, number, edges(sources), edges(targets), outdegree), source, target, compartment, kind
        )


def build(s: Cortex, prepare: Callable[[Network], None] = lambda network: None) -> Network:
    """The network of `s`. prepare : called with the groups before they are connected, to give them their values.

    A compiled program takes its values before it connects, so that the seed is one of them.
    """
    clock = Clock(DT, name="step_clock")
    groups = {group: cortical.cells(group, n, clock, s.added.get(group)) for group, n in s.group_sizes.items()}
    pool = cortical.layer_1(clock)
    cortical.reach(pool, groups["pyramidal"])
    release = volume_transmission(groups["neurogliaform"], pool, clock)
    network = Network(*groups.values(), pool, release, *s.task(groups, clock), name="cortex")
    prepare(network)
    if isinstance(get_device(), CPPStandaloneDevice):
        device.apply_run_args()
    for connection in s.connections:
        network.add(_connect(connection, groups, clock))
    network.add(s.monitors(groups))
    return network


def _connect(c: Tract, groups: dict, clock) -> Synapses:
    """Static synapses. One weight for all of them: a GPU adds it up in any order, and the sum has the same bits."""
    functions = c.sampler.functions()
    synapses = Synapses(
        groups[c.source],
        groups[c.target],
        "weight : amp (shared, constant)",
        on_pre=f"{c.compartment}_post += weight",
        clock=clock,
        namespace=functions | noise.FUNCTIONS,
        name=c.name,
    )
    synapses.connect(j=f"target_{c.name}(seed_pre, i, k) for k in range(points_{c.name}(i))", skip_if_invalid=True)
    mean, deviate = float(DELAY[c.kind]), f"normal_noise(seed_pre, {c.sampler.number}, i, {DELAYS}, {SESSION}, j)"
    synapses.delay = f"clip({mean}*(1 + {DELAY_SPREAD}*{deviate}), {float(DT)}, {LONGEST_DELAY * mean})*second"
    return synapses
