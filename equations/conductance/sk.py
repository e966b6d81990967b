"""Small-conductance calcium-activated potassium channels (Kohler et al. 1996, as in Hay et al. 2011)."""

from brian2 import mmolar, ms

from apical.equations.conductance.mechanism import Mechanism
from apical.equations.parameters import Parameter, Table

SK = Mechanism(
    "sk",
    reversal="e_k",
    open="z_sk_{c}",
    extra="dz_sk_{c}/dt = (hill(cai_{c}/ca_half_sk, 4.8) - z_sk_{c})/tau_sk : 1\n",
)

PARAMETERS: Table = {
    "ca_half_sk": Parameter(4.3e-4 * mmolar, "calcium that opens half of the SK channels", "Kohler et al. 1996"),
    "tau_sk": Parameter(1 * ms, "time constant of SK channels", "Hay et al. 2011", low=0.1 * ms),
}
