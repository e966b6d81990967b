"""Run a sweep: cut it into shards, run those that are not there yet, assemble the dataset."""

import contextlib
import fcntl
import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from apical.networks.errors import UserError
from apical.networks.files import cannot_write, written_whole
from apical.networks.provenance import environment
from apical.networks.sweep.cluster import run_on_dask
from apical.networks.sweep.design import Design
from apical.networks.sweep.processes import checkpoints, run_in_processes
from apical.networks.sweep.shards import Shard, cut, programs
from apical.networks.sweep.store import DESCRIPTION, load_shard, read_sweep, save_shard, write_sweep
from apical.networks.training.checkpoint import finished_days
from apical.networks.training.cohort import Values
from apical.networks.training.run import check_brought

#: Called with the finished mouse-days of each shard, by index, and what is under way.
Show = Callable[[dict[int, int], str], None]

#: Most mice of a shard on a CPU, where larger ones are not faster.
BATCH = 32


def batch_size(design: Design, workers: int) -> tuple[int, int]:
    """Most mice per shard, and least shards per size of network: on a GPU all mice in one, else one per worker."""
    mice = len(design.all_points()) * len(design.conditions) * design.replicates
    return (mice, 1) if design.settings.device == "cuda_standalone" else (BATCH, workers)


def sweep(
    design: Design,
    out: str | Path,
    resume: bool = False,
    workers: int = 2,
    dask: str | None = None,
    batch: int | None = None,
    show: Show = lambda days, phase: None,
) -> Path:
    """Run a sweep and write ``sweep.zarr`` to the folder `out`; returns that folder.

    resume : go on with an interrupted sweep, with the batch size it was begun with
    workers : processes of this machine; one on a GPU
    dask : address of a scheduler that runs the shards instead
    batch : mice per shard; chosen when None
    Raises UserError: existing, unwritable or foreign output, another process at work on it, no compiler, full disk, a
    lost scheduler. What was finished stays, and `resume` goes on.
    """
    out = Path(out)
    chosen, parts = batch_size(design, workers)
    if not resume:
        _check_free(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(out, error) from None
    with _alone(out):
        if resume and (out / DESCRIPTION).exists():
            description = _same(out, design)
            batch, parts = description["batch"], description["parts"]
        else:
            batch = batch or chosen
            description = {"design": design.model_dump(mode="json"), "brought": design.brought}
            description |= {"batch": batch, "parts": parts, **environment()}
            description["wall_seconds"] = 0.0
            _write(out, description)
        shards, folder = cut(design, batch, parts), out / "shards"
        started = time.perf_counter()
        _run(shards, folder, 1 if design.settings.device == "cuda_standalone" else workers, dask, show)
        show({shard.index: shard.mouse_days for shard in shards}, "writing")
        about = {"design": json.dumps(description["design"]), "versions": json.dumps(description["versions"])}
        about |= {"commit": str(description["commit"]), "device": design.settings.device}
        description["store_sha256"] = write_sweep(out, design, shards, folder, about)
        description["wall_seconds"] += time.perf_counter() - started
        _write(out, description)
        for shard in shards:
            shutil.rmtree(checkpoints(folder, shard), ignore_errors=True)
    return out


def _run(shards: list[Shard], folder: Path, workers: int, dask: str | None, show: Show) -> None:
    try:
        folder.mkdir(exist_ok=True)
        left = [shard for shard in shards if load_shard(folder, shard.index) is None]
    except OSError as error:
        raise cannot_write(folder, error) from None
    missing = {shard.index for shard in left}
    finished = {shard.index: shard.mouse_days for shard in shards if shard.index not in missing}

    def done(shard: Shard, measured: Values) -> None:
        save_shard(folder, shard.index, measured)
        finished[shard.index] = shard.mouse_days
        shutil.rmtree(checkpoints(folder, shard), ignore_errors=True)

    def tick() -> None:
        under_way = {
            shard.index: len(shard.mice) * finished_days(checkpoints(folder, shard))
            for shard in left
            if shard.index not in finished
        }
        show(finished | under_way, "training")

    left.sort(key=lambda shard: -shard.config.mice * shard.config.cells)
    if not left:
        return
    if dask:
        run_on_dask(left, folder, dask, done, tick)
        return
    for n, first in enumerate(programs(left), 1):
        show(dict(finished), f"program {n}")
        first.cohort()
    run_in_processes(left, folder, min(workers, len(left)), done, tick)


@contextlib.contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Keep other processes away from `out`; the lock goes with the process, however it ends."""
    try:
        file = open(out / ".lock", "w")
    except OSError as error:
        raise cannot_write(out, error) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UserError(f"another process is at work on {out}; wait for it, or choose another --out") from None
        yield


def _check_free(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is no folder; choose another --out")
    if out.is_dir() and any(path.name != ".lock" for path in out.iterdir()):
        raise UserError(f"{out} exists; go on with it (--resume) or choose another --out")


def _same(out: Path, design: Design) -> dict:
    """The description of an interrupted sweep of the same design. Raises UserError."""
    description, given = read_sweep(out), design.model_dump(mode="json")
    for name, value in given.items():
        if description["design"].get(name) != value:
            stored = description["design"].get(name)
            raise UserError(f"--resume: {out} was begun with {name} = {stored}, not {value}")
    check_brought(out, description, design.brought)
    return description


def _write(out: Path, description: dict) -> None:
    with written_whole(out / DESCRIPTION) as partial:
        partial.write_text(json.dumps(description, indent=1))
