"""The layer 5 pyramidal population of a cohort: cell, indicator, learning rule in one group."""

from brian2 import NeuronGroup

from equations import feedback, indicator, ndnf, noise, plasticity, pyramidal
from equations.parameters import Table, declarations
from equations.task import FRAME_RATE

PARAMETERS: Table = (
    pyramidal.PARAMETERS | ndnf.DENDRITE_PARAMETERS | indicator.PARAMETERS | plasticity.PARAMETERS | feedback.PARAMETERS
)

#: What a cell reads from its mouse.
LINKED = {
    "gaba": "1",  # from the layer 1 pool
    "teaching": "1",
    "closed_loop": "1",
    "cursor_deviation": "1",
    "cursor_variance": "1",
}


def pyramidal_cells(count: int, varied: frozenset[str], clock, frame_clock) -> NeuronGroup:
    """`count` layer 5 pyramidal neurons, imaged and averaged at each tick of `frame_clock`.

    The variables of `LINKED` must be linked before the run. Parameters in `varied` are arrays.
    """
    group = NeuronGroup(
        count,
        pyramidal.EQUATIONS
        + indicator.EQUATIONS
        + plasticity.EQUATIONS
        + feedback.EQUATIONS
        + "".join(f"{name} : {unit} (linked)\n" for name, unit in LINKED.items())
        + declarations(PARAMETERS, varied),
        method="euler",
        threshold=pyramidal.SPIKE,
        reset=pyramidal.RESET + plasticity.RESET + indicator.RESET,
        events={"plateau": pyramidal.PLATEAU},
        namespace=noise.FUNCTIONS | {"frame_interval": 1 / FRAME_RATE},
        clock=clock,
        name="pyramidal",
    )
    group.run_regularly(indicator.FRAME + feedback.FRAME, clock=frame_clock, when="before_groups", name="imaging")
    return group
