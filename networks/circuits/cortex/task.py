"""The cortical network of one mouse with the brain-computer interface on its layer 5."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from brian2 import Clock, NeuronGroup, SpikeMonitor, linked_var

from apical.equations import tufts
from apical.equations.parameters import Table
from apical.equations.task import FRAME_RATE
from apical.models import inputs, interface
from apical.models.cells import Cell
from apical.models.cortical import TABLES, Added
from apical.models.cortical_task import LIT, taught
from apical.models.pyramidal import LINKED, image
from apical.models.rules import BURST_DEPENDENT, Rule
from apical.models.teachers import MIXTURE, Teacher
from apical.networks.circuits.circuit import input_units, monitors
from apical.networks.circuits.cortex.network import DT, Cortex

#: Groups of NDNF+ cells; the first releases GABA into layer 1.
NDNF = ("neurogliaform", "canopy")


@dataclass(frozen=True)
class TaskCortex(Cortex):
    """Structure of a mouse that is compiled; the fields and names of `circuits.circuit.Structure` mean the same here.

    cells : the pyramidal cells of layer 5, thick-tufted ones first, which are those of the readout
    """

    duration: ClassVar[str] = "readout.duration"
    mice: ClassVar[int] = 1
    varied: ClassVar[frozenset[str]] = frozenset()
    dt: ClassVar[float] = float(DT)
    potentials: ClassVar[list[str]] = ["pyramidal.v_soma", "pyramidal.v_apical", *(f"{group}.v" for group in NDNF)]

    p_plus: int = 5
    p_minus: int = 5
    inputs: int = 100
    latents: int = 4
    teacher: Teacher = MIXTURE
    rule: Rule = BURST_DEPENDENT

    @classmethod
    def of(cls, config) -> Self:
        """That of a `training.config.Config`."""
        half = config.bci_cells // 2
        parts = {"teacher": config.teacher, "rule": config.rule}
        return cls(config.scale, config.in_degree, config.record, p_plus=half, p_minus=half, **parts)

    @classmethod
    def tables(cls, cell: Cell, teacher: Teacher, rule: Rule) -> dict[str, Table]:
        """Parameters that can be changed, by the group that holds them."""
        own = {name: p for name, p in TABLES["pyramidal"].items() if name not in tufts.NAMES}
        return {
            "pyramidal": own | taught(rule).parameters,
            **inputs.tables(rule),
            "readout": interface.parameters(teacher),
            **dict.fromkeys(NDNF, LIT.parameters),
        }

    @property
    def added(self) -> dict[str, Added]:
        return {"pyramidal": taught(self.rule)} | dict.fromkeys(NDNF, LIT)

    @property
    def cells(self) -> int:
        return self.group_sizes["pyramidal"]

    @property
    def bci_cells(self) -> int:
        return self.p_plus + self.p_minus

    def task(self, groups: dict[str, NeuronGroup], clock: Clock) -> list:
        """Readout, trial machine, teaching signal, plastic inputs, and monitors of what the readout sees."""
        frame_clock = Clock(1 / FRAME_RATE, name="frame_clock")
        cells = groups["pyramidal"]
        image(cells, frame_clock)
        readout = interface.interface(1, self.varied, frame_clock, self.teacher)
        links = [(cells, name) for name in LINKED] + [(groups[group], "light") for group in NDNF]
        for group, name in links:
            setattr(group, name, linked_var(readout, name, index=np.zeros(len(group), dtype=int)))
        latents, units = input_units(self, readout, clock, frame_clock)
        return [
            readout,
            latents,
            units,
            inputs.feed_forward(units, cells, 1, self.varied, clock, "i_feed_forward", self.rule),
            interface.readout_synapses(cells, readout, self.bci_cells, frame_clock),
            *monitors(cells, readout, np.arange(self.bci_cells), self.record, frame_clock),
        ]

    def monitors(self, groups: dict[str, NeuronGroup]) -> list:
        """Numbers of spikes of the other groups."""
        return [SpikeMonitor(g, record=False, name=f"{n}_spikes") for n, g in groups.items() if n != "pyramidal"]
