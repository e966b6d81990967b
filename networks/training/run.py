"""Train a cohort over days, with a checkpoint after each: the run that ``apical train`` makes."""

import hashlib
import json
import logging
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np

from apical.networks.devices.cuda.gpu import gpus
from apical.networks.errors import UserError
from apical.networks.files import cannot_write, check_free, written_whole
from apical.networks.provenance import environment
from apical.networks.training.checkpoint import finished_days, load_day, save_day
from apical.networks.training.config import Config
from apical.networks.training.day import Training
from apical.networks.training.store import read_description, write_store

Progress = Callable[[int, str], None]

LOGGER = logging.getLogger("apical")

#: Options that may differ when a run is resumed.
FREE_ON_RESUME = {"threads", "days", "gpu", "arch"}


def log_progress(finished_days: int, phase: str) -> None:
    """Log each day and phase at level INFO, under the name ``apical``."""
    if phase in ("baseline", "closed loop"):
        LOGGER.info("day %d: %s", finished_days + 1, phase)


def train(
    config: Config,
    out: str | Path,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress = log_progress,
    program: Path | None = None,
) -> Path:
    """Train the cohort of `config` and write the run to the folder `out`; returns that folder.

    resume : go on after the last finished day of an interrupted run
    overwrite : replace an earlier run in `out`
    progress : called with the number of finished days and the name of the phase that starts; unless given, days and
        phases are logged, which ``logging.basicConfig(level="INFO")`` shows
    program : folder that ``apical build`` made, instead of compiling here
    Raises UserError: existing, unwritable or foreign output, no compiler, full disk, damaged checkpoint.
    """
    out = Path(out)
    checkpoints = out / "checkpoint"
    description = _resumed(config, out) if resume else _described(config)
    if "store_sha256" in description:
        return out
    if not resume:
        check_free(out, overwrite)
    finished = finished_days(checkpoints) if resume else 0
    progress(finished, "building")
    started = time.perf_counter()
    cohort = config.network.cohort(config, program, lambda done, files: progress(finished, f"building {done}/{files}"))
    training = Training(cohort)
    wall = description["wall_seconds"]
    wall["building"] += time.perf_counter() - started

    try:
        if overwrite and out.exists():
            shutil.rmtree(out)
        out.mkdir(parents=True, exist_ok=True)
        _write_description(out, description)
        checkpoints.mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_write(out, error) from None
    _remove_scratch(out)

    first = finished_days(checkpoints)
    state = load_day(checkpoints, first)[1] if first else training.first_state()
    for day in range(first + 1, config.days + 1):
        started = time.perf_counter()
        # A folder of its own: programs that outlive a killed run must not meet those of the next.
        try:
            with tempfile.TemporaryDirectory(prefix="scratch-", dir=out, ignore_cleanup_errors=True) as scratch:
                record, state, failed = training.day(day, state, Path(scratch), partial(progress, day - 1))
        except OSError as error:
            raise cannot_write(out / "scratch", error) from None
        for mouse, reason in failed.items():
            raise UserError(f"day {day}, mouse {cohort.numbers[mouse]}: {reason}")
        save_day(checkpoints, day, record, state)
        wall["simulation"] += time.perf_counter() - started
        _write_description(out, description)

    progress(config.days, "writing")
    description["spike_sha256"] = _spike_checksum(checkpoints, config.days)
    checksum = write_store(out / "cohort.zarr", checkpoints, config.days, cohort.numbers, cohort.roles())
    protocol = training.protocol
    description["realtime_factor"] = config.mice * config.days * protocol.day / wall["simulation"]
    description["closed_loop_seconds"] = protocol.closed_loop_run
    description["protocol"] = asdict(protocol)
    description["parameters"] = {name: str(p.value) for name, p in config.table.items()} | config.parameters
    _write_description(out, description | {"store_sha256": checksum})
    shutil.rmtree(checkpoints)
    _remove_scratch(out)
    return out


def _remove_scratch(out: Path) -> None:
    """Remove what a killed run left; a program that outlives it may still write there, so again at the end."""
    for abandoned in out.glob("scratch-*"):
        shutil.rmtree(abandoned, ignore_errors=True)


def _resumed(config: Config, out: Path) -> dict:
    """The description of an interrupted run that `config` may go on with."""
    description = read_description(out)
    stored = Config().model_dump() | description["config"]
    for name, value in config.model_dump().items():
        if name not in FREE_ON_RESUME and value != stored[name]:
            raise UserError(f"--resume: {out} was begun with {name} = {stored[name]}, not {value}")
    check_brought(out, description, config.brought)
    finished = stored["days"] if "store_sha256" in description else finished_days(out / "checkpoint")
    if config.days < finished or ("store_sha256" in description and config.days != finished):
        raise UserError(f"--resume: {out} has {finished} days already; train anew with another --out")
    description["config"] |= {name: getattr(config, name) for name in FREE_ON_RESUME}
    return description


def check_brought(out: Path, description: dict, brought: dict[str, str]) -> None:
    """Raises UserError if components that do not come with apical are not those that `out` was begun with."""
    before = description.get("brought", {})
    for name in sorted(before.keys() | brought.keys()):
        if before.get(name) != brought.get(name):
            raise UserError(f"--resume: {out} was begun with another {name} of this name; give that, or a new --out")


def _described(config: Config) -> dict:
    return {
        "config": config.model_dump(),
        "brought": config.brought,
        **environment(),
        "gpu": [gpu.name for gpu in gpus() if gpu.index == config.gpu and config.device == "cuda_standalone"],
        "wall_seconds": {"building": 0.0, "simulation": 0.0},
    }


def _write_description(out: Path, description: dict) -> None:
    with written_whole(out / "run.json") as partial:
        partial.write_text(json.dumps(description, indent=1))


def _spike_checksum(checkpoints: Path, days: int) -> str:
    """SHA-256 of all spike times (steps) and cells, day by day, mouse by mouse."""
    digest = hashlib.sha256()
    for day in range(1, days + 1):
        record, _ = load_day(checkpoints, day)
        for name in ("spike_row_size", "spike_step", "spike_cell"):
            digest.update(np.ascontiguousarray(record[name], dtype=np.int64).tobytes())
    return digest.hexdigest()
