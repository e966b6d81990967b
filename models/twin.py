"""The pyramidal cell of the NESTML twin in Brian2: drive, GABA and the postsynaptic part of plasticity in one group."""

from brian2 import NeuronGroup

from apical.equations import ndnf, noise, pyramidal
from apical.equations import plasticity as rule
from apical.equations.parameters import declarations
from apical.models.interneurons import LONG_AGO, set_parameters

TABLE = pyramidal.PARAMETERS | ndnf.DENDRITE_PARAMETERS | rule.PARAMETERS
EQUATIONS = pyramidal.EQUATIONS + ndnf.DENDRITE + rule.EQUATIONS
BIAS = ("i_bias_soma", "i_bias_apical")
#: The bias of each cell carries the currents of an experiment.
BIASED = (
    declarations({name: p for name, p in TABLE.items() if name not in BIAS})
    + "\ni_bias_soma : amp\ni_bias_apical : amp\n"
)
_SWITCHES = "teaching : 1 (shared, constant)\nclosed_loop : 1 (shared, constant)\n"


def pyramidal_cells(count: int, clock, method, declared: str = BIASED) -> NeuronGroup:
    """`count` cells at rest with the default parameters.

    method : method of integration, as Brian2 takes it; declared : equations of `TABLE` and of what else the cells hold
    """
    cells = NeuronGroup(
        count,
        EQUATIONS + _SWITCHES + declared,
        method=method,
        threshold=pyramidal.SPIKE,
        reset=pyramidal.RESET + rule.RESET,
        namespace=noise.FUNCTIONS | {"input_range": pyramidal.INPUT_RANGE},
        clock=clock,
        name="pyramidal",
    )
    set_parameters(cells, TABLE)
    cells.v_soma = cells.v_apical = TABLE["e_leak"].value
    cells.v_threshold = TABLE["v_threshold_rest"].value
    cells.last_spike = LONG_AGO
    cells.closed_loop = 1
    cells.cell = "i"
    return cells
