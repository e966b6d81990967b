"""One file per finished day, written whole or not at all; a zip archive, whose checksums tell damage."""

import os
from pathlib import Path

import numpy as np

from apical.networks.errors import UserError
from apical.networks.files import written_whole
from apical.networks.training.cohort import Values


def day_path(folder: Path, day: int) -> Path:
    return folder / f"day_{day:03d}.npz"


def save_day(folder: Path, day: int, record: Values, state: Values) -> None:
    """Write the record and the slow state of a day."""
    arrays = {f"record/{n}": v for n, v in record.items()} | {f"state/{n}": v for n, v in state.items()}
    with written_whole(day_path(folder, day)) as partial, open(partial, "wb") as file:
        np.savez(file, names=list(arrays), **arrays)  # type: ignore[arg-type]
        file.flush()
        os.fsync(file.fileno())


def load_day(folder: Path, day: int) -> tuple[Values, Values]:
    """Record and slow state of a finished day. Raises UserError when the file is damaged."""
    path = day_path(folder, day)
    try:
        with np.load(path) as archive:
            arrays = {name: archive[name] for name in archive.files}
        if len(arrays.pop("names")) != len(arrays):
            raise ValueError("entries are missing")
    except Exception:  # NumPy and zipfile raise many kinds on a damaged archive
        raise UserError(f"checkpoint {path} is damaged; delete it and --resume runs day {day} again") from None
    part = lambda prefix: {n.removeprefix(prefix): v for n, v in arrays.items() if n.startswith(prefix)}  # noqa: E731
    return part("record/"), part("state/")


def finished_days(folder: Path) -> int:
    """Number of days, from the first on, that have a checkpoint."""
    day = 0
    while day_path(folder, day + 1).exists():
        day += 1
    return day
