"""Pyramidal cells, with one interface for protocols and networks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from brian2 import NeuronGroup, Quantity, ms
from brian2.stateupdaters.explicit import euler

from apical.equations import ndnf, noise, pyramidal
from apical.equations.conductance import cell, fitted
from apical.equations.conductance.rest import at_rest
from apical.equations.conductance.step import step
from apical.equations.interneurons import synapses
from apical.equations.parameters import Table, check, declarations
from apical.models.component import Component, Registry
from apical.models.interneurons import LONG_AGO


@dataclass(frozen=True, eq=False, repr=False)
class Cell(Component):
    """A pyramidal cell as Brian2 equations, in which `i_soma` and `i_apical` are the currents from outside.

    The equations hold `v_soma`, `v_apical`, `plateau` (the open part of the calcium current, 0 to 1) and those of
    `equations.pyramidal.EVENTS`; the reset holds `EVENTS_RESET`; among the parameters are `EVENT_PARAMETERS`,
    `e_plateau` and `plateau_minimum`, from which a plateau is told. The variable `gaba` is in layer 1.

    equations, parameters, functions : parts that it is made of; its spikes are `spike` and `reset`
    rest : parameters to the state variables of the resting cell, all in SI units; those that it leaves out are 0
    drive : parameters of what drives it in the circuit (`equations.pyramidal.DRIVE`, `equations.ndnf.DENDRITE`)
    slow_gaba : receptors of neurogliaform release (`equations.interneurons.synapses.APICAL`)
    method : integrator of its equations; dt : the step in ms at which its numbers are within 5 % of their limit
    circuit_dt : that of the circuit with this cell, in ms
    compartments : places that a physiologist records from, by name, soma first; variables of the membrane potentials
    apical : the compartment of `i_apical` and of the plateau
    passive : values of parameters at which only the passive membrane is left
    tree : parameters to the closed form of that: capacitances (F) and matrix of conductances (S) of the compartments;
        None where there is none
    coupled : True when soma and apical dendrite see each other below threshold
    """

    equations: str
    parameters: Table
    spike: str
    reset: str
    rest: Callable[[dict[str, float]], dict[str, float]]
    drive: Table = field(default_factory=lambda: pyramidal.DRIVE_PARAMETERS | ndnf.DENDRITE_PARAMETERS)
    slow_gaba: Table = field(default_factory=lambda: synapses.SLOW_PARAMETERS)
    functions: dict = field(default_factory=lambda: noise.FUNCTIONS)
    method: Callable = euler
    dt: float = 0.1
    circuit_dt: float = 0.5
    compartments: dict[str, str] = field(default_factory=lambda: {"soma": "v_soma", "apical": "v_apical"})
    apical: str = "apical"
    passive: dict[str, Quantity | float] = field(default_factory=dict)
    tree: Callable[[dict[str, float]], tuple[np.ndarray, np.ndarray]] | None = None
    coupled: bool = False

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

    def group(
        self,
        count: int,
        parameters: Mapping[str, Quantity | float] | None = None,
        dt: Quantity | None = None,
        name: str = "cells*",
    ) -> NeuronGroup:
        """`count` cells at rest for a Brian2 script; ``i_soma`` and ``i_apical`` (amp) of each can be set at any time.

        >>> cells = CELLS["naud_sprekeler"].group(2)
        >>> cells.i_soma = [0, 500] * pA
        >>> spikes, plateaus = SpikeMonitor(cells), EventMonitor(cells, "plateau")
        >>> run(200 * ms)

        parameters : Brian2 quantities in place of those of the cell and of the GABA at its dendrite, a number or
            (count,) each; dt : time step, that of the cell when None
        Raises ValueError for a bad name, unit or value.
        """
        table, given = self.parameters | ndnf.DENDRITE_PARAMETERS, dict(parameters or {})
        values = {name: check(name, value, table) for name, value in given.items()}
        values = {name: np.asarray(float(p.value)) for name, p in table.items()} | values
        varied = frozenset(name for name, value in values.items() if value.ndim)
        group = NeuronGroup(
            count,
            "\n".join(["i_soma : amp\ni_apical : amp", self.equations, ndnf.DENDRITE, declarations(table, varied)]),
            method=self.method,
            threshold=self.spike,
            reset=self.reset,
            events={"plateau": pyramidal.PLATEAU},
            namespace=dict(self.functions),
            dt=self.dt * ms if dt is None else dt,
            name=name,
        )
        for variable, value in (values | self.resting(values, count)).items():
            group.variables[variable].set_value(value)
        group.last_spike = LONG_AGO
        return group


def _resting_naud_sprekeler(values: dict[str, float]) -> dict[str, float]:
    return {"v_soma": values["e_leak"], "v_apical": values["e_leak"], "v_threshold": values["v_threshold_rest"]}


def _tree_naud_sprekeler(values: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    capacitance = np.array([values["c_soma"], values["c_apical"]])
    return capacitance, np.diag(capacitance / [values["tau_soma"], values["tau_apical"]])


NAUD_SPREKELER = Cell(
    name="naud_sprekeler",
    meaning="two compartments, integrate-and-fire soma (Naud & Sprekeler 2018)",
    equations=pyramidal.CELL + pyramidal.EVENTS,
    parameters=pyramidal.CELL_PARAMETERS | pyramidal.EVENT_PARAMETERS,
    spike=pyramidal.SPIKE,
    reset=pyramidal.RESET,
    rest=_resting_naud_sprekeler,
    circuit_dt=0.5,  # burst fraction within 0.05 of that at 0.1 ms
    passive={name: 0 * pyramidal.PARAMETERS[name].value for name in ("g_soma", "b_soma", "g_apical", "a_apical")},
    tree=_tree_naud_sprekeler,
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


CELLS = Registry(Cell, NAUD_SPREKELER, conductance_cell())
