"""Layer 1 NDNF+ interneurons and their pool of GABA."""

from brian2 import NeuronGroup, Synapses

from equations import ndnf, noise
from equations.parameters import Table, declarations

PARAMETERS: Table = ndnf.PARAMETERS
POOL_PARAMETERS: Table = ndnf.POOL_PARAMETERS


def ndnf_cells(count: int, varied: frozenset[str], clock) -> NeuronGroup:
    """`count` NDNF+ interneurons; `light` (linked) is 1 while the LED is on."""
    return NeuronGroup(
        count,
        ndnf.EQUATIONS + "light : 1 (linked)\n" + declarations(PARAMETERS, varied),
        method="euler",
        threshold=ndnf.SPIKE,
        reset=ndnf.RESET,
        namespace=noise.FUNCTIONS,
        clock=clock,
        name="ndnf",
    )


def gaba_pool(mice: int, varied: frozenset[str], clock) -> NeuronGroup:
    """One pool of layer 1 GABA per mouse."""
    return NeuronGroup(
        mice,
        ndnf.POOL + declarations(POOL_PARAMETERS, varied),
        method="euler",
        clock=clock,
        name="gaba_pool",
    )


def volume_transmission(cells: NeuronGroup, pool: NeuronGroup, clock) -> Synapses:
    """Each spike of an NDNF+ cell releases into the pool of its mouse."""
    synapses = Synapses(cells, pool, on_pre=ndnf.ON_SPIKE, clock=clock, name="volume_transmission")
    per_mouse = len(cells) // len(pool)
    synapses.connect(j=f"k for k in range(i//{per_mouse}, i//{per_mouse} + 1)")
    return synapses
