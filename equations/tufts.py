"""Thick- and thin-tufted pyramidal cells of layer 5: the cell of `equations.pyramidal` with two apical dendrites.

Thick-tufted cells are those of Naud & Sprekeler 2018. Thin-tufted cells do not burst (Kim & Connors 1993, J Neurosci
13:5301): less calcium current in the tuft, and less of the action potential that propagates back into it.
"""

from brian2 import pA

from apical.equations.parameters import Parameter, Table
from apical.equations.pyramidal import CELL_PARAMETERS

THIN = "model: no bursts (Kim & Connors 1993)"

#: Parameters that differ.
NAMES = ("g_apical", "c_bap")

THICK_PARAMETERS: Table = {name: CELL_PARAMETERS[name] for name in NAMES}

THIN_PARAMETERS: Table = {
    "g_apical": Parameter(500 * pA, "regenerative calcium current of the plateau", THIN),
    "c_bap": Parameter(1300 * pA, "current of the back-propagating action potential", THIN),
}

TYPES = {"thick": THICK_PARAMETERS, "thin": THIN_PARAMETERS}
