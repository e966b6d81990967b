"""Voltage-gated potassium channels: repolarisation, delay, and the slow currents of soma and dendrite."""

from brian2 import mV

from apical.equations.conductance.gates import WARMER, Gate
from apical.equations.conductance.mechanism import Mechanism
from apical.equations.parameters import Parameter, Table

#: Persistent (slowly inactivating) potassium (Korngreen & Sakmann 2000; as in Hay et al. 2011, by -10 mV).
PERSISTENT = Mechanism(
    "kp",
    reversal="e_k",
    open="m_kp_{c}*m_kp_{c}*h_kp_{c}",
    gates={
        "m_kp": Gate.relaxing(
            "logistic(v, -11, 12)",
            "below(v, -60, 1.25 + 175.03*exp(0.026*(v + 10)), 1.25 + 13*exp(-0.026*(v + 10)))",
            WARMER,
        ),
        "h_kp": Gate.relaxing("logistic(v, -64, -11)", "360 + (1010 + 24*(v + 65))*bell(v, -85, 48)", WARMER),
    },
)

#: Transient potassium (Korngreen & Sakmann 2000; as in Hay et al. 2011, by -10 mV).
TRANSIENT = Mechanism(
    "kt",
    reversal="e_k",
    open="m_kt_{c}*m_kt_{c}*m_kt_{c}*m_kt_{c}*h_kt_{c}",
    gates={
        "m_kt": Gate.relaxing("logistic(v, -10, 19)", "0.34 + 0.92*bell(v, -81, 59)", WARMER),
        "h_kt": Gate.relaxing("logistic(v, -76, -10)", "8 + 49*bell(v, -83, 23)", WARMER),
    },
)

#: Fast non-inactivating potassium, Kv3.1 (Rettig et al. 1992, as in Hay et al. 2011).
KV3 = Mechanism(
    "kv3",
    reversal="e_k",
    open="m_kv3_{c}",
    gates={"m_kv3": Gate.relaxing("logistic(v, 18.7, 9.7)", "4*logistic(v, -46.56, 44.14)")},
)

#: Muscarinic potassium of the dendrite (Adams, Brown, Constanti 1982, as in Hay et al. 2011).
MUSCARINIC = Mechanism(
    "km",
    reversal="e_k",
    open="m_km_{c}",
    gates={"m_km": Gate.opening("0.0033*exp(0.1*(v + 35))", "0.0033*exp(-0.1*(v + 35))", WARMER)},
)

PARAMETERS: Table = {"e_k": Parameter(-85 * mV, "reversal potential of potassium", "Hay et al. 2011")}
