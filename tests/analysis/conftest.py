"""Small runs with known trials, counts, spikes and weights, written by the store itself."""

import json
import shutil
from functools import partial

import numpy as np
import pytest

from apical.equations.task import FREEZE, GREY, TIME_OUT, TRIAL
from apical.networks.training.checkpoint import save_day
from apical.networks.training.protocols import RATE
from apical.networks.training.store import open_run, write_store

ROLES = np.array(["P+"] * 2 + ["P-"] * 2 + ["P0"] * 2)
CONFIG = {"condition": "ndnf_opto", "protocol": "short", "probe_every": 0}
INPUTS = 4
STEP = 0.5e-3  # s


def phases(frames, trials):
    """Phase and probe of each frame; a trial is (first frame, frame of the outcome, hit, probe)."""
    phase, is_probe = np.full(frames, float(GREY)), np.zeros(frames)
    for first, last, hit, probe in trials:
        phase[first:last] = TRIAL
        phase[last : last + 20] = FREEZE if hit else TIME_OUT
        is_probe[first : last + 20] = probe
    return phase, is_probe


def write(folder, trials, counts, frames=1546, roles=ROLES, light=0.0, weights=None, **config):
    """A finished run in `folder`.

    trials : per day and mouse, a list of (first frame, frame of the outcome, hit, probe)
    counts : (day, mouse, cell) somatic events; plateaus are a tenth of them
    """
    days, mice, cells = np.shape(counts)
    checkpoints = folder / "checkpoint"
    checkpoints.mkdir()
    for day in range(days):
        phase, probe = map(np.stack, zip(*(phases(frames, t) for t in trials[day]), strict=True))
        events = np.array(counts[day])
        generator = np.random.default_rng(day)
        record = {
            "phase": phase,
            "probe": probe,
            "x": generator.normal(0, 0.1, (mice, frames)),
            "cursor": generator.integers(0, 7, (mice, frames)) / 6,
            "light": np.full((mice, frames), light),
            "threshold": np.full(mice, 0.25),
            "time_step": np.asarray(0.0005),
            "x_minimum": np.full(mice, -0.2),
            "event_count": events,
            "plateau_count": events // 10,
            "weight": np.full((mice, cells, INPUTS), 80.0) if weights is None else weights[day],
        }
        for kind, count in (("spike", events), ("plateau", events // 10)):
            cell = np.concatenate([np.repeat(np.arange(cells), row) for row in count])
            record[f"{kind}_row_size"] = count.sum(1)
            record[f"{kind}_cell"] = cell
            record[f"{kind}_step"] = generator.integers(0, int(frames / RATE / STEP), cell.size)
        save_day(checkpoints, day + 1, record, {})
    run = folder / "run"
    run.mkdir()
    checksum = write_store(run / "cohort.zarr", checkpoints, days, np.arange(3, 3 + mice), roles)
    description = {
        "config": CONFIG | config,
        "closed_loop_seconds": frames / RATE,
        "realtime_factor": 12.5,
        "wall_seconds": {"building": 0.0, "simulation": 1.0},
        "spike_sha256": "abc",
        "store_sha256": checksum,
    }
    (run / "run.json").write_text(json.dumps(description))
    return run


@pytest.fixture
def write_run(tmp_path):
    """`write` in a folder of the test."""
    return partial(write, tmp_path)


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory):
    """Two mice, two days of 100 s, with probes on day 2 of mouse 3."""
    trials = [
        [
            [(50, 100, 1, 0), (150, 250, 0, 0), (300, 400, 0, 0), (500, 600, 0, 0)],  # 1 of 4
            [(50, 100, 1, 0), (150, 250, 0, 0)],  # 1 of 2
        ],
        [
            [(50, 100, 1, 0), (150, 250, 1, 0), (300, 400, 0, 1), (500, 600, 1, 1)],  # 2 of 2, probes 1 of 2
            [(50, 100, 1, 0), (150, 250, 0, 0), (300, 400, 1, 0)],  # 2 of 3
        ],
    ]
    day_1 = [[100, 100, 40, 60, 20, 20], [50, 150, 50, 50, 10, 10]]
    day_2 = [[90, 90, 20, 30, 10, 20], [100, 100, 30, 40, 10, 5]]
    return write(tmp_path_factory.mktemp("analysis"), trials, [day_1, day_2])


@pytest.fixture
def run(finished_run, tmp_path):
    """A copy of the finished run."""
    return shutil.copytree(finished_run, tmp_path / "run")


@pytest.fixture(scope="session")
def data(finished_run):
    return open_run(finished_run)
