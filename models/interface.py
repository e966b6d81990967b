"""The brain-computer interface and the top-down units: one element per mouse."""

from brian2 import NeuronGroup, Synapses

from apical.equations import alignment, noise, task
from apical.equations.parameters import Table, declarations
from apical.models.teachers import MIXTURE, Teacher


def parameters(teacher: Teacher) -> Table:
    """All parameters of the interface and of this teacher."""
    return teacher.parameters | alignment.CURSOR_PARAMETERS


def interface(mice: int, varied: frozenset[str], frame_clock, teacher: Teacher = MIXTURE) -> NeuronGroup:
    """Readout, trial machine and teaching signal of each mouse, advanced once per frame."""
    declared = declarations(parameters(teacher), varied)
    group = NeuronGroup(
        mice,
        "\n".join([task.EQUATIONS, teacher.equations, alignment.CURSOR_EQUATIONS, declared]),
        namespace={"frame_interval": 1 / task.FRAME_RATE},
        clock=frame_clock,
        name="readout",
    )
    group.run_regularly(
        "\n".join([task.FRAME, teacher.frame, alignment.CURSOR_FRAME]),
        clock=frame_clock,
        when="after_groups",
        name="trial_machine",
    )
    return group


def readout_synapses(cells: NeuronGroup, readout: NeuronGroup, bci_cells: int, frame_clock) -> Synapses:
    """The first `bci_cells` cells of each mouse into its cursor; the sign is the cell's role."""
    synapses = Synapses(
        cells,
        readout,
        "readout_weight : 1 (constant)\n" + task.SUMMED,
        clock=frame_clock,
        namespace=noise.FUNCTIONS | {"dff_range": task.DFF_RANGE},
        name="readout_synapses",
    )
    # After the imaging of the same frame, whose dF/F it sums.
    synapses.summed_updaters["x_frame_post"].order = 1
    n = len(cells) // len(readout)
    synapses.connect(j=f"k for k in range(i//{n}, i//{n} + int(i % {n} < {bci_cells}))")
    return synapses
