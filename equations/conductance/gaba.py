"""Inhibition: fast GABA_A at soma (PV cells) and trunk (SOM cells), slow GABA of layer 1 (NDNF+ cells) at the tuft."""

from brian2 import ms, mV, nS

from apical.equations.conductance.mechanism import Mechanism
from apical.equations.parameters import Parameter, Table

#: ``gaba_a_soma`` and ``gaba_a_trunk`` are open fractions; a presynaptic spike adds to them.
FAST = Mechanism(
    "gaba_a", reversal="e_gaba_a", open="gaba_a_{c}", extra="dgaba_a_{c}/dt = -gaba_a_{c}/tau_gaba_a : 1\n"
)

#: ``gaba`` is what layer 1 holds of all releases so far, one for the whole tuft (equations/ndnf.py).
LAYER_1 = Mechanism("gaba", reversal="e_gaba", peak="g_gaba", open="gaba")

PARAMETERS: Table = {
    "e_gaba_a": Parameter(-75 * mV, "reversal potential of GABA_A receptors", "textbook, -70 to -80 mV"),
    "tau_gaba_a": Parameter(6 * ms, "decay of GABA_A receptors", "textbook, 5-10 ms", low=0.5 * ms),
    "gmax_gaba_a_soma": Parameter(10 * nS, "all GABA_A receptors of PV synapses", "model: a third of rest", low=0 * nS),
    "gmax_gaba_a_trunk": Parameter(10 * nS, "all GABA_A receptors of SOM synapses", "model: as PV", low=0 * nS),
}
