"""An experiment on single cells: each gets currents of its own, all run side by side."""

import os
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from brian2 import Quantity

from apical.equations import electrodes
from apical.equations.parameters import check, require
from apical.models.cells import CELLS, Cell
from apical.networks.circuits.single_cells import SingleCells
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.program import CompiledProgram
from apical.networks.devices.runtime import RuntimeProgram
from apical.networks.errors import UserError

#: What a cell is given: settings of `equations.electrodes` by name and site, like ``amplitude_soma``, in nA and ms;
#: site ``light`` is the neurogliaform cell.
Stimulus = dict[str, float]


@dataclass(frozen=True)
class Recording:
    """Activity of the cells of an experiment; times in ms.

    time : (samples,); voltage : compartment to (cells, samples) in mV; current : site to (cells, samples) in nA
    spikes, releases : times of the spikes of each cell, and of its neurogliaform cell
    """

    time: np.ndarray
    voltage: dict[str, np.ndarray]
    current: dict[str, np.ndarray]
    spikes: list[np.ndarray]
    releases: list[np.ndarray]


def experiment(
    cell: Cell | str,
    stimuli: list[Stimulus],
    duration: float,
    parameters: Mapping[str, float | np.ndarray] | None = None,
    *,
    dt: float | None = None,
    traces: float | None = None,
    layer_1: bool = False,
    seed: int = 1,
    compiled: bool = True,
) -> Recording:
    """Run one cell for each stimulus, for `duration` ms from rest, and record potentials, currents and spikes.

    >>> steps = [{"amplitude_soma": nA, "onset_soma": 50, "width_soma": 200} for nA in (0.3, 0.6)]
    >>> experiment("naud_sprekeler", steps, 300).spikes  # times in ms, of each cell

    cell : one of `CELLS` by name, or a `Cell` of one's own
    stimuli : settings of each cell in nA and ms, by name and site (``soma`` or ``apical``); what is left out is
        none. ``amplitude_SITE``, ``onset_SITE``, ``width_SITE`` (5 ms), ``period_SITE`` and ``count_SITE`` (1) make
        rectangular pulses; ``mean_SITE`` is constant; ``sigma_SITE`` is the s.d. of noise, 2 ms correlated;
        ``epsc_peak_SITE`` and ``epsc_onset_SITE`` make an EPSC. With `layer_1`, site ``light`` has pulses
    parameters : values in place of those of the cell, as Brian2 quantities or numbers in SI units; an array has one
        value per stimulus
    dt : time step in ms, if not that of the cell; traces : ms from the start that are recorded, if not all
    layer_1 : give each cell a neurogliaform cell; seed : seed of the noise
    compiled : run as a C++ program that is built once and cached; else on Brian2's runtime device
    Raises UserError for an unknown cell, setting or parameter, with the nearest name, and a wrong unit.
    """
    given = {**(parameters or {})}
    cell = _checked(cell, stimuli, given, layer_1)
    varied = frozenset(name for name, value in given.items() if np.ndim(value))
    count = SLOTS if compiled else len(stimuli)
    network = SingleCells(cell, count, dt or cell.dt, layer_1, varied)
    values = _values(cell, network, stimuli, given, duration) | {"cells.seed": np.asarray(seed)}
    values["cells.trace_stop"] = np.asarray((duration if traces is None else traces) * 1e-3)
    shards = -(-len(stimuli) // count)
    program = _program(network) if compiled else RuntimeProgram(network)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = [pool.submit(program.run, _shard(values, n, count), Path(folder) / str(n)) for n in range(shards)]
        return _joined([_recording(cell, part.result(), network) for part in parts], len(stimuli))


def _checked(cell: Cell | str, stimuli: list[Stimulus], given: Mapping, layer_1: bool) -> Cell:
    """The cell. Raises UserError for what `experiment` does not know."""
    try:
        found: Cell = CELLS.find(cell)
        known = electrodes.AT_REST | (electrodes.LIGHT_AT_REST if layer_1 else {})
        for name in dict.fromkeys(name for stimulus in stimuli for name in stimulus):
            require(name, known, "setting of a stimulus")
        table = SingleCells(found, layer_1=layer_1).parameters
        for name, value in given.items():
            require(name, table, "parameter")
            if isinstance(value, Quantity):
                check(name, value, table)
    except ValueError as error:
        raise UserError(str(error)) from None
    return found


#: Cells in a program: of more stimuli, programs run side by side.
SLOTS = 64


@cache
def _program(network: SingleCells) -> CompiledProgram:
    return CompiledProgram(Blueprint(network))


def _values(
    cell: Cell, network: SingleCells, stimuli: list[Stimulus], given: Mapping, duration: float
) -> dict[str, np.ndarray]:
    """``cells.variable`` to SI values; arrays have one value per stimulus."""
    n, table = len(stimuli), network.parameters | cell.parameters
    values = {name: np.asarray(given.get(name, float(p.value))) for name, p in table.items()}
    state = cell.resting(values, n)
    state |= _settings(electrodes.AT_REST, stimuli)
    state |= {"cell": np.arange(n), "last_spike": np.full(n, -round(1000 / network.dt))}
    values |= state | {"duration": np.asarray(duration * 1e-3)}
    light = _settings(electrodes.LIGHT_AT_REST, stimuli) if network.layer_1 else {}
    return {f"cells.{name}": value for name, value in values.items()} | {
        f"neurogliaform.{name}": value for name, value in light.items()
    }


def _settings(at_rest: dict, stimuli: list[Stimulus]) -> dict[str, np.ndarray]:
    """Settings of electrodes in SI units, one value per stimulus."""
    return {
        name: np.array([stimulus.get(name, rest) for stimulus in stimuli]) * float(unit)
        for name, (rest, unit) in at_rest.items()
    }


def _shard(values: dict[str, np.ndarray], n: int, count: int) -> dict[str, np.ndarray]:
    """Values that the n-th program is given; the last one is filled up with copies of the last cell."""

    def part(value):
        return value if value.ndim == 0 else value[np.minimum(np.arange(count) + n * count, len(value) - 1)]

    return {name: part(value) for name, value in values.items()}


def _recording(cell: Cell, results: Mapping[str, np.ndarray], network: SingleCells) -> Recording:
    spikes = _trains(results, "spikes", network.count)
    releases = _trains(results, "releases", network.count) if network.layer_1 else []
    trace = lambda variable: results[f"traces.{variable}"].reshape(-1, network.count).T  # noqa: E731
    voltage = {name: 1e3 * trace(variable) for name, variable in cell.compartments.items()}
    current = {site: 1e9 * trace(f"i_{site}") for site in electrodes.SITES}
    return Recording(1e3 * trace("t")[0], voltage, current, spikes, releases)


def _trains(results: Mapping[str, np.ndarray], monitor: str, count: int) -> list[np.ndarray]:
    i, t = results[f"{monitor}.i"], results[f"{monitor}.t"] * 1e3
    return [t[i == n] for n in range(count)]


def _joined(parts: list[Recording], n: int) -> Recording:
    def join(kind: str) -> dict[str, np.ndarray]:
        every = [getattr(part, kind) for part in parts]
        return {name: np.concatenate([each[name] for each in every])[:n] for name in every[0]}

    spikes, releases = ([train for part in parts for train in getattr(part, k)][:n] for k in ("spikes", "releases"))
    return Recording(parts[0].time, join("voltage"), join("current"), spikes, releases)
