"""Interneurons and their synapses as Brian2 groups, at rest and with the parameters of `equations.interneurons`."""

from brian2 import NeuronGroup, Synapses, ms

from apical.equations import noise
from apical.equations.interneurons import canopy, neurogliaform, pv, som, synapses
from apical.equations.parameters import Table, declarations
from apical.models.connect import within_mice

TYPES = {"neurogliaform": neurogliaform, "canopy": canopy, "pv": pv, "som": som}

#: A spike so long ago that no cell is refractory.
LONG_AGO = -(2**20)


def set_parameters(target: NeuronGroup | Synapses, table: Table) -> None:
    """Give `target` the default values of `table`."""
    for name, parameter in table.items():
        setattr(target, name, parameter.value)


def interneurons(
    kind: str, count: int, clock, varied: frozenset[str] = frozenset(), electrodes: str = ""
) -> NeuronGroup:
    """`count` cells of one of `TYPES`, at rest; parameters in `varied` are arrays. The group has the name of the type.

    Currents from outside go into `i_stimulus` (amp); electrodes : equations of what makes them, if in the cell
    """
    cell = TYPES[kind]
    table = cell.PARAMETERS | synapses.FAST_PARAMETERS | synapses.SLOW_PARAMETERS
    group = NeuronGroup(
        count,
        cell.EQUATIONS + synapses.FAST + synapses.SLOW + electrodes + declarations(table, varied),
        method="euler",
        threshold=cell.SPIKE,
        reset=cell.RESET,
        namespace=dict(noise.FUNCTIONS),
        clock=clock,
        name=kind,
    )
    set_parameters(group, table)
    group.v = cell.PARAMETERS["e_leak"].value
    group.last_spike = LONG_AGO
    if kind == "neurogliaform":
        group.not_inactive = "sigmoid((v_inactive - v)/d_inactive)"
    return group


def connection(source: NeuronGroup, target: NeuronGroup, kinds: tuple[str, str], clock, mice: int = 1) -> Synapses:
    """Synapses of `kinds`, a key of `CONNECTIONS`, between all cells of a mouse."""
    kind = synapses.CONNECTIONS[kinds]
    made = _plastic(source, target, synapses.SYNAPSE, synapses.ON_SPIKE[kind.receptor], kind.dynamics, clock)
    within_mice(made, mice)
    _rest(made, kind.dynamics)
    made.weight = kind.weight
    return made


def volume_transmission(source: NeuronGroup, target: NeuronGroup, clock, mice: int = 1) -> Synapses:
    """Neurogliaform cells onto all membranes of their mouse that have the receptors `synapses.SLOW`.

    A spike of all rested cells of a mouse together is a release of 1.
    """
    dynamics = synapses.NEUROGLIAFORM_DEPRESSING
    made = _plastic(
        source, target, synapses.VOLUME_SYNAPSE, synapses.ON_VOLUME_SPIKE, dynamics, clock, "volume_transmission"
    )
    within_mice(made, mice)
    _rest(made, dynamics)
    made.weight = mice / len(source)
    return made


def _plastic(
    source, target, equations: str, on_spike: str, dynamics: Table, clock, name: str = "synapses*"
) -> Synapses:
    model, functions = equations + declarations(dynamics), noise.FUNCTIONS
    return Synapses(
        source, target, model, on_pre=on_spike, delay=0 * ms, clock=clock, namespace=dict(functions), name=name
    )


def _rest(made: Synapses, dynamics: Table) -> None:
    set_parameters(made, dynamics)
    made.u = dynamics["u_rest"].value
    made.x = 1
