"""The arrays that a compiled program leaves behind."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from networks.errors import UserError


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
        """How many rows an array that grows should have: its monitor or synapses count them."""
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
