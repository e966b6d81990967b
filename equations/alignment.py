"""Learning of the sign that a top-down synapse has for its cell: local covariance of activity and cursor.

The alignment of a cell is the running correlation of its own calcium with the cursor that the top-down
units carry, both of which are present at the synapse. Nothing in it names a role. Only the mean over the cells of a
mouse, which is taken off overnight, is shared: a common inhibition could carry it. Overnight the synapse
takes the sign and size of the alignment (`consolidate`).
"""

import numpy as np
from brian2 import second

from apical.equations.parameters import Parameter, Table

PARAMETERS: Table = {
    "tau_activity": Parameter(30 * second, "running mean and variance in trials", "model: some trials", low=1 * second),
    "tau_alignment": Parameter(
        300 * second, "running correlation in trials", "model: signs settle within a day", low=1 * second
    ),
}

#: Per pyramidal neuron.
EQUATIONS = """
activity_mean : 1
activity_variance : 1
alignment : 1                  # correlation of the cell's calcium with the cursor
"""

FRAME = """
deviation = ca_soma - activity_mean
correlation = deviation*cursor_deviation/sqrt(activity_variance*cursor_variance + 1e-12)
alignment += closed_loop*frame_interval/tau_alignment*(correlation - alignment)
activity_variance += closed_loop*frame_interval/tau_activity*(deviation**2 - activity_variance)
activity_mean += closed_loop*frame_interval/tau_activity*deviation
"""

CURSOR_PARAMETERS: Table = {
    "tau_cursor": Parameter(
        30 * second, "running mean and variance of the cursor", "model: some trials", low=1 * second
    )
}

#: Per mouse: the same averages of the cursor.
CURSOR_EQUATIONS = """
cursor_mean : 1
cursor_variance : 1
cursor_deviation : 1
"""

CURSOR_FRAME = """
cursor_deviation = cursor - cursor_mean
cursor_variance += closed_loop*frame_interval/tau_cursor*(cursor_deviation**2 - cursor_variance)
cursor_mean += closed_loop*frame_interval/tau_cursor*cursor_deviation
"""

#: A correlation of 1/GAIN or more saturates the synapse. One of ten BCI cells alone explains a tenth of the
#: variance of x, so its correlation is near sqrt(1/10) = 0.32.
GAIN = 4.0


def consolidate(alignment: np.ndarray) -> np.ndarray:
    """Feedback weights in [-1, 1] for the next session, from alignments of shape (mice, cells).

    The mean over a mouse's cells is taken off, since fluctuations shared by all cells say nothing of one.
    """
    return np.clip(GAIN * (alignment - alignment.mean(axis=1, keepdims=True)), -1, 1)
