"""A sweep cut into shards: the mice of some points in one network, whichever process or machine runs it."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, product
from pathlib import Path

import numpy as np

from apical.networks.errors import UserError
from apical.networks.files import cannot_write
from apical.networks.sweep.design import Design, structural
from apical.networks.sweep.measures import day_measures
from apical.networks.training.checkpoint import day_path, finished_days, load_day, save_day
from apical.networks.training.cohort import Cohort, Values, structure_of
from apical.networks.training.conditions import Condition
from apical.networks.training.config import Config
from apical.networks.training.day import Training


@dataclass(frozen=True)
class Mouse:
    """One mouse of a sweep: its place along points, conditions and replicates, and its number."""

    point: int
    condition: int
    replicate: int
    number: int


@dataclass(frozen=True)
class Shard:
    """Mice that run in one network; config : configuration of their cohort; conditions : one by place.

    All shards of a program have as many mice in their network; the last is filled up with copies of its last mouse,
    which are not kept.
    """

    index: int
    mice: tuple[Mouse, ...]
    config: Config
    conditions: tuple[Condition, ...]

    def cohort(self) -> Cohort:
        """The network of the shard, built when the cache has no such program."""
        return Cohort(self.config, numbers=[mouse.number for mouse in self._filled()])

    def training(self) -> Training:
        """The shard's mice, ready for their first day."""
        return Training(self.cohort(), [self.conditions[mouse.condition] for mouse in self._filled()])

    @property
    def mouse_days(self) -> int:
        """Days of training, over mice."""
        return len(self.mice) * self.config.days

    def _filled(self) -> list[Mouse]:
        return [*self.mice, *[self.mice[-1]] * (self.config.mice - len(self.mice))]


def cut(design: Design, batch: int, parts: int = 1) -> list[Shard]:
    """All shards of a sweep, at most `batch` mice in each; those of one program follow each other.

    Replicate r of each point and condition is mouse `first_mouse` + r: the same noise and first weights, so that
    points differ by their parameters alone. Mice of one size of network are spread evenly over its shards.

    parts : shards of each size of network, at least, so that as many workers share it
    """
    points = design.all_points()
    shards: list[Shard] = []
    program = lambda n: tuple(structural(points[n]).items())  # noqa: E731
    order = sorted(range(len(points)), key=program)
    for _, group in groupby(order, program):
        places = product(group, range(len(design.conditions)), range(design.replicates))
        mice = [Mouse(*place, design.first_mouse + place[2]) for place in places]
        size = -(-len(mice) // max(-(-len(mice) // batch), min(parts, len(mice))))
        for first in range(0, len(mice), size):
            own = mice[first : first + size]
            config = _config(design, [points[mouse.point] for mouse in own], size)
            shards.append(Shard(len(shards), tuple(own), config, tuple(design.conditions)))
    return shards


def _config(design: Design, points: list[dict], size: int) -> Config:
    points = [*points, *[points[-1]] * (size - len(points))]
    program = structural(points[0])
    varied = {name: [point[name] for point in points] for name in points[0] if name not in program}
    return Config(**design.run, **program, mice=size, threads=1, parameters=design.parameters | varied)


def programs(shards: Sequence[Shard]) -> list[Shard]:
    """The first shard of each program."""
    found: dict = {}
    for shard in shards:
        found.setdefault(structure_of(shard.config), shard)
    return list(found.values())


def run_shard(shard: Shard, folder: Path) -> Values:
    """Train the mice of a shard over all days; what was measured, (mice, sessions, ...), and ``failure``, (mice,).

    A mouse that fails (its numbers are no longer finite, its readout does not vary) has NaN from that day on, and the
    reason in ``failure``; the others are not concerned.

    folder : keeps a checkpoint per day; a run that was killed goes on from the last one
    Raises UserError: no compiler, full disk.
    """
    training = shard.training()
    days, kept = shard.config.days, len(shard.mice)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from None
    measured, state = _last_whole(folder)
    first = training.first_state()
    state = state or first
    failure = measured[-1]["failure"] if measured else np.full(kept, "", dtype="<U200")
    for day in range(len(measured) + 1, days + 1):
        try:
            with tempfile.TemporaryDirectory(prefix="scratch-", dir=folder, ignore_cleanup_errors=True) as scratch:
                record, state, failed = training.day(day, state, Path(scratch))
        except OSError as error:
            raise cannot_write(folder / "scratch", error) from None
        for mouse, reason in failed.items():
            for name, values in state.items():
                values[mouse] = first[name][mouse] if name in first else 0.0
            if mouse < kept and not failure[mouse]:
                failure[mouse] = f"day {day}: {reason}"
        measures = day_measures(record, training, kept, failure == "") | {"failure": failure.copy()}
        save_day(folder, day, measures, state)
        measured.append(measures)
    names = [name for name in measured[0] if name != "failure"]
    return {name: np.stack([day[name] for day in measured], axis=1) for name in names} | {"failure": failure}


def _last_whole(folder: Path) -> tuple[list[Values], Values]:
    """Measures of the days before, and the state after them; a damaged checkpoint and all after it are deleted."""
    measured: list = []
    state: dict = {}
    for day in range(1, finished_days(folder) + 1):
        try:
            measures, state = load_day(folder, day)
        except UserError:
            for later in range(day, finished_days(folder) + 1):
                day_path(folder, later).unlink(missing_ok=True)
            break
        measured.append(measures)
    return measured, state
