"""Teachers: what the top-down units of a mouse say about its task."""

from dataclasses import dataclass, field

from apical.equations import top_down
from apical.equations.parameters import Table
from apical.models.component import Component, Registry


@dataclass(frozen=True, eq=False, repr=False)
class Teacher(Component):
    """The units that see the task and send `teaching`, a dimensionless signal, to all dendrites of their mouse.

    Each dendrite takes it with its own signed weight; a signal of 1 is a current of `i_teaching`.

    equations : variables of a mouse, Brian2 equations that declare ``teaching : 1``
    frame : statements that run once per imaging frame, after those of the task (`equations.task`). They read `cursor`
        (the displayed angle over 90 degrees), `closed_loop` (1 in trials with feedback, else 0), `engaged`, `hit`,
        `light`, `frame_interval` (a time), `x` and `threshold`, and set `teaching`
    parameters : parameters of the equations, by name
    """

    equations: str
    frame: str
    parameters: Table = field(default_factory=dict)


MIXTURE = Teacher(
    name="mixture",
    meaning="rectified progress of the cursor, and a little of its distance from the target",
    equations=top_down.EQUATIONS,
    frame=top_down.FRAME,
    parameters=top_down.PARAMETERS,
)

TEACHERS = Registry(Teacher, MIXTURE)
