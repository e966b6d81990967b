"""Estimate of what a sweep will take, from a short run of its largest program."""

import math
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from apical.equations.task import FRAME_RATE
from apical.networks.circuits.demand import EVENT_RATES
from apical.networks.errors import UserError
from apical.networks.sweep.design import Design
from apical.networks.sweep.measures import MEASURES
from apical.networks.sweep.shards import Shard, cut, programs
from apical.networks.training.cohort import ROLES, structure_of
from apical.networks.training.protocols import PROTOCOLS
from apical.networks.training.record import FRAMES

#: Biological seconds of the calibration; starting the program takes part of it, so that it is measured twice.
SHORT, LONG = 2.0, 12.0

#: Bytes of a synapse (weight, two cells, lists), of a cell (its variables) and of an event (time, cell).
SYNAPSE, CELL, EVENT = 32, 600, 12


@dataclass(frozen=True)
class Estimate:
    """Cost of a sweep. programs, shards, mice : numbers; seconds : wall time with all workers, without compilation;
    rate : mouse-seconds per second of one worker; memory, store : bytes, of all workers and on disk when finished"""

    programs: int
    shards: int
    mice: int
    seconds: float
    rate: float
    memory: int
    store: int


def free_memory() -> int:
    """Bytes of main memory that are free now."""
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def estimate(shards: Sequence[Shard], workers: int) -> Estimate:
    """Compile the program with the most cells (cached) and run it for some seconds.

    Time is taken to go with the number of cells. Raises UserError without a compiler.
    """
    largest = max(programs(shards), key=lambda shard: shard.config.mice * shard.config.cells)
    training = largest.training()
    walls = []
    with tempfile.TemporaryDirectory(prefix="apical-") as scratch:
        for seconds in (SHORT, LONG):
            started = time.perf_counter()
            training.excerpt(seconds, Path(scratch) / f"{seconds}")
            walls.append(time.perf_counter() - started)
    per_cell = max(walls[1] - walls[0], 1e-3) / ((LONG - SHORT) * largest.config.mice * largest.config.cells)
    day = PROTOCOLS[largest.config.protocol].day
    work = [day * shard.config.days * shard.config.mice * shard.config.cells for shard in shards]
    return Estimate(
        programs=len(programs(shards)),
        shards=len(shards),
        mice=sum(len(shard.mice) for shard in shards),
        seconds=per_cell * sum(work) / min(workers, len(shards)),
        rate=1 / (per_cell * largest.config.cells),
        memory=min(workers, len(shards)) * largest.config.mice * bytes_per_mouse(largest),
        store=sum(shard.mouse_days for shard in shards) * _measured_bytes(),
    )


def batch_within(design: Design, batch: int, parts: int, workers: int, budget: float | None = None) -> int:
    """`batch`, or as many mice per shard as let all workers keep to the budget.

    budget : GB; half of the free memory when None. Raises UserError when a single mouse does not.
    """
    budget = free_memory() / 2 if budget is None else budget * 1e9
    shards = cut(design, batch, parts)
    need = max(bytes_per_mouse(shard) for shard in programs(shards))
    fits = int(budget / need / min(workers, len(shards)))
    if fits < 1:
        raise UserError(
            f"a mouse takes {need / 1e6:.0f} MB, all workers may take {budget / 1e6:.0f}; use fewer --workers"
        )
    return min(batch, fits)


def bytes_per_mouse(shard: Shard) -> int:
    """Main memory that a mouse takes while its day runs and is read: synapses, cells, and all that is recorded."""
    structure: Any = structure_of(shard.config)
    protocol = PROTOCOLS[shard.config.protocol]
    duration = max(protocol.baseline_run, protocol.closed_loop_run)
    synapses = sum(structure.synapses.values()) / structure.mice
    state = SYNAPSE * synapses + CELL * (structure.cells + structure.inputs)
    events = EVENT * sum(EVENT_RATES.values()) * duration * structure.cells
    frames = 8 * (structure.bci_cells + len(FRAMES)) * duration * float(FRAME_RATE)
    # Lists of events grow by doubling; what was recorded is there twice, in the program and as it is read.
    return math.ceil(state + 2 * (2 * events + frames))


def _measured_bytes() -> int:
    """Bytes of the measures of a mouse and day."""
    return sum(8 * int(np.prod([len(ROLES)] * len(dimensions))) for dimensions, _, _ in MEASURES.values())
