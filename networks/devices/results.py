"""The arrays that programs leave behind: of one program, and of all shards of a cohort."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from apical.networks.circuits.circuit import Structure
from apical.networks.errors import UserError


class Results(Mapping):
    """Arrays of a finished run by ``group.variable``, read from disk when asked for."""

    def __init__(self, folder: Path, arrays: dict):
        self.folder, self.arrays = folder, arrays

    def __getitem__(self, name: str) -> np.ndarray:
        entry = self.arrays[name]
        path = self.folder / entry["file"]
        values = np.fromfile(path, dtype=entry["dtype"])
        columns = entry["columns"] or 1
        if values.size != (self._length(name) * columns if entry["size"] is None else entry["size"]):
            raise incomplete(path)
        return values.reshape(-1, columns) if entry["columns"] else values

    def _length(self, name: str) -> int:
        """Number of rows that an array that grows should have: its monitor or synapses count them."""
        return int(self[f"{name.split('.')[0]}.N"][0])

    def __iter__(self):
        return iter(self.arrays)

    def __len__(self):
        return len(self.arrays)


def incomplete(path: Path) -> UserError:
    """The error for a results file that is shorter than it should be."""
    free = shutil.disk_usage(path.parent).free
    if free < 2**20:
        return UserError(f"the disk of {path.parent} is full; free some space, then go on with --resume")
    return UserError(f"{path} is incomplete; go on with --resume")


class CohortResults:
    """Results of all shards, joined: the mice come first in each array."""

    def __init__(self, parts: list[Mapping[str, np.ndarray]], structure: Structure, mice: int):
        self.parts, self.structure, self.mice = parts, structure, mice

    def state(self, name: str) -> np.ndarray:
        """A state variable at the end of the run, shape (mice, elements per mouse)."""
        return np.concatenate([p[name].reshape(self.structure.mice, -1) for p in self.parts])[: self.mice]

    def recorded(self, name: str) -> np.ndarray:
        """A recorded variable, shape (mice, elements per mouse, samples)."""
        arrays = [p[name] for p in self.parts]  # (samples, elements)
        return np.concatenate([a.T.reshape(self.structure.mice, -1, a.shape[0]) for a in arrays])[: self.mice]

    def events(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Events ordered by mouse, time and cell: number per mouse, cell, time in steps."""
        per_shard = self.structure.mice * self.structure.cells
        index = np.concatenate([p[f"{name}.i"] + n * per_shard for n, p in enumerate(self.parts)])
        step = np.concatenate([np.rint(p[f"{name}.t"] / self.structure.dt).astype(np.int32) for p in self.parts])
        mouse, cell = np.divmod(index, self.structure.cells)
        order = np.lexsort((cell, step, mouse))
        order = order[mouse[order] < self.mice]
        return np.bincount(mouse[order], minlength=self.mice), cell[order].astype(np.int32), step[order]
