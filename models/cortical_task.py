"""What the brain-computer interface adds to cells of the cortical network: imaging, teaching, learning, light."""

from equations import feedback, indicator, ndnf, noise, plasticity, pyramidal
from equations.task import FRAME_RATE
from models.cortical import Added
from models.pyramidal import LINKED_EQUATIONS

_FEED_FORWARD = """
di_feed_forward/dt = -i_feed_forward/tau_input : amp
mouse : integer (constant)
cell : integer (constant)
"""

#: To the pyramidal cells of layer 5; for `models.pyramidal.image`.
TAUGHT = Added(
    equations=_FEED_FORWARD
    + pyramidal.TEACHING
    + indicator.EQUATIONS
    + plasticity.EQUATIONS
    + feedback.EQUATIONS
    + LINKED_EQUATIONS,
    parameters={name: pyramidal.DRIVE_PARAMETERS[name] for name in ("tau_input", "i_teaching")}
    | indicator.PARAMETERS
    | plasticity.PARAMETERS
    | feedback.PARAMETERS,
    reset=plasticity.RESET + indicator.RESET,
    soma=" + i_feed_forward + i_teaching*feedback_soma*teaching",
    apical=" + i_teaching*feedback_apical*teaching",
    functions=noise.FUNCTIONS | {"frame_interval": 1 / FRAME_RATE, "input_range": pyramidal.INPUT_RANGE},
)

#: To the NDNF+ cells of layer 1, neurogliaform and canopy cells.
LIT = Added(equations=ndnf.LIGHT, parameters=ndnf.LIGHT_PARAMETERS, soma=" + i_light")
