"""Parvalbumin-positive interneuron (PV), inhibits somata: fast, without adaptation.

Payeur et al. 2021, Nat Neurosci 24:1010, who give the rheobase; the initiation of the spike follows from it,
v_spike = rheobase/g_leak + e_leak + d_spike.
"""

from brian2 import ms, mV, nS, pF

from apical.equations.interneurons import membrane
from apical.equations.parameters import Parameter, Table

PAYEUR = "Payeur et al. 2021"

PARAMETERS: Table = {
    "e_leak": Parameter(-70 * mV, "resting potential", PAYEUR),
    "g_leak": Parameter(10 * nS, "leak", PAYEUR, low=0.1 * nS),
    "c_membrane": Parameter(100 * pF, "capacitance", f"{PAYEUR}: time constant 10 ms", low=1 * pF),
    "v_spike": Parameter(-48 * mV, "initiation of the spike", f"{PAYEUR}: rheobase 200 pA"),
    "d_spike": Parameter(2 * mV, "sharpness of its initiation", PAYEUR, low=0.1 * mV),
    "v_reset": Parameter(-55 * mV, "reset", PAYEUR),
    "refractory_period": Parameter(1 * ms, "refractory period", PAYEUR, low=0 * ms),
}

EQUATIONS = membrane.EQUATIONS + "i_intrinsic = 0*amp : amp\n"
SPIKE = membrane.SPIKE
RESET = membrane.RESET
