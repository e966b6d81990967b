"""Sodium channels: the spike (fast, inactivating) and the persistent current near threshold."""

from brian2 import mV

from apical.equations.conductance.gates import WARMER, Gate
from apical.equations.conductance.mechanism import Mechanism
from apical.equations.parameters import Parameter, Table

#: Transient sodium (Colbert & Pan 2002, as in Hay et al. 2011).
TRANSIENT = Mechanism(
    "nat",
    reversal="e_na",
    open="m_nat_{c}*m_nat_{c}*m_nat_{c}*h_nat_{c}",
    gates={
        "m_nat": Gate.opening("0.182*linoid(v, -38, 6)", "0.124*linoid(-v, 38, 6)", WARMER),
        "h_nat": Gate.opening("0.015*linoid(-v, 66, 6)", "0.015*linoid(v, -66, 6)", WARMER),
    },
)

#: Persistent sodium (Magistretti & Alonso 1999, as in Hay et al. 2011).
PERSISTENT = Mechanism(
    "nap",
    reversal="e_na",
    open="m_nap_{c}*m_nap_{c}*m_nap_{c}*h_nap_{c}",
    gates={
        "m_nap": Gate.relaxing(
            "logistic(v, -52.6, 4.6)", "6/(0.182*linoid(v, -38, 6) + 0.124*linoid(-v, 38, 6))", WARMER
        ),
        "h_nap": Gate.relaxing(
            "logistic(v, -48.8, -10)", "1/(2.88e-6*linoid(-v, 17, 4.63) + 6.94e-6*linoid(v, -64.4, 2.63))", WARMER
        ),
    },
)

PARAMETERS: Table = {"e_na": Parameter(50 * mV, "reversal potential of sodium", "Hay et al. 2011")}
