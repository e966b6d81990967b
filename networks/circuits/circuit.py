"""The circuit of a cohort: M mice in one Brian2 network, none connected to another."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from brian2 import Clock, EventMonitor, Network, NeuronGroup, SpikeMonitor, StateMonitor, linked_var, second

from apical.equations.parameters import Table
from apical.equations.task import FRAME_RATE
from apical.models import inputs, interface, ndnf, pyramidal
from apical.models.cells import NAUD_SPREKELER, Cell
from apical.models.rules import BURST_DEPENDENT, Rule
from apical.models.teachers import MIXTURE, Teacher
from apical.networks.circuits.compiled import Compiled
from apical.networks.circuits.demand import COHORT_RATES, EVENT_RATES, Demand
from apical.networks.recorded import VOLTAGE_RATE

#: Roles of the cells of a mouse in the readout, in their order.
ROLES = ("P+", "P-", "P0")


@dataclass(frozen=True)
class Structure(Compiled):
    """Structure that is compiled into the program; everything else are values that a run is given.

    varied : names of parameters that differ between mice
    record : one of `networks.recorded.RECORD`
    """

    duration: ClassVar[str] = "readout.duration"

    mice: int = 1
    cells: int = 80
    p_plus: int = 5
    p_minus: int = 5
    inputs: int = 100
    latents: int = 4
    ndnf: int = 10
    pyramidal: Cell = NAUD_SPREKELER
    teacher: Teacher = MIXTURE
    rule: Rule = BURST_DEPENDENT
    varied: frozenset[str] = frozenset()
    record: str = "events"

    @classmethod
    def of(cls, config) -> Self:
        """That of a `training.config.Config`: all mice on a GPU, else those of one thread."""
        # Brian2's runtime device is one per process.
        threads = config.threads if config.device == "cpp_standalone" else 1
        return cls(
            mice=-(-config.mice // min(threads, config.mice)),
            cells=config.cells,
            p_plus=config.bci_cells // 2,
            p_minus=config.bci_cells // 2,
            pyramidal=config.pyramidal,
            teacher=config.teacher,
            rule=config.rule,
            varied=frozenset(name for name, value in config.parameters.items() if isinstance(value, list)),
            record=config.record,
        )

    @classmethod
    def tables(cls, cell: Cell, teacher: Teacher, rule: Rule) -> dict[str, Table]:
        """All parameters, by the group that holds them."""
        return {
            "pyramidal": pyramidal.parameters(cell, rule),
            **inputs.tables(rule),
            "ndnf": ndnf.PARAMETERS,
            "readout": interface.parameters(teacher),
        }

    def build(self) -> Network:
        return build(self)

    @property
    def dt(self) -> float:
        """Time step in s."""
        return self.pyramidal.circuit_dt * 1e-3

    @property
    def potentials(self) -> list[str]:
        """Membrane potentials that show whether a simulation is stable."""
        return [*(f"pyramidal.{name}" for name in self.pyramidal.compartments.values()), "ndnf.v"]

    @property
    def per_mouse(self) -> dict[str, int]:
        """Elements of a mouse in each group that has parameters."""
        each = dict(pyramidal=self.cells, inputs=self.inputs, latents=self.latents, ndnf=self.ndnf, readout=1)
        return each | {"feed_forward": self.inputs * self.cells}

    @property
    def bci_cells(self) -> int:
        return self.p_plus + self.p_minus

    @property
    def synapses(self) -> dict[str, int]:
        """Number of synapses of the cohort by name."""
        per_mouse = {
            "feed_forward": self.inputs * self.cells,
            "volume_transmission": self.ndnf * self.cells,
            "readout_synapses": self.bci_cells,
        }
        return {name: self.mice * count for name, count in per_mouse.items()}

    @property
    def demand(self) -> Demand:
        monitors = {name: (self.mice * self.cells, rate) for name, rate in EVENT_RATES.items()}
        lists = {"feed_forward": 2, "volume_transmission": 1}
        return Demand(self.mice, self.synapses, lists, COHORT_RATES, monitors)


def build(s: Structure) -> Network:
    """The network of `s.mice` mice. Cell `i` of a group belongs to mouse `i // n`."""
    clock = Clock(s.dt * second, name="step_clock")
    frame_clock = Clock(1 / FRAME_RATE, name="frame_clock")

    cells = pyramidal.pyramidal_cells(s.mice * s.cells, s.varied, clock, frame_clock, s.pyramidal, s.rule)
    interneurons = ndnf.ndnf_cells(s.mice * s.ndnf, s.varied, clock)
    readout = interface.interface(s.mice, s.varied, frame_clock, s.teacher)

    mouse = np.arange(s.mice)
    of_cell = np.repeat(mouse, s.cells)
    for name in pyramidal.LINKED:
        setattr(cells, name, linked_var(readout, name, index=of_cell))
    latents, units = input_units(s, readout, clock, frame_clock)
    interneurons.light = linked_var(readout, "light", index=np.repeat(mouse, s.ndnf))

    bci = np.add.outer(mouse * s.cells, np.arange(s.bci_cells)).ravel()
    return Network(
        cells,
        latents,
        units,
        interneurons,
        readout,
        inputs.feed_forward(units, cells, s.mice, s.varied, clock, rule=s.rule),
        ndnf.release_onto(interneurons, cells, s.mice, clock),
        interface.readout_synapses(cells, readout, s.bci_cells, frame_clock),
        *monitors(cells, readout, bci, s.record, frame_clock),
        name="cohort",
    )


def input_units(s: Any, readout: NeuronGroup, clock: Clock, frame_clock: Clock) -> tuple:
    """Latents and inputs of a cohort; the inputs follow the trials of `readout`."""
    mouse = np.arange(s.mice)
    latents = inputs.slow_latents(s.mice * s.latents, s.varied, frame_clock)
    units = inputs.input_units(s.mice * s.inputs, s.varied, clock, frame_clock, s.rule)
    units.engaged = linked_var(readout, "engaged", index=np.repeat(mouse, s.inputs))
    latent_of_unit = np.add.outer(mouse * s.latents, np.arange(s.inputs) % s.latents).ravel()
    units.latent = linked_var(latents, "latent", index=latent_of_unit)
    return latents, units


def monitors(cells: NeuronGroup, readout: NeuronGroup, bci: np.ndarray, record: str, frame_clock: Clock) -> list:
    """Monitors that record a cohort, see `Structure.record`; bci : indices of the cells of the readout."""
    at_frames = {"clock": frame_clock, "when": "end"}
    made = [
        SpikeMonitor(cells, name="spikes"),
        EventMonitor(cells, "plateau", name="plateaus"),
        StateMonitor(
            readout,
            ["x", "cursor", "phase", "light", "probe", "teaching"],
            record=True,
            name="frames",
            **at_frames,
        ),
        StateMonitor(cells, "fluorescence_soma", record=bci, name="bci_fluorescence", **at_frames),
    ]
    if record != "events":
        fluorescence = ["fluorescence_soma", "fluorescence_apical"]
        made.append(StateMonitor(cells, fluorescence, record=True, name="imaging_traces", **at_frames))
    if record == "traces":
        each = second / VOLTAGE_RATE
        made.append(StateMonitor(cells, ["v_soma", "v_apical"], record=bci, dt=each, name="voltage_traces"))
    return made
