"""Single cells side by side, each with electrodes of its own."""

from dataclasses import dataclass
from typing import ClassVar

from brian2 import Clock, EventMonitor, Network, NeuronGroup, SpikeMonitor, ms

from apical.equations import electrodes, ndnf
from apical.equations.interneurons import synapses
from apical.equations.parameters import Table, declarations
from apical.models.cells import Cell
from apical.models.interneurons import interneurons, volume_transmission
from apical.networks.circuits.compiled import Compiled

_TIMES = """
duration : second (shared, constant)
trace_stop : second (shared, constant)
"""
SAMPLED = "t < trace_stop - dt/2"  # from the start, at each step


@dataclass(frozen=True)
class SingleCells(Compiled):
    """Structure that is compiled; everything else are values that a run is given.

    count : number of cells; dt : time step in ms
    layer_1 : let a neurogliaform cell, which light makes fire, release GABA onto each of them
    varied : names of parameters that differ between the cells
    """

    duration: ClassVar[str] = "cells.duration"

    cell: Cell
    count: int = 64
    dt: float = 0.1
    layer_1: bool = False
    varied: frozenset[str] = frozenset()

    @property
    def parameters(self) -> Table:
        """Parameters of the cell and of the GABA at its dendrite."""
        return self.cell.parameters | (self.cell.slow_gaba if self.layer_1 else ndnf.DENDRITE_PARAMETERS)

    def build(self) -> Network:
        cell, clock = self.cell, Clock(self.dt * ms)
        dendrite = synapses.APICAL if self.layer_1 else ndnf.DENDRITE
        cells = NeuronGroup(
            self.count,
            "\n".join(
                [cell.equations, dendrite, electrodes.EQUATIONS, _TIMES, declarations(self.parameters, self.varied)]
            ),
            method=cell.method,
            threshold=cell.spike,
            reset=cell.reset,
            events={"sampled": SAMPLED},
            namespace=cell.functions | electrodes.CONSTANTS,
            clock=clock,
            name="cells",
        )
        shown = [*cell.compartments.values(), "i_soma", "i_apical"]
        traces = EventMonitor(cells, "sampled", shown, name="traces")
        return Network(
            cells, SpikeMonitor(cells, name="spikes"), traces, *self._layer_1(cells, clock), name="single_cells"
        )

    def _layer_1(self, cells: NeuronGroup, clock: Clock) -> list:
        if not self.layer_1:
            return []
        ngf = interneurons("neurogliaform", self.count, clock, electrodes=electrodes.PULSES.format(site="light"))
        ngf.run_regularly("i_stimulus = pulse_light", clock=clock)
        release = volume_transmission(ngf, cells, clock, mice=self.count)
        return [ngf, release, SpikeMonitor(ngf, name="releases")]
