"""Neurogliaform cell of layer 1 (NDNF+, NPY+): late spiking, no adaptation, persistent firing on request.

It is the cell of `apical validate`, of the cortical network and of NEST. The circuit in which mice learn has the leaky
cells of `equations.ndnf` in its place.

A potassium current of type D, open below threshold, holds the cell back from its first spike until it has
inactivated; from then on the cell fires ever faster (Meng et al. 2023, J Neurosci 43:3202). Persistent firing:
spikes at 28 Hz and above, but not at 13 Hz, lift a calcium trace over its threshold; a slow depolarisation follows
and keeps itself alive until inhibition ends it. Release and receptors: `synapses.py`.
"""

from brian2 import ms, mV, nS, pA, pF, second

from apical.equations.interneurons import membrane
from apical.equations.parameters import Parameter, Table

L1 = "layer 1 neurogliaform cells, textbook range"
LATE = "model: first spike hundreds of ms late; kind of current from Meng et al. 2023"
HARTUNG = "model: ignites at 28 Hz, not at 13 Hz (Hartung 2024)"

PARAMETERS: Table = {
    "e_leak": Parameter(-67 * mV, "reversal of the leak", f"{L1}: rest -65 to -70 mV"),
    "g_leak": Parameter(5.9 * nS, "leak", "Naumann 2025: input resistance 150-190 MOhm", low=0.1 * nS),
    "c_membrane": Parameter(71 * pF, "capacitance", f"{L1}: time constant 10-15 ms", low=1 * pF),
    "v_spike": Parameter(-42 * mV, "initiation of the spike", L1),
    "d_spike": Parameter(2 * mV, "sharpness of its initiation", L1, low=0.1 * mV),
    "v_reset": Parameter(-60 * mV, "reset, after a deep afterhyperpolarisation", L1),
    "refractory_period": Parameter(3 * ms, "refractory period", L1, low=0 * ms),
    # potassium current of type D
    "g_potassium": Parameter(4 * nS, "conductance without inactivation", LATE, low=0 * nS),
    "e_potassium": Parameter(-90 * mV, "reversal of potassium", "textbook"),
    "v_open": Parameter(-50 * mV, "half-activation", LATE),
    "d_open": Parameter(5 * mV, "slope of the activation", LATE, low=0.1 * mV),
    "v_inactive": Parameter(-65 * mV, "half-inactivation", LATE),
    "d_inactive": Parameter(6 * mV, "slope of the inactivation", LATE, low=0.1 * mV),
    "tau_inactive": Parameter(300 * ms, "time constant of the inactivation", LATE, low=2 * ms),
    # persistent firing
    "i_persistence": Parameter(0 * pA, "persistent current; 220 pA: 51 Hz", "Hartung 2024: in 64 % of cells"),
    "tau_calcium": Parameter(100 * ms, "decay of the calcium trace", HARTUNG, low=2 * ms),
    "calcium_half": Parameter(2.0, "trace at which persistence builds up half", HARTUNG),
    "d_calcium": Parameter(0.05, "slope of the build-up", HARTUNG, low=0.01),
    "tau_persistence": Parameter(5 * second, "time constant of persistence", HARTUNG, low=2 * ms),
    "persistence_half": Parameter(0.1, "persistence that opens half of the current", HARTUNG),
    "d_persistence": Parameter(0.01, "slope of the opening", HARTUNG, low=0.001),
}

EQUATIONS = (
    membrane.EQUATIONS
    + """
i_intrinsic = i_potassium + i_persistence*sigmoid((persistence - persistence_half)/d_persistence) : amp
i_potassium = g_potassium*sigmoid((v - v_open)/d_open)*not_inactive*(e_potassium - v) : amp
dnot_inactive/dt = (sigmoid((v_inactive - v)/d_inactive) - not_inactive)/tau_inactive : 1
dpersistence/dt = (sigmoid((calcium - calcium_half)/d_calcium) - persistence)/tau_persistence : 1
dcalcium/dt = -calcium/tau_calcium : 1      # in spikes
"""
)

SPIKE = membrane.SPIKE
RESET = membrane.RESET + "calcium += 1\n"
