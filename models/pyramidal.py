"""The layer 5 pyramidal population of a cohort: cell, indicator, learning rule in one group."""

from brian2 import NeuronGroup
from brian2.stateupdaters.explicit import euler

from equations import feedback, indicator, ndnf, noise, plasticity, pyramidal
from equations.parameters import Table, declarations
from equations.task import FRAME_RATE

PARAMETERS: Table = (
    pyramidal.PARAMETERS | ndnf.DENDRITE_PARAMETERS | indicator.PARAMETERS | plasticity.PARAMETERS | feedback.PARAMETERS
)

#: What a cell reads from its mouse.
LINKED = {
    "teaching": "1",
    "closed_loop": "1",
    "cursor_deviation": "1",
    "cursor_variance": "1",
}


def _euler(equations, variables, options=None) -> str:
    return f"{euler(equations, variables, options)}\n{pyramidal.AFTER_STEP}"


def pyramidal_cells(count: int, varied: frozenset[str], clock, frame_clock) -> NeuronGroup:
    """`count` layer 5 pyramidal neurons, imaged and averaged at each tick of `frame_clock`.

    The variables of `LINKED` must be linked before the run. Parameters in `varied` are arrays.
    """
    group = NeuronGroup(
        count,
        pyramidal.EQUATIONS
        + ndnf.DENDRITE
        + indicator.EQUATIONS
        + plasticity.EQUATIONS
        + feedback.EQUATIONS
        + "".join(f"{name} : {unit} (linked)\n" for name, unit in LINKED.items())
        + declarations(PARAMETERS, varied),
        method=_euler,
        threshold=pyramidal.SPIKE,
        reset=pyramidal.RESET + plasticity.RESET + indicator.RESET,
        events={"plateau": pyramidal.PLATEAU},
        namespace=noise.FUNCTIONS | {"frame_interval": 1 / FRAME_RATE, "input_range": pyramidal.INPUT_RANGE},
        clock=clock,
        name="pyramidal",
    )
    group.run_regularly(indicator.FRAME + feedback.FRAME, clock=frame_clock, when="before_groups", name="imaging")
    return group
