"""Somatostatin-positive interneuron (SOM), inhibits apical dendrites: small rheobase, slow adaptation.

Payeur et al. 2021, Nat Neurosci 24:1010, who give the rheobase; the initiation of the spike follows from it,
v_spike = rheobase/(g_leak + a_adaptation) + e_leak + d_spike (1 - ln(1 + a_adaptation/g_leak)), for an adaptation
that has settled.
"""

from brian2 import ms, mV, nS, pA, pF

from apical.equations.interneurons import adaptation, membrane
from apical.equations.parameters import Parameter, Table

PAYEUR = "Payeur et al. 2021"

PARAMETERS: Table = {
    "e_leak": Parameter(-70 * mV, "resting potential", PAYEUR),
    "g_leak": Parameter(5 * nS, "leak", PAYEUR, low=0.1 * nS),
    "c_membrane": Parameter(100 * pF, "capacitance", f"{PAYEUR}: time constant 20 ms", low=1 * pF),
    "v_spike": Parameter(-61.8358 * mV, "initiation of the spike", f"{PAYEUR}: rheobase 25 pA"),
    "d_spike": Parameter(4 * mV, "sharpness of its initiation", PAYEUR, low=0.1 * mV),
    "v_reset": Parameter(-65 * mV, "reset", PAYEUR),
    "refractory_period": Parameter(2 * ms, "refractory period", PAYEUR, low=0 * ms),
    "a_adaptation": Parameter(0.5 * nS, "adaptation to the potential", PAYEUR, low=0 * nS),
    "b_adaptation": Parameter(10 * pA, "adaptation by a spike", PAYEUR, low=0 * pA),
    "tau_adaptation": Parameter(500 * ms, "time constant of adaptation", PAYEUR, low=2 * ms),
}

EQUATIONS = membrane.EQUATIONS + adaptation.EQUATIONS
SPIKE = membrane.SPIKE
RESET = membrane.RESET + adaptation.RESET
