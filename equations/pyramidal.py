"""Two-compartment layer 5 pyramidal neuron: somatic spikes, apical calcium plateau, bursts.

Source of the cell: Naud & Sprekeler 2018, PNAS 115:E6329.
"""

import numpy as np
from brian2 import amp, ms, mV, nS, pA, pF

from apical.equations.parameters import Parameter, Table

NS18 = "Naud & Sprekeler 2018"

CELL_PARAMETERS: Table = {
    # soma
    "e_leak": Parameter(-70 * mV, "resting and reset potential of both compartments", NS18),
    "tau_soma": Parameter(16 * ms, "membrane time constant of the soma", NS18, low=2 * ms),
    "c_soma": Parameter(370 * pF, "capacitance of the soma", NS18, low=1 * pF),
    "g_soma": Parameter(1300 * pA, "current into the soma during a plateau", NS18),
    "b_soma": Parameter(-200 * pA, "spike-triggered adaptation of the soma", NS18),
    "tau_w_soma": Parameter(100 * ms, "time constant of somatic adaptation", NS18, low=2 * ms),
    "v_threshold_rest": Parameter(-50 * mV, "spike threshold at rest", NS18),
    "threshold_step": Parameter(2 * mV, "rise of the threshold at a spike", NS18),
    "tau_threshold": Parameter(27 * ms, "relaxation of the threshold", NS18, low=2 * ms),
    # apical dendrite
    "tau_apical": Parameter(7 * ms, "membrane time constant of the apical dendrite", NS18, low=2 * ms),
    "c_apical": Parameter(170 * pF, "capacitance of the apical dendrite", NS18, low=1 * pF),
    "g_apical": Parameter(1200 * pA, "regenerative calcium current of the plateau", NS18),
    "e_plateau": Parameter(-38 * mV, "half-activation of the calcium current", NS18),
    "d_plateau": Parameter(6 * mV, "slope of the calcium activation", NS18, low=0.1 * mV),
    "c_bap": Parameter(2600 * pA, "current of the back-propagating action potential", NS18),
    "bap_start": Parameter(0.5 * ms, "arrival of the back-propagating action potential", NS18),
    "bap_stop": Parameter(2.5 * ms, "end of the back-propagating action potential", NS18),
    "a_apical": Parameter(-13 * nS, "sub-threshold adaptation that ends the plateau", NS18),
    "plateau_minimum": Parameter(
        15 * ms, "time above half-activation that makes a plateau", "model; NS18 plateaus last 27-31 ms", low=1 * ms
    ),
    "tau_w_apical": Parameter(30 * ms, "time constant of apical adaptation", NS18, low=2 * ms),
}

DRIVE_PARAMETERS: Table = {
    "i_bias_soma": Parameter(100 * pA, "constant somatic drive", "model: 3-8 events/s"),
    "i_bias_apical": Parameter(200 * pA, "constant apical drive", "model: burst fraction 0.1-0.3"),
    "sigma_soma": Parameter(300 * pA, "s.d. of the somatic background current", "model; NS18 450 pA"),
    "sigma_apical": Parameter(300 * pA, "s.d. of the apical background current", "model; NS18 450 pA"),
    "tau_background": Parameter(2 * ms, "correlation time of the background", NS18, low=1 * ms),
    "tau_input": Parameter(5 * ms, "decay of feed-forward synaptic currents", "model: AMPA-like", low=1 * ms),
    "i_teaching": Parameter(50 * pA, "current of a teaching signal of 1", "model: small beside the background"),
}

EVENT_PARAMETERS: Table = {
    "burst_interval": Parameter(
        16 * ms, "spikes closer than this form a burst", "Naud & Sprekeler 2018; Payeur et al. 2021"
    ),
}

#: Interval that makes a burst, in s, for all that counts bursts in trains of spikes.
BURST_INTERVAL = float(EVENT_PARAMETERS["burst_interval"].value)

PARAMETERS: Table = CELL_PARAMETERS | DRIVE_PARAMETERS | EVENT_PARAMETERS

