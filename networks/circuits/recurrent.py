"""Pyramidal cells and their recurrent synapses: the network on which Brian2 and NEST are timed side by side."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from brian2 import Clock, Equations, Network, SpikeMonitor, Synapses, device, ms, pA
from brian2.stateupdaters.explicit import euler, rk4

from apical.equations import pyramidal
from apical.equations.parameters import declarations
from apical.models.twin import TABLE, pyramidal_cells
from apical.networks.circuits.compiled import Compiled
from apical.networks.circuits.cortex.sampling import Sampler

DT, DELAY = 0.1 * ms, 1 * ms
SEED = 1  # of the synapses
I_BIAS_SOMA = 210 * pA  # 4-5 Hz, more than half of the events are bursts
WEIGHTS = 500 * pA  # of all synapses onto a cell

INTEGRATORS = {"rk4": rk4, "euler": euler}

_DECLARED = (
    declarations(TABLE) + "\nkeep_background : 1 (shared, constant)\nweight : amp (shared, constant)\n"
    "duration : second (shared, constant)\n"
)

#: Of variables that no integrator is asked for: exact steps, in the order in which the twin in NESTML takes them.
_ABOVE = "time_above = int(v_apical > e_plateau)*(time_above + dt)"
_BACKGROUND = "\n".join(
    f"i_background_{place} = keep_background*i_background_{place}"
    f" + sigma_{place}*sqrt(1 - keep_background**2)*normal_noise(seed, mouse, cell, {stream}, session, t_in_timesteps)"
    for stream, place in enumerate(("soma", "apical"))
)
_EXACT = ("time_above", "i_background_soma", "i_background_apical")


def integrator(name: str) -> Callable:
    """One of `INTEGRATORS` for the membranes; as in NEST, the background is held in a step, then stepped exactly."""

    def step(equations, variables, options=None) -> str:
        integrated = Equations([e for e in equations.values() if e.varname not in _EXACT])
        return "\n".join([_ABOVE, INTEGRATORS[name](integrated, variables, options), _BACKGROUND, pyramidal.AFTER_STEP])

    return step


@dataclass(frozen=True)
class Recurrent(Compiled):
    """Structure that is compiled; everything else are values that a run is given.

    in_degree : mean number of synapses onto a cell; integrator : one of `INTEGRATORS`
    record : record spikes in time, else only count them
    """

    duration: ClassVar[str] = "pyramidal.duration"
    many_synapses: ClassVar[bool] = True

    neurons: int
    in_degree: float
    integrator: str = "rk4"
    record: bool = False

    @cached_property
    def sampler(self) -> Sampler:
        edges = np.array([0, self.neurons])
        return Sampler("recurrent", 0, edges, edges, np.array([[float(self.in_degree)]]))

    @property
    def weight(self) -> float:
        """Current of a synapse in A: however many they are, a cell gets the same mean input."""
        return float(WEIGHTS) / self.in_degree

    def values(self, seconds: float, session: int = 0) -> dict[str, np.ndarray]:
        """``group.variable`` to SI numbers. session : of the background; the synapses are always the same"""
        keep = np.exp(-float(DT / TABLE["tau_background"].value))
        given = {"duration": seconds, "seed": SEED, "session": session, "keep_background": keep, "weight": self.weight}
        given["i_bias_soma"] = float(I_BIAS_SOMA)
        return {f"pyramidal.{name}": np.asarray(value) for name, value in given.items()}

    def build(self) -> Network:
        clock = Clock(DT, name="step_clock")
        cells = pyramidal_cells(self.neurons, clock, integrator(self.integrator), _DECLARED)
        device.apply_run_args()  # the synapses depend on the seed
        name = self.sampler.name
        synapses = Synapses(
            cells,
            cells,
            on_pre="i_input_post += on_grid(weight_pre, input_range)",
            delay=DELAY,
            clock=clock,
            namespace=self.sampler.functions() | {k: cells.namespace[k] for k in ("on_grid", "input_range")},
            name=name,
        )
        synapses.connect(j=f"target_{name}(seed_pre, i, k) for k in range(points_{name}(i))", skip_if_invalid=True)
        return Network(cells, synapses, SpikeMonitor(cells, record=self.record, name="spikes"), name="side_by_side")
