"""Point neuron: the leaky integrate-and-fire cell of Potjans & Diesmann 2014, for layers without dendrites of note."""

from brian2 import ms, mV, pF

from apical.equations.parameters import Parameter, Table

PD14 = "Potjans & Diesmann 2014"

PARAMETERS: Table = {
    "e_leak": Parameter(-65 * mV, "resting potential", PD14),
    "tau_membrane": Parameter(10 * ms, "membrane time constant", PD14, low=1 * ms),
    "c_membrane": Parameter(250 * pF, "capacitance", PD14, low=1 * pF),
    "v_threshold": Parameter(-50 * mV, "spike threshold", PD14),
    "v_reset": Parameter(-65 * mV, "reset potential", PD14),
    "refractory_period": Parameter(2 * ms, "refractory period", PD14, low=0 * ms),
}

EQUATIONS = """
dv/dt = active*((e_leak - v)/tau_membrane + i_input/c_membrane) : volt
active = int(since_spike > refractory_period - dt/2) : 1
last_spike : integer           # its step
since_spike = (t_in_timesteps - last_spike)*dt : second
"""

SPIKE = "v > v_threshold"

RESET = """
v = v_reset
last_spike = t_in_timesteps
"""
