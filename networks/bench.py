"""Single cells side by side, each with electrodes of its own: what protocols of physiology run on."""

from dataclasses import dataclass
from typing import ClassVar

from brian2 import EventMonitor, Network, NeuronGroup, SpikeMonitor, ms

from equations import electrodes, ndnf
from equations.parameters import Table, declarations
from models.cells import CELLS

_TIMES = """
duration : second (shared, constant)
trace_stop : second (shared, constant)
"""
SAMPLED = "t < trace_stop - dt/2"  # from the start, at each step


@dataclass(frozen=True)
class Bench:
    """What is compiled; everything else are values that a run is given.

    cell : name of the cell; count : how many; dt : time step in ms
    varied : names of parameters that differ between the cells
    """

    duration: ClassVar[str] = "cells.duration"

    cell: str
    count: int = 64
    dt: float = 0.1
    varied: frozenset[str] = frozenset()

    @property
    def parameters(self) -> Table:
        """Of the cell and of the GABA at its dendrite."""
        return CELLS[self.cell].parameters | ndnf.DENDRITE_PARAMETERS

    def build(self) -> Network:
        cell = CELLS[self.cell]
        cells = NeuronGroup(
            self.count,
            cell.equations + ndnf.DENDRITE + electrodes.EQUATIONS + _TIMES + declarations(self.parameters, self.varied),
            method=cell.method,
            threshold=cell.spike,
            reset=cell.reset,
            events={"sampled": SAMPLED},
            namespace=cell.functions | electrodes.CONSTANTS,
            dt=self.dt * ms,
            name="cells",
        )
        shown = [*cell.compartments.values(), "i_soma", "i_apical"]
        traces = EventMonitor(cells, "sampled", shown, name="traces")
        return Network(cells, SpikeMonitor(cells, name="spikes"), traces, name="bench")
