"""A cohort on a device: values in, results out, mice always first; shards of it run side by side."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from apical.networks.circuits.circuit import ROLES, Structure
from apical.networks.circuits.cortex.task import TaskCortex
from apical.networks.circuits.cortex.values import Values
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.cuda.gpu import architectures, require_gpu
from apical.networks.devices.program import CompiledProgram, Progress
from apical.networks.devices.results import CohortResults
from apical.networks.devices.runtime import RuntimeProgram
from apical.networks.devices.target import Target
from apical.networks.errors import UserError


def structure_of(config) -> Structure | TaskCortex:
    """Structure that is compiled of a `training.config.Config`."""
    return config.network.structure.of(config)


def target_of(config) -> Target:
    """Target for which the program of a `training.config.Config` is compiled."""
    if config.device != "cuda_standalone":
        return Target(precision=config.precision)
    arch = tuple(config.arch.split(",")) if config.arch else architectures(config.gpu)
    return Target(config.device, config.precision, config.math, arch, config.heap_mb)


def blueprint_of(config) -> Blueprint:
    """Blueprint of the program of a `training.config.Config`."""
    return Blueprint(structure_of(config), target_of(config))


def check_same(folder: Path, built: Blueprint, wanted: Blueprint) -> None:
    """Raises UserError, with the first difference, unless a program that was built is also one of what is wanted."""
    if not (found := built.difference(wanted)):
        return
    name, made, asked = found
    if name == "kind":
        raise UserError(f"{folder} was built for another network; build one for this run")
    name = "mice per thread" if name == "mice" and wanted.target.device != "cuda_standalone" else name
    raise UserError(f"{folder} was built with {name} = {made}, not {asked}; build one for this run")


class Cohort:
    """The network of a configuration, ready to run.

    structure : what is compiled, of any network of the task: a `Structure`, a `TaskCortex` or one of a user

    On two threads or more the mice are dealt to as many programs of equal size; since nothing connects two
    mice and noise is counted per mouse, the result does not depend on their number.
    """

    def __init__(
        self,
        config,
        program: Path | None = None,
        progress: Progress = lambda done, all: None,
        numbers: Sequence[int] | None = None,
    ):
        """Build the program (cached), or take the one that ``apical build`` left in the folder `program`.

        config : a `training.config.Config`
        numbers : numbers of the mice, which decide over their noise and first weights; first_mouse, ... when None
        Raises UserError without a compiler or, for CUDA, without a GPU.
        """
        self.config = config
        self.mice = config.mice
        self.numbers = config.first_mouse + np.arange(self.mice) if numbers is None else np.array(numbers)
        self.structure: Any = structure_of(config)
        self.shards = -(-config.mice // self.structure.mice)
        if config.device == "cuda_standalone":
            require_gpu(config.gpu)
        self.program: CompiledProgram | RuntimeProgram
        if config.device == "runtime":
            self.program = RuntimeProgram(self.structure)
        elif program is None:
            self.program = CompiledProgram(blueprint_of(config), progress)
        else:
            self.program = built = CompiledProgram.built(program)
            check_same(program, built.blueprint, blueprint_of(config))

    def parameters(self) -> Values:
        """``group.parameter`` to SI value: a scalar, or one row per mouse where the mice differ."""
        s = self.structure
        values = {}
        for group, table in self.config.tables.items():
            for name in table:
                value = self.config.given(name)
                if name in s.varied:
                    value = np.repeat(value[:, None], s.per_mouse[group], axis=1)
                values[f"{group}.{name}"] = value
        return values

    def sessions(self, number: int) -> Values:
        """The number of the session, which tells its noise from that of others."""
        return {f"{group}.session": np.asarray(number) for group in ("pyramidal", "inputs", "latents", "ndnf")}

    def ndnf(self, opsin: np.ndarray, release: np.ndarray) -> Values:
        """NDNF+ cells that express the opsin, and that release GABA: 0 or 1 of each mouse, shape (mice,)."""
        count = self.structure.ndnf
        return {
            "ndnf.opsin": np.repeat(opsin[:, None], count, axis=1),
            "ndnf.release": np.repeat(release[:, None] / count, count, axis=1),
        }

    def initial_values(self) -> Values:
        """Everything but parameters that a run starts from: identities, resting state, day-1 weights."""
        s = self.structure
        values = self._task_values() | self._identities("ndnf", s.ndnf, "unit")
        per_cell, long_ago = np.ones((self.mice, s.cells)), -round(1 / s.dt)  # steps in a second
        cell = s.pyramidal
        for name, state in cell.resting({name: self.config.given(name) for name in cell.parameters}, self.mice).items():
            values[f"pyramidal.{name}"] = per_cell * state[:, None]
        values["pyramidal.last_spike"] = long_ago * per_cell
        values["ndnf.v"] = np.ones((self.mice, s.ndnf)) * self._per_mouse("e_leak_ndnf")
        values["ndnf.last_spike"] = long_ago * np.ones((self.mice, s.ndnf))
        return values

    def _task_values(self) -> Values:
        """Values that any network of the task starts from: cells, inputs, readout, day-1 weights."""
        s = self.structure
        relative = np.stack([self._first_weights(mouse) for mouse in self.numbers])
        return {
            **self._identities("pyramidal", s.cells, "cell"),
            **self._identities("inputs", s.inputs, "unit"),
            **self._identities("latents", s.latents, "unit"),
            "pyramidal.f0": np.ones((self.mice, s.cells)),
            "inputs.task_pool": np.tile(np.arange(s.inputs) < s.inputs // 2, (self.mice, 1)).astype(int),
            "readout_synapses.readout_weight": np.tile(self.readout_weights(), (self.mice, 1)),
            "feed_forward.w": relative * self._per_mouse("w_max") / 3,
        }

    def _identities(self, group: str, count: int, index: str) -> Values:
        """Seed, mouse and number in it of each of the `count` elements per mouse, which decide over their noise."""
        return {
            f"{group}.seed": np.asarray(self.config.seed),
            f"{group}.mouse": np.repeat(self.numbers[:, None], count, axis=1),
            f"{group}.{index}": np.tile(np.arange(count), (self.mice, 1)),
        }

    def readout_weights(self) -> np.ndarray:
        """+1/n for P+ and -1/n for P-: the first cells of a mouse, since cells are exchangeable."""
        s = self.structure
        return np.r_[np.full(s.p_plus, 1 / s.p_plus), np.full(s.p_minus, -1 / s.p_minus)]

    def roles(self) -> np.ndarray:
        """``P+``, ``P-`` or ``P0`` of each cell of a mouse."""
        s = self.structure
        return np.repeat(ROLES, (s.p_plus, s.p_minus, s.cells - s.bci_cells))

    def _first_weights(self, mouse: int) -> np.ndarray:
        """Weights over their mean, shape (inputs * cells,), the inputs first; uniform in 0.5 to 1.5.

        Both pools weigh the same on each cell, so that the mean drive is the same in trials as in the
        baseline before anything is learned.
        """
        s = self.structure
        w = self.generator(mouse, "weights").uniform(0.5, 1.5, (2, s.inputs // 2, s.cells))
        w *= w.sum(axis=(0, 1)) / 2 / w.sum(axis=1, keepdims=True)
        return w.ravel()

    def _per_mouse(self, parameter: str) -> np.ndarray:
        """A parameter as a column, shape (mice, 1)."""
        return np.ones((self.mice, 1)) * np.reshape(self.config.given(parameter), (-1, 1))

    def generator(self, mouse: int, purpose: str, day: int = 0) -> np.random.Generator:
        """A generator of its own for each mouse, purpose and day."""
        return np.random.default_rng([self.config.seed, mouse, day, *purpose.encode()])

    def run(self, values: Mapping[str, np.ndarray], folder: Path) -> CohortResults:
        """Run all shards; arrays in `values` have the mice first, scalars hold for all."""
        with ThreadPoolExecutor(min(self.shards, self.config.threads)) as pool:
            parts = [
                pool.submit(self.program.run, self._shard(values, n), folder / f"shard_{n}", self.config.gpu)
                for n in range(self.shards)
            ]
            return CohortResults([part.result() for part in parts], self.structure, self.mice)

    def _shard(self, values: Mapping[str, np.ndarray], n: int) -> Values:
        # The last shard is filled up with copies of its last mouse, which are dropped afterwards.
        mice = np.minimum(np.arange(self.structure.mice) + n * self.structure.mice, self.mice - 1)
        return {name: v if np.ndim(v) == 0 else np.asarray(v)[mice].ravel() for name, v in values.items()}
