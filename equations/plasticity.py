"""Burst-dependent plasticity of the feed-forward synapses.

Payeur, Guerguiev, Zenke, Richards, Naud 2021, Nat Neurosci 24:1010:
dw_ij/dt = eta (B_i - Pbar_i E_i) Etilde_j with Pbar = Bbar/Ebar.
An event lowers w by eta Pbar Etilde, a burst raises it by eta Etilde. All a synapse needs is in its own
two cells. Pbar is read before the averages move.
"""

from brian2 import ms, pA, second

from apical.equations.parameters import Parameter, Table

PAYEUR = "Payeur et al. 2021"

PARAMETERS: Table = {
    "eta": Parameter(0.06 * pA, "learning rate", "model: learning takes days", low=0 * pA),
    "forgetting": Parameter(
        2.8e-6, "part of a weight that an event takes away", "model: P0 falls to 0.71 in 14 days", low=0.0
    ),
    "tau_average": Parameter(300 * second, "averages of events and bursts", "model; Payeur 5-15 s", low=1 * second),
}

#: Postsynaptic part, in the pyramidal neuron.
EQUATIONS = """
devent_average/dt = -event_average/tau_average : Hz
dburst_average/dt = -burst_average/tau_average : Hz
burst_fraction = clip(burst_average/(event_average + 1e-9*Hz), 0, 1) : 1      # Pbar
learning_signal : amp          # what the last spike asks of the cell's active synapses
decay_signal : 1               # what it takes from all of them
"""

RESET = """
learning_signal = eta*closed_loop*(burst - burst_fraction*event)
decay_signal = forgetting*closed_loop*event
event_average += event/tau_average
burst_average += burst/tau_average
"""

INPUT_PARAMETERS: Table = {"tau_trace": Parameter(50 * ms, "presynaptic event trace", PAYEUR, low=2 * ms)}

#: Presynaptic part, in the input: the trace as it was at the last spike, from where it decays.
INPUT_EQUATIONS = """
trace : 1
last_spike : integer           # its step
since_spike = (t_in_timesteps - last_spike)*dt : second
"""

INPUT_RESET = """
trace = 1 + trace*exp_decay(since_spike, tau_trace)
last_spike = t_in_timesteps
"""

# of a synapse under any rule

SYNAPSE_PARAMETERS: Table = {
    "w_max": Parameter(240 * pA, "upper bound of a weight", "model: 3 x initial mean", low=0 * pA)
}

SYNAPSE = "w : amp"
ON_PRE = "{current}_post += on_grid(w, input_range)"  # of the cell

#: At a postsynaptic spike, after the reset.
ON_POST = """
trace_now = trace_pre*exp_decay(since_spike_pre, tau_trace_pre)
w = clip(w*(1 - decay_signal_post) + learning_signal_post*trace_now, 0*pA, w_max)
"""
