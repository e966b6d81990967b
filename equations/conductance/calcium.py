"""The calcium hot zone: high- and low-threshold calcium channels, and the calcium that they let in."""

from brian2 import mmolar, mV

from apical.equations.conductance.gates import WARMER, Gate
from apical.equations.conductance.mechanism import Mechanism
from apical.equations.parameters import Parameter, Table

#: High-voltage activated calcium (Reuveni et al. 1993, as in Hay et al. 2011): carries the plateau.
HIGH = Mechanism(
    "hva",
    reversal="e_ca",
    open="m_hva_{c}*m_hva_{c}*h_hva_{c}",
    gates={
        "m_hva": Gate.opening("0.055*linoid(v, -27, 3.8)", "0.94*exp(-(v + 75)/17)"),
        "h_hva": Gate.opening("0.000457*exp(-(v + 13)/50)", "0.0065*logistic(v, -15, 28)"),
    },
)

#: Low-voltage activated calcium (Avery & Johnston 1996; Randall & Tsien 1997; as in Hay et al. 2011, by -10 mV).
LOW = Mechanism(
    "lva",
    reversal="e_ca",
    open="m_lva_{c}*m_lva_{c}*h_lva_{c}",
    gates={
        "m_lva": Gate.relaxing("logistic(v, -40, 6)", "5 + 20*logistic(v, -35, -5)", WARMER),
        "h_lva": Gate.relaxing("logistic(v, -90, -6.4)", "20 + 50*logistic(v, -50, -7)", WARMER),
    },
)

#: Free calcium under the membrane: the charge `charge_ca` raises it by `ca_half_sk`; buffers and pumps take it away.
CONCENTRATION = """
dcai_{c}/dt = ca_half_sk*(i_hva_{c} + i_lva_{c})/(charge_ca_{region}{part})
    - (cai_{c} - ca_rest)/tau_ca_{region} : mmolar
"""

PARAMETERS: Table = {
    "e_ca": Parameter(120 * mV, "reversal potential of calcium", "Hay et al. 2011: Nernst potential, about 120 mV"),
    "ca_rest": Parameter(1e-4 * mmolar, "resting concentration of calcium", "Hay et al. 2011", low=1e-6 * mmolar),
}
