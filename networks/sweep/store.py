"""A sweep on disk: one file per finished shard, named by its checksum, and the dataset that they become."""

import hashlib
import io
import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import xarray as xr
from pydantic import ValidationError

from apical.networks.errors import UserError
from apical.networks.files import cannot_write, tree_checksum, written_whole
from apical.networks.sweep.design import STRUCTURAL, Design
from apical.networks.sweep.measures import MEASURES
from apical.networks.sweep.sampling import split, unit_of
from apical.networks.sweep.shards import Shard
from apical.networks.training.cohort import ROLES, Values
from apical.networks.training.config import one_line

DESCRIPTION = "sweep.json"
STORE = "sweep.zarr"


def save_shard(folder: Path, index: int, measured: Values) -> None:
    """Write a finished shard, whole or not at all. Raises UserError (disk full)."""
    content = io.BytesIO()
    np.savez(content, **measured)  # type: ignore[arg-type]
    digest = hashlib.sha256(content.getbuffer()).hexdigest()
    with written_whole(folder / f"shard_{index:05d}-{digest[:16]}.npz") as partial:
        partial.write_bytes(content.getbuffer())


def load_shard(folder: Path, index: int) -> Values | None:
    """A finished shard; None when there is none. A damaged one is deleted, so that it runs again."""
    for path in folder.glob(f"shard_{index:05d}-*.npz"):
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest()[:16] == path.stem.rsplit("-", 1)[1]:
            with np.load(io.BytesIO(content)) as archive:
                return {name: archive[name] for name in archive.files}
        path.unlink()
    return None


def write_sweep(out: Path, design: Design, shards: list[Shard], folder: Path, about: dict) -> str:
    """Assemble ``sweep.zarr`` from all shards and return its checksum; the same shards give the same bytes.

    about : further attributes. Raises UserError (disk full).
    """
    data = _dataset(design, shards, folder).assign_attrs(about)
    partial = out / f"{STORE}.partial"
    try:
        shutil.rmtree(partial, ignore_errors=True)
        with warnings.catch_warnings():
            # Strings have no final specification in zarr 3; xarray and zarr read them back alike.
            warnings.filterwarnings("ignore", message=".*does not have a Zarr V3 specification.*")
            data.to_zarr(partial, consolidated=False)
        checksum = tree_checksum(partial)
        shutil.rmtree(out / STORE, ignore_errors=True)
        partial.rename(out / STORE)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise cannot_write(out / STORE, error) from None
    return checksum


def _dataset(design: Design, shards: list[Shard], folder: Path) -> xr.Dataset:
    points = design.all_points()
    places = ("point", "condition", "replicate")
    shape = len(points), len(design.conditions), design.replicates
    arrays: Values = {}
    for shard in shards:
        at = tuple(np.array([(m.point, m.condition, m.replicate) for m in shard.mice]).T)
        for name, values in (load_shard(folder, shard.index) or {}).items():
            if name not in arrays:
                arrays[name] = np.zeros((*shape, *values.shape[1:]), values.dtype)
            arrays[name][at] = values
    variables = {
        name: ((*places, "session", *dimensions), arrays[name], {"units": unit, "long_name": meaning})
        for name, (dimensions, unit, meaning) in MEASURES.items()
    }
    failure = arrays["failure"].astype(object)
    variables["failure"] = (places, failure, {"long_name": "why a mouse failed; empty when it did not"})
    first = design.first_mouse
    coordinates = {
        "condition": ("condition", np.array([c.name for c in design.conditions], object), {"long_name": "condition"}),
        "replicate": ("replicate", np.arange(first, first + design.replicates), {"long_name": "number of the mouse"}),
        "session": ("session", np.arange(1, design.settings.days + 1), {"long_name": "day of training"}),
        "role": ("role", np.array(ROLES, object), {"long_name": "role of the cell in the readout"}),
    }
    for name in design.axes:
        written = [point[name] for point in points]
        values = np.array(written) if name in STRUCTURAL else np.array([split(value)[0] for value in written])
        meaning = f"number of {name.replace('_', ' ')}" if name in STRUCTURAL else design.settings.table[name].meaning
        unit = "1" if name in STRUCTURAL else unit_of(written) or "1"
        coordinates[name] = ("point", values, {"units": unit, "long_name": meaning})
    return xr.Dataset(variables, coordinates)


def read_sweep(out: Path) -> dict:
    """``sweep.json`` of a sweep. Raises UserError when it is none, or damaged."""
    path = Path(out) / DESCRIPTION
    try:
        description = json.loads(path.read_text())
        return description | {"design": dict(description["design"])}
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{out} holds no sweep (there is no {DESCRIPTION})") from None
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise UserError(f"{path} is damaged: {str(error).splitlines()[0]}") from None


def begun_design(out: Path) -> Design:
    """The design that a sweep was begun with. Raises UserError, also for a component that is not known here."""
    try:
        return Design(**read_sweep(out)["design"])
    except ValidationError as error:
        raise UserError(f"{out}: {one_line(error, Design.model_fields)}; name the file of the sweep again") from None


def open_sweep(out: str | Path) -> xr.Dataset:
    """The data of a finished sweep: dimensions point, condition, replicate, session and role.

    Swept parameters are coordinates along ``point``, in the unit in which they were written. ``unstack_grid`` of
    `analysis.sweep.measured` makes them dimensions of a grid.
    Raises UserError when the sweep is unfinished or the store is damaged (its checksum differs).
    """
    out = Path(out)
    description = read_sweep(out)
    if "store_sha256" not in description:
        raise UserError(f"{out} is unfinished; go on with: apical sweep --resume --out {out}")
    store = out / STORE
    if not store.is_dir() or tree_checksum(store) != description["store_sha256"]:
        raise UserError(f"{store} is damaged: its checksum differs from the one in {DESCRIPTION}; run it with --resume")
    return xr.open_zarr(store, consolidated=False).load()
