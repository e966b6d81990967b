"""Hyperpolarisation-activated cation current (Kole, Hallermann, Stuart 2006, as in Hay et al. 2011)."""

from brian2 import mV

from apical.equations.conductance.gates import Gate
from apical.equations.conductance.mechanism import Mechanism
from apical.equations.parameters import Parameter, Table

IH = Mechanism(
    "ih",
    reversal="e_h",
    open="m_ih_{c}",
    gates={"m_ih": Gate.opening("0.00643*linoid(-v, 154.9, 11.9)", "0.193*exp(v/33.1)")},
)

PARAMETERS: Table = {"e_h": Parameter(-40.7 * mV, "reversal potential of I_h", "fit; Hay et al. 2011: -45 mV")}
