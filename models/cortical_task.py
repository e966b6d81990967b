"""Additions of the brain-computer interface to cells of the cortical network: imaging, teaching, learning, light."""

from apical.equations import alignment, currents, indicator, ndnf, pyramidal
from apical.equations.task import FRAME_RATE
from apical.models.cortical import Added
from apical.models.pyramidal import LINKED_EQUATIONS
from apical.models.rules import Rule


def taught(rule: Rule) -> Added:
    """Additions to the pyramidal cells of layer 5; for `models.pyramidal.image`."""
    return Added(
        equations="mouse : integer (constant)\ncell : integer (constant)\n"
        + currents.FEED_FORWARD
        + pyramidal.TEACHING
        + indicator.EQUATIONS
        + f"\n{rule.equations}\n"
        + alignment.EQUATIONS
        + LINKED_EQUATIONS,
        parameters={name: pyramidal.DRIVE_PARAMETERS[name] for name in ("tau_input", "i_teaching")}
        | indicator.PARAMETERS
        | rule.parameters
        | alignment.PARAMETERS,
        reset=f"{rule.reset}\n{indicator.RESET}",
        soma=f" + i_feed_forward + {pyramidal.TEACHING_SOMA}",
        apical=f" + {pyramidal.TEACHING_APICAL}",
        functions={"frame_interval": 1 / FRAME_RATE, "input_range": pyramidal.INPUT_RANGE},
    )


#: Additions to the NDNF+ cells of layer 1, neurogliaform and canopy cells.
LIT = Added(equations=ndnf.LIGHT, parameters=ndnf.LIGHT_PARAMETERS, soma=" + i_light")
