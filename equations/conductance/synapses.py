"""Glutamatergic synapses of the tuft: AMPA and NMDA receptors, whose magnesium block makes NMDA spikes."""

from brian2 import ms, mV

from apical.equations.conductance.mechanism import Mechanism
from apical.equations.parameters import Parameter, Table

#: ``ampa_tuft`` is the open fraction; a presynaptic spike adds to it.
AMPA = Mechanism("ampa", reversal="e_glutamate", open="ampa_{c}", extra="dampa_{c}/dt = -ampa_{c}/tau_ampa : 1\n")

#: A presynaptic spike adds to ``nmda_bound_tuft``; the block is that of 1 mM magnesium (Jahr & Stevens 1990).
NMDA = Mechanism(
    "nmda",
    reversal="e_glutamate",
    open="nmda_{c}*unblocked(v_{c})",
    extra="""
dnmda_{c}/dt = (nmda_bound_{c} - nmda_{c})/tau_rise_nmda : 1
dnmda_bound_{c}/dt = -nmda_bound_{c}/tau_nmda : 1
""",
)
UNBLOCKED = "1/(1 + exp(-0.062*v)/3.57)"

PARAMETERS: Table = {
    "e_glutamate": Parameter(0 * mV, "reversal potential of AMPA and NMDA receptors", "Jahr & Stevens 1990"),
    "tau_ampa": Parameter(1.7 * ms, "decay of AMPA receptors", "Hay & Segev 2015", low=0.2 * ms),
    "tau_rise_nmda": Parameter(2 * ms, "rise of NMDA receptors", "Rhodes 2006", low=0.2 * ms),
    "tau_nmda": Parameter(43 * ms, "decay of NMDA receptors", "Hay & Segev 2015", low=2 * ms),
}