#: The cell itself; `i_soma` and `i_apical` are the currents from outside, `gaba` is in layer 1.
CELL = """
# soma
dv_soma/dt = (e_leak - v_soma)/tau_soma + (g_soma*plateau + b_soma*w_soma + i_soma)/c_soma : volt
dw_soma/dt = -w_soma/tau_w_soma : 1
dv_threshold/dt = (v_threshold_rest - v_threshold)/tau_threshold : volt

# apical dendrite
dv_apical/dt = (e_leak - v_apical)/tau_apical
             + (g_apical*plateau + c_bap*bap + w_apical + i_apical + i_gaba)/c_apical : volt
dw_apical/dt = (a_apical*(v_apical - e_leak) - w_apical)/tau_w_apical : amp
plateau = sigmoid((v_apical - e_plateau)/d_plateau) : 1
bap = int(since_spike > bap_start - dt/2)*int(since_spike < bap_stop - dt/2) : 1
i_gaba = g_gaba*gaba*(e_gaba - v_apical) : amp
"""

#: Currents of the teaching signal, and its weights.
TEACHING_SOMA = "i_teaching*feedback_soma*teaching"
TEACHING_APICAL = "i_teaching*feedback_apical*teaching"
TEACHING = """
feedback_apical : 1 (constant) # signed weight of the teaching signal onto the apical dendrite
feedback_soma : 1 (constant)   # the same onto the soma (only where the segregation is removed)
"""

#: Currents that drive a cell in a network.
DRIVE = f"""
i_soma = i_bias_soma + i_input + i_background_soma + {TEACHING_SOMA} : amp
i_apical = i_bias_apical + i_background_apical + {TEACHING_APICAL} : amp

# feed-forward synapses end on the soma
di_input/dt = -i_input/tau_input : amp

# background: Ornstein-Uhlenbeck currents whose s.d. is exact at any step
di_background_soma/dt = -i_background_soma/tau_background + sigma_soma*diffusion
    *normal_noise(seed, mouse, cell, 0, session, t_in_timesteps) : amp
di_background_apical/dt = -i_background_apical/tau_background + sigma_apical*diffusion
    *normal_noise(seed, mouse, cell, 1, session, t_in_timesteps) : amp
diffusion = sqrt((2 - dt/tau_background)/(tau_background*dt)) : Hz

{TEACHING}
mouse : integer (constant)
cell : integer (constant)
seed : integer (shared, constant)
session : integer (shared, constant)
"""

#: Events of any cell.
EVENTS = """
# events, bursts, plateaus
last_spike : integer           # step of the last spike; seconds would lose steps in single precision
since_spike = (t_in_timesteps - last_spike)*dt : second
event : 1                      # 1 if the last spike opened an event, else 0
burst : 1                      # 1 if the last spike turned an event into a burst, else 0
event_count : 1                # since the start of the run
burst_count : 1
dtime_above/dt = (int(v_apical > e_plateau)*(time_above + dt) - time_above)/dt : second   # without a break
"""

EQUATIONS = CELL + DRIVE + EVENTS

SPIKE = "v_soma > v_threshold"

#: What a spike of any cell does to its events.
EVENTS_RESET = """
burst = event*int(since_spike < burst_interval - dt/2)
event = int(since_spike > burst_interval - dt/2)
event_count += event
burst_count += burst
last_spike = t_in_timesteps
"""

CELL_RESET = """
v_soma = e_leak
v_threshold += threshold_step
w_soma += 1
"""

RESET = EVENTS_RESET + CELL_RESET

#: After each step: on the grid of `on_grid` the synaptic currents of a step add up exactly, so that their order, which
#: differs between devices, does not matter.
AFTER_STEP = "i_input = on_grid(i_input, input_range)"
INPUT_RANGE = 2**-28 * amp  # 3.7 nA

#: A plateau: the apical potential stays above the half-activation of its calcium current. A back-propagating
#: action potential alone lifts it for less than `plateau_minimum`.
PLATEAU = "time_above > plateau_minimum - dt/2 and time_above <= plateau_minimum + dt/2"


def steps_from_onset(plateau_minimum: float | np.ndarray, dt: float) -> np.ndarray:
    """Steps from the onset of a plateau, which is the first one with the potential above, to its event; times in s."""
    return np.floor(np.asarray(plateau_minimum) / dt + 0.5).astype(np.int32) - 1
