"""Membrane that all interneurons share: leak, exponential spike initiation, refractory period.

Exponential integrate-and-fire neuron: Fourcaud-Trocme, Hansel, van Vreeswijk, Brunel 2003, J Neurosci 23:11628.
A cell type adds `i_intrinsic`, its synapses `i_synaptic`.
"""

EQUATIONS = """
dv/dt = active*(i_leak + i_spike + i_intrinsic + i_synaptic + i_stimulus)/c_membrane : volt
i_leak = g_leak*(e_leak - v) : amp
i_spike = g_leak*d_spike*plain_exp((v - v_spike)/d_spike) : amp
i_stimulus : amp               # from an electrode or a light
active = int(since_spike > refractory_period - dt/2) : 1
last_spike : integer           # its step
since_spike = (t_in_timesteps - last_spike)*dt : second
"""

#: Five slopes above the initiation of the spike its upstroke is over within less than a step.
SPIKE = "v > v_spike + 5*d_spike"

RESET = """
v = v_reset
last_spike = t_in_timesteps
"""
