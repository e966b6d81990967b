"""Canopy cell of layer 1 (NDNF+, NPY-): first spike without delay, moderate adaptation.

Schuman et al. 2019, J Neurosci 39:125: about 40 % of the interneurons of layer 1. Their irregular firing near
rheobase (Meng et al. 2023) needs noise, which this cell does not have.
"""

from brian2 import ms, mV, nS, pA, pF

from apical.equations.interneurons import adaptation, membrane
from apical.equations.parameters import Parameter, Table

L1 = "layer 1 interneurons, textbook range"
SCHUMAN = "model: moderate adaptation (Schuman et al. 2019)"

PARAMETERS: Table = {
    "e_leak": Parameter(-67 * mV, "resting potential", L1),
    "g_leak": Parameter(5.9 * nS, "leak", "Naumann 2025: NDNF+ cells 150-190 MOhm", low=0.1 * nS),
    "c_membrane": Parameter(71 * pF, "capacitance", f"{L1}: time constant 10-15 ms", low=1 * pF),
    "v_spike": Parameter(-42 * mV, "initiation of the spike", L1),
    "d_spike": Parameter(2 * mV, "sharpness of its initiation", L1, low=0.1 * mV),
    "v_reset": Parameter(-55 * mV, "reset", L1),
    "refractory_period": Parameter(2 * ms, "refractory period", L1, low=0 * ms),
    "a_adaptation": Parameter(0 * nS, "adaptation to the potential", SCHUMAN, low=0 * nS),
    "b_adaptation": Parameter(12 * pA, "adaptation by a spike", SCHUMAN, low=0 * pA),
    "tau_adaptation": Parameter(150 * ms, "time constant of adaptation", SCHUMAN, low=2 * ms),
}

EQUATIONS = membrane.EQUATIONS + adaptation.EQUATIONS
SPIKE = membrane.SPIKE
RESET = membrane.RESET + adaptation.RESET
