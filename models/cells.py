"""The pyramidal cells that can be chosen by name, with one interface for protocols and networks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from brian2 import Quantity
from brian2.stateupdaters.explicit import euler

from equations import ndnf, noise, pyramidal
from equations.conductance import cell, fitted
from equations.conductance.rest import Scalars, at_rest
from equations.conductance.step import step
from equations.interneurons import synapses
from equations.parameters import Table, check


@dataclass(frozen=True)
class Cell:
    """A cell as Brian2 equations, in which `i_soma` and `i_apical` are the currents from outside.

    equations, parameters, functions : what it is made of; its spikes are `spike` and `reset`
    slow_gaba : receptors of neurogliaform release (`equations.interneurons.synapses.APICAL`)
    drive : what drives it in the circuit (`equations.pyramidal.DRIVE`, `equations.ndnf.DENDRITE`)
    method : how its equations are integrated; dt : the step in ms at which its numbers are within 5 % of their limit
    circuit_dt : that of the circuit with this cell, in ms
    compartments : what a physiologist records from, by name, soma first; variables of the membrane potentials
    apical : the compartment of `i_apical` and of the plateau
    rest : parameters to the state variables of the resting cell, in SI units
    passive : values of parameters at which only the passive membrane is left
    tree : parameters to the closed form of that: capacitances (F) and matrix of conductances (S) of the compartments
    coupled : whether soma and apical dendrite see each other below threshold
    """

    name: str
    meaning: str
    equations: str
    parameters: Table
    drive: Table
    slow_gaba: Table
    functions: dict
    spike: str
    reset: str
    method: Callable
    dt: float
    circuit_dt: float
    compartments: dict[str, str]
    apical: str
    rest: Callable[[Scalars], Scalars]
    passive: dict[str, Quantity | float]
    tree: Callable[[Scalars], tuple[np.ndarray, np.ndarray]]
    coupled: bool

    def changed(self, given: dict[str, Quantity | float]) -> "Cell":
        """The same cell with other values of some parameters. Raises ValueError for a bad name, unit or value."""
        for name, value in given.items():
            check(name, value, self.parameters)
        table = {name: replace(p, value=given.get(name, p.value)) for name, p in self.parameters.items()}
        return replace(self, parameters=table)

    def resting(self, values: Mapping[str, float | np.ndarray], count: int) -> dict[str, np.ndarray]:
        """State variables of `count` cells at rest, (count,) in SI units.

        values : parameters in SI units, a number or (count,) each; cells of the same values are computed once
        """
        names = sorted(self.parameters)
        rows = np.array([np.broadcast_to(values[name], count) for name in names])
        kinds, kind = np.unique(rows, axis=1, return_inverse=True)
        states = [self.rest(dict(zip(names, of_kind, strict=True))) for of_kind in kinds.T]
        return {name: np.array([state[name] for state in states])[kind.ravel()] for name in states[0]}


def _resting_naud_sprekeler(values: Scalars) -> Scalars:
    return {"v_soma": values["e_leak"], "v_apical": values["e_leak"], "v_threshold": values["v_threshold_rest"]}


def _tree_naud_sprekeler(values: Scalars) -> tuple[np.ndarray, np.ndarray]:
    capacitance = np.array([values["c_soma"], values["c_apical"]])
    return capacitance, np.diag(capacitance / [values["tau_soma"], values["tau_apical"]])


NAUD_SPREKELER = Cell(
    name="naud_sprekeler",
    meaning="two compartments, integrate-and-fire soma (Naud & Sprekeler 2018)",
    equations=pyramidal.CELL + pyramidal.EVENTS,
    parameters=pyramidal.CELL_PARAMETERS | pyramidal.EVENT_PARAMETERS,
    drive=pyramidal.DRIVE_PARAMETERS | ndnf.DENDRITE_PARAMETERS,
    slow_gaba=synapses.SLOW_PARAMETERS,
    functions=noise.FUNCTIONS,
    spike=pyramidal.SPIKE,
    reset=pyramidal.RESET,
    method=euler,
    dt=0.1,
    circuit_dt=0.5,  # burst fraction within 0.05 of that at 0.1 ms
    compartments={"soma": "v_soma", "apical": "v_apical"},
    apical="apical",
    rest=_resting_naud_sprekeler,
    passive={name: 0 * pyramidal.PARAMETERS[name].value for name in ("g_soma", "b_soma", "g_apical", "a_apical")},
    tree=_tree_naud_sprekeler,
    coupled=False,
)


def conductance_cell(tufts: int = 1) -> Cell:
    """The conductance-based cell with `tufts` branches of the tuft."""
    compartments = cell.tree(tufts)
    return Cell(
        name="conductance",
        meaning="five compartments of ion channels (Hay et al. 2011)",
        equations=cell.equations(compartments) + cell.APICAL + pyramidal.EVENTS,
        parameters=fitted.PARAMETERS | pyramidal.EVENT_PARAMETERS,
        drive=pyramidal.DRIVE_PARAMETERS | ndnf.DENDRITE_PARAMETERS | fitted.DRIVE_PARAMETERS,
        slow_gaba=synapses.SLOW_PARAMETERS | fitted.SLOW_GABA_PARAMETERS,
        functions=noise.FUNCTIONS | cell.FUNCTIONS,
        spike=cell.SPIKE,
        reset=pyramidal.EVENTS_RESET,
        method=step(compartments),
        dt=0.1,
        circuit_dt=0.1,
        compartments={c.name: f"v_{c.name}" for c in compartments},
        apical="nexus",
        rest=lambda values: at_rest(compartments, values),
        passive={
            name: 0 * p.value
            for name, p in fitted.PARAMETERS.items()
            if name.startswith("gmax_") and not name.startswith("gmax_leak_")
        },
        tree=lambda values: cell.passive_tree(compartments, values),
        coupled=True,
    )


CELLS = {c.name: c for c in (NAUD_SPREKELER, conductance_cell())}
