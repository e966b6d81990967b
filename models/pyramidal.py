"""The layer 5 pyramidal population of a cohort: cell, indicator, learning rule in one group."""

from brian2 import NeuronGroup

from apical.equations import alignment, indicator, ndnf, pyramidal
from apical.equations.parameters import Table, declarations
from apical.equations.task import FRAME_RATE
from apical.models.cells import NAUD_SPREKELER, Cell
from apical.models.rules import BURST_DEPENDENT, Rule

#: Variables that a cell reads from its mouse.
LINKED = {
    "teaching": "1",
    "closed_loop": "1",
    "cursor_deviation": "1",
    "cursor_variance": "1",
}
LINKED_EQUATIONS = "".join(f"{name} : {unit} (linked)\n" for name, unit in LINKED.items())


def parameters(cell: Cell, rule: Rule = BURST_DEPENDENT) -> Table:
    """All parameters of a population of this cell that learns by this rule."""
    return cell.parameters | cell.drive | indicator.PARAMETERS | rule.parameters | alignment.PARAMETERS


def pyramidal_cells(
    count: int,
    varied: frozenset[str],
    clock,
    frame_clock,
    cell: Cell = NAUD_SPREKELER,
    rule: Rule = BURST_DEPENDENT,
) -> NeuronGroup:
    """`count` layer 5 pyramidal neurons, imaged and averaged at each tick of `frame_clock`.

    The variables of `LINKED` must be linked before the run. Parameters in `varied` are arrays.
    """

    def method(equations, variables, options=None) -> str:
        return f"{cell.method(equations, variables, options)}\n{pyramidal.AFTER_STEP}"

    equations = cell.equations, pyramidal.DRIVE, ndnf.DENDRITE, indicator.EQUATIONS, rule.equations, alignment.EQUATIONS
    group = NeuronGroup(
        count,
        "\n".join([*equations, LINKED_EQUATIONS, declarations(parameters(cell, rule), varied)]),
        method=method,
        threshold=cell.spike,
        reset="\n".join([cell.reset, rule.reset, indicator.RESET]),
        events={"plateau": pyramidal.PLATEAU},
        namespace=cell.functions | {"frame_interval": 1 / FRAME_RATE, "input_range": pyramidal.INPUT_RANGE},
        clock=clock,
        name="pyramidal",
    )
    image(group, frame_clock)
    return group


def image(group: NeuronGroup, frame_clock) -> None:
    """Image the cells at each tick of `frame_clock`, and average what they show."""
    group.run_regularly(indicator.FRAME + alignment.FRAME, clock=frame_clock, when="before_groups", name="imaging")
