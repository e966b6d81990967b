"""Cells of the cortical network as Brian2 groups, with current synapses and a background of their own."""

from dataclasses import dataclass, field

import numpy as np
from brian2 import NeuronGroup, linked_var
from brian2.stateupdaters.explicit import euler

from apical.equations import currents, noise, point, pyramidal, tufts
from apical.equations.interneurons import canopy, neurogliaform, pv, som, synapses
from apical.equations.parameters import Table, declarations

#: Group to the cells in it; the order numbers the groups for their noise.
GROUPS = {
    "point": ("point",),
    "pyramidal": tuple(tufts.TYPES),
    "pv": ("pv",),
    "som": ("som",),
    "neurogliaform": ("neurogliaform",),
    "canopy": ("canopy",),
}

_INTERNEURONS = {"pv": pv, "som": som, "neurogliaform": neurogliaform, "canopy": canopy}

_RECEPTORS: Table = {name: synapses.SLOW_PARAMETERS[name] for name in ("g_gaba_a", "g_gaba_b", "e_gaba_a", "e_gaba_b")}

TABLES: dict[str, Table] = {
    "point": point.PARAMETERS,
    "pyramidal": pyramidal.CELL_PARAMETERS | pyramidal.EVENT_PARAMETERS | _RECEPTORS,
    **{name: cell.PARAMETERS for name, cell in _INTERNEURONS.items()},
}

_TUFT = """
gaba_a : 1 (linked)
gaba_b : 1 (linked)
"""


@dataclass(frozen=True)
class Added:
    """Additions of a task to a cell: equations with parameters, currents into soma and apical dendrite (``" + name"``),
    and statements at a spike; interneurons have no apical dendrite, and no task changes their reset or a point neuron.
    """

    equations: str = ""
    parameters: Table = field(default_factory=dict)
    reset: str = ""
    soma: str = ""
    apical: str = ""
    functions: dict = field(default_factory=dict)


def group_of(cell: str) -> str:
    """The group that holds the cells of a population."""
    return next(group for group, cells in GROUPS.items() if cell in cells)


def membrane(cell: str, compartment: str = "i_input") -> tuple:
    """Time constant and capacitance of the membrane that a current of this name enters."""
    table = TABLES[group_of(cell)]
    value = lambda name: table[name].value  # noqa: E731
    if cell in tufts.TYPES:
        place = "apical" if compartment == "i_input_apical" else "soma"
        return value(f"tau_{place}"), value(f"c_{place}")
    if cell == "point":
        return value("tau_membrane"), value("c_membrane")
    return value("c_membrane") / value("g_leak"), value("c_membrane")


def cells(group: str, count: int, clock, added: Added | None = None) -> NeuronGroup:
    """`count` cells of a group of `GROUPS`; its parameters and start are values of a run."""
    number, added = list(GROUPS).index(group), added or Added()
    equations = currents.IDENTITY + currents.current("i_input", number, 0) + added.equations
    table = TABLES[group] | currents.PARAMETERS | added.parameters
    options = {}
    if group == "pyramidal":
        equations += currents.current("i_input_apical", number, 1)
        equations += f"i_soma = i_input{added.soma} : amp\ni_apical = i_input_apical{added.apical} : amp\n"
        equations += pyramidal.CELL + pyramidal.EVENTS + _TUFT + synapses.AT_DENDRITE
        equations += declarations(table, frozenset(tufts.NAMES))
        reset = pyramidal.RESET + added.reset
        options = dict(threshold=pyramidal.SPIKE, reset=reset, events={"plateau": pyramidal.PLATEAU})
    elif group == "point":
        equations += point.EQUATIONS + declarations(table)
        options = dict(threshold=point.SPIKE, reset=point.RESET)
    else:
        cell = _INTERNEURONS[group]
        equations += cell.EQUATIONS + f"i_synaptic = i_input{added.soma} : amp\n" + declarations(table)
        options = dict(threshold=cell.SPIKE, reset=cell.RESET)
    functions = noise.FUNCTIONS | added.functions
    return NeuronGroup(count, equations, method="euler", namespace=dict(functions), clock=clock, name=group, **options)


def layer_1(clock) -> NeuronGroup:
    """The GABA of neurogliaform cells in layer 1, one concentration for all dendrites."""

    def step(equations, variables, options=None) -> str:
        return f"{euler(equations, variables)}\n{synapses.AFTER_STEP}"

    pool = NeuronGroup(
        1,
        synapses.SLOW.replace("gaba_a =", "open_a =").replace("gaba_b =", "open_b =")
        + "gaba_a : 1\ngaba_b : 1\nduration : second (shared, constant) # of the run\n"
        + declarations(synapses.SLOW_PARAMETERS),
        method=step,
        namespace=dict(noise.FUNCTIONS),
        clock=clock,
        name="layer_1",
    )
    pool.run_regularly("gaba_a = open_a\ngaba_b = open_b", clock=clock, when="before_groups", name="diffusion")
    return pool


def reach(pool: NeuronGroup, target: NeuronGroup) -> None:
    """Let the dendrites of `target` see the GABA of layer 1."""
    for name in ("gaba_a", "gaba_b"):
        setattr(target, name, linked_var(pool, name, index=np.zeros(len(target), dtype=int)))
