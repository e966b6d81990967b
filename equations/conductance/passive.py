"""The leak. Capacitances and axial conductances are lumped: each stands for a compartment as a whole.

Lengths, diameters and an axial resistivity are not modelled.
"""

from brian2 import mV

from apical.equations.conductance.mechanism import Mechanism
from apical.equations.parameters import Parameter, Table

LEAK = Mechanism("leak", reversal="e_leak")

PARAMETERS: Table = {"e_leak": Parameter(-90 * mV, "reversal potential of the leak", "Hay et al. 2011")}
