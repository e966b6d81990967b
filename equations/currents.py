"""Synaptic currents of the cortical network: exponential pulses, and background input in the diffusion limit.

Potjans & Diesmann 2014 give weights as peaks of the postsynaptic potential; `pulse` is the current that makes them.
Background spikes, thousands per second and neuron, add a mean current and, in each step, a random kick; synapse and
membrane smooth the kicks of many steps into a normally distributed potential.
"""

import numpy as np
from brian2 import Quantity, ms

from apical.equations.parameters import Parameter, Table

PD14 = "Potjans & Diesmann 2014"

PARAMETERS: Table = {
    "tau_synapse": Parameter(0.5 * ms, "decay of synaptic currents", PD14, low=0.2 * ms),
}


#: Currents of plastic inputs, as in the circuit; they end on the soma.
FEED_FORWARD = "di_feed_forward/dt = -i_feed_forward/tau_input : amp\n"


def current(name: str, kind: int, stream: int) -> str:
    """Equations of the synaptic current `name`; `kind` and `stream` tell its noise from that of others."""
    return f"""
d{name}/dt = (mean_{name} - {name})/tau_synapse
    + kick_{name}*binomial_noise(seed, {kind}, i, {stream}, session, t_in_timesteps)/dt : amp
mean_{name} : amp (constant)   # of the background
kick_{name} : amp (constant)   # s.d. of what the background adds in a step
"""


IDENTITY = """
seed : integer (shared, constant)
session : integer (shared, constant)
"""


def pulse(psp: Quantity, tau: Quantity, capacitance: Quantity) -> Quantity:
    """Current (amp) of a synapse whose potential peaks at `psp` in a passive cell of that `tau` and `capacitance`."""
    ratio = float(PARAMETERS["tau_synapse"].value / tau)
    # Peak of the difference of two exponentials.
    peak = (ratio ** (ratio / (1 - ratio)) - ratio ** (1 / (1 - ratio))) / (1 - ratio)
    return psp * capacitance / (PARAMETERS["tau_synapse"].value * peak)


def background(rate: np.ndarray, weight: np.ndarray, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean current and kick per step (amp) of input spikes at `rate` (Hz) that each open `weight` (amp).

    Arrays of one shape; dt in seconds. Negative weights inhibit.
    """
    return rate * weight * float(PARAMETERS["tau_synapse"].value), np.abs(weight) * np.sqrt(rate * dt)
