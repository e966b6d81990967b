"""Layer 1 NDNF+ interneurons of the circuit, leaky ones, and their GABA at the apical dendrites."""

from brian2 import NeuronGroup, Synapses, ms

from apical.equations import ndnf, noise
from apical.equations.parameters import Table, declarations
from apical.models.connect import within_mice

PARAMETERS: Table = ndnf.PARAMETERS | ndnf.LIGHT_PARAMETERS


def ndnf_cells(count: int, varied: frozenset[str], clock) -> NeuronGroup:
    """`count` NDNF+ interneurons; `light` (linked) is 1 while the LED is on."""
    return NeuronGroup(
        count,
        ndnf.EQUATIONS + ndnf.LIGHT + declarations(PARAMETERS, varied),
        method="euler",
        threshold=ndnf.SPIKE,
        reset=ndnf.RESET,
        namespace=dict(noise.FUNCTIONS),
        clock=clock,
        name="ndnf",
    )


def release_onto(source: NeuronGroup, target: NeuronGroup, mice: int, clock) -> Synapses:
    """Each spike of an NDNF+ cell reaches all apical dendrites of its mouse."""
    synapses = Synapses(source, target, on_pre=ndnf.ON_SPIKE, delay=0 * ms, clock=clock, name="volume_transmission")
    within_mice(synapses, mice)
    return synapses
