"""Layer 1 NDNF+ interneurons of the circuit in which mice learn, and the GABA that they release into layer 1.

They are simpler than the neurogliaform cells of `equations.interneurons.neurogliaform`, which are validated against
physiology and are those of the cortical network.

Leaky integrate-and-fire cells without adaptation. Neurogliaform cells release by volume transmission:
one release reaches most dendrites in the axonal cloud (Olah et al. 2009), here all of the mouse alike. Release
does not depress with use, although neurogliaform synapses do: the block by light at 62 Hz is an upper bound.
"""

from brian2 import Mohm, ms, mV, nS, pA

from apical.equations.parameters import Parameter, Table

NAUMANN = "Naumann 2025"
L1 = "layer 1 neurogliaform cells, textbook range"
FRANCIONI = "Francioni et al. 2026"

PARAMETERS: Table = {
    "e_leak_ndnf": Parameter(-67 * mV, "resting potential", L1),
    "tau_ndnf": Parameter(12 * ms, "membrane time constant", L1, low=2 * ms),
    "r_ndnf": Parameter(170 * Mohm, "input resistance", NAUMANN, low=1 * Mohm),
    "v_threshold_ndnf": Parameter(-40 * mV, "spike threshold", L1),
    "v_reset_ndnf": Parameter(-60 * mV, "reset potential", L1),
    "refractory_ndnf": Parameter(3 * ms, "refractory period", L1, low=0 * ms),
    "i_bias_ndnf": Parameter(125 * pA, "tonic drive", "model: about 13 Hz"),
    "sigma_ndnf": Parameter(5 * mV, "s.d. of the background", "model: about 13 Hz", low=0 * mV),
}

#: Parameters of any NDNF+ cell.
LIGHT_PARAMETERS: Table = {
    "i_opto": Parameter(600 * pA, "ChRmine current during a light pulse", "model: 2 spikes per pulse"),
    "light_period": Parameter(32.34 * ms, "a pulse at each imaging frame of two planes", FRANCIONI, low=2 * ms),
    "light_pulse": Parameter(6 * ms, "length of a light pulse", FRANCIONI, low=0 * ms),
}

LIGHT = """
i_light = i_opto*opsin*light*pulse : amp
pulse = int(t % light_period < light_pulse) : 1
opsin : 1 (constant)           # 1 in mice that express ChRmine in NDNF+ cells
light : 1 (linked)             # 1 while the LED is on
"""

EQUATIONS = """
dv/dt = ((e_leak_ndnf - v + r_ndnf*(i_bias_ndnf + i_light))/tau_ndnf
    + sigma_ndnf*diffusion*normal_noise(seed, mouse, unit, 8, session, t_in_timesteps))*active : volt
diffusion = sqrt((2 - dt/tau_ndnf)/(tau_ndnf*dt)) : Hz
active = int(since_spike > refractory_ndnf - dt/2) : 1
last_spike : integer           # its step
since_spike = (t_in_timesteps - last_spike)*dt : second
release : 1 (constant)         # GABA that a spike adds at each dendrite
mouse : integer (constant)
unit : integer (constant)
seed : integer (shared, constant)
session : integer (shared, constant)
"""

SPIKE = "v > v_threshold_ndnf"
RESET = """
v = v_reset_ndnf
last_spike = t_in_timesteps
"""

#: GABA at a dendrite, in units of one release of the whole population.
DENDRITE = "dgaba/dt = -gaba/tau_gaba : 1\n"

ON_SPIKE = "gaba_post += release_pre"

DENDRITE_PARAMETERS: Table = {
    "tau_gaba": Parameter(180 * ms, "decay of GABA in layer 1", "Naumann 2025: 200 ms; GABA_B 100-250 ms", low=2 * ms),
    "g_gaba": Parameter(2 * nS, "apical conductance per unit of GABA", "model: light blocks plateaus", low=0 * nS),
    "e_gaba": Parameter(-80 * mV, "reversal of slow GABA_A and GABA_B together", L1),
}
