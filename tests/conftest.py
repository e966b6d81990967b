import json
import logging
import os
import shutil
import sys
import sysconfig
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from brian2 import Clock, NeuronGroup, TimedArray, get_device, linked_var, ms, mV, pA, prefs, set_device

from apical.equations.task import FRAME_RATE, FREEZE, GREY, TIME_OUT, TRIAL
from apical.models.cells import NAUD_SPREKELER
from apical.models.pyramidal import LINKED, parameters, pyramidal_cells
from apical.networks.devices import generate
from apical.networks.devices.cuda.gpu import gpus
from apical.networks.training.checkpoint import save_day
from apical.networks.training.cohort import Cohort
from apical.networks.training.day import Training
from apical.networks.training.protocols import PROTOCOLS, RATE, Protocol
from apical.networks.training.store import write_store
from apical.scripts.main import main


def pytest_addoption(parser):
    parser.addoption("--quick", action="store_true", help="skip what compiles, simulates networks or is slow")


def pytest_configure(config):
    if config.getoption("quick"):
        sys.addaudithook(skip_what_compiles)
        os.environ["APICAL_CACHE"] = os.devnull  # a test that compiles in a process of its own fails: mark it slow


COMPILERS = ("g++", "nvcc", "make", "cmake")


def skip_what_compiles(event, arguments):
    """Skip a test of a quick run where it starts a compiler or our generator: no list of such tests can be wrong."""
    if event == "subprocess.Popen":
        command = arguments[1]
        words = [os.fsdecode(word) for word in ([command] if isinstance(command, str | bytes) else command)]
        tool = Path(shutil.which(words[0]) or "")
        compiler = tool.name in COMPILERS and not tool.is_relative_to(tempfile.gettempdir())  # there are the tests' own
        if compiler or generate.__name__ in words:
            pytest.skip("compiles: make test runs it")


def pytest_collection_modifyitems(config, items):
    quick = config.getoption("quick")
    for item in items:
        if item.get_closest_marker("gpu") and not gpus():
            item.add_marker(pytest.mark.skip(reason="needs an NVIDIA GPU"))
        if quick and (item.get_closest_marker("slow") or "numpy_runtime" in item.fixturenames):
            item.add_marker(pytest.mark.skip(reason="slow, or simulates a network: make test runs it"))


@pytest.fixture(scope="module")
def brief_days():
    """Days of the short protocol last less than two minutes."""
    # Long enough for F0 (30 s), pseudo-trials (28.1 s) and a few trials.
    brief = Protocol(baseline=70.0, closed_loop=40.0, learning_rate_scale=60.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PROTOCOLS, "short", brief)
        yield


@pytest.fixture
def excerpt(tmp_path):
    """Run an excerpt of a session: (configuration, seconds) to results."""

    def run(config, seconds):
        return Training(Cohort(config)).excerpt(seconds, Path(tempfile.mkdtemp(dir=tmp_path)))

    return run


@pytest.fixture
def apical(monkeypatch, capsys):
    """Run the console script: exit code, output and errors, each on as few lines as there are."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["apical", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "300")
        with pytest.raises(SystemExit) as end:
            main()
        captured = capsys.readouterr()
        return end.value.code or 0, captured.out.strip(), captured.err.strip()

    return call


@pytest.fixture(scope="session")
def differences():
    """Names of state variables and events of two results, of one program each, that differ in any bit."""

    def compare(one, other):
        (a,), (b,) = one.parts, other.parts
        groups = ("pyramidal", "inputs", "latents", "ndnf", "readout")
        state = [x for x in a if x.split(".")[0] in groups and not x.split(".")[1].startswith("_")]
        found = [name for name in [*state, "feed_forward.w"] if a[name].tobytes() != b[name].tobytes()]
        for name in ("spikes", "plateaus"):
            pairs = zip(one.events(name), other.events(name), strict=True)
            found += [name for x, y in pairs if x.tobytes() != y.tobytes()]
        return found

    return compare


@pytest.fixture(scope="module")
def numpy_runtime():
    """Brian2's runtime device with the NumPy target: nothing is compiled. Both are restored."""
    logging.getLogger("brian2").setLevel(logging.INFO)  # a failing test shows no generated code
    device, target = get_device(), prefs.codegen.target
    set_device("runtime")
    prefs.codegen.target = "numpy"
    yield
    prefs.codegen.target = target
    set_device(device)


@pytest.fixture(scope="session")
def stub():
    """Write an executable shell script: (path, script)."""

    def write(path, script):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return write


@pytest.fixture
def tools(tmp_path, monkeypatch, stub):
    """A machine with g++ and make and nothing else: the folder of its programs. No package from NVIDIA is there."""
    folder = tmp_path / "bin"
    for name in ("g++", "make"):
        stub(folder / name, f"echo {name} 1.0")
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path / "site"))
    monkeypatch.setenv("PATH", str(folder))
    for name in ("CUDA_PATH", "CUDA_VISIBLE_DEVICES"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture(scope="session")
def ornstein_uhlenbeck():
    """Make Ornstein-Uhlenbeck noise of unit variance: (shape, correlation time in samples, generator)."""

    def make(shape, tau, generator):
        decay = np.exp(-1 / tau)
        x = generator.standard_normal(shape)
        for k in range(1, shape[-1]):
            x[..., k] = decay * x[..., k - 1] + np.sqrt(1 - decay**2) * x[..., k]
        return x

    return make


@pytest.fixture(scope="session")
def resting_cells():
    """Make pyramidal cells at rest, without bias and noise unless given, and a group in place of their mice.

    (count, dt in ms, other parameters) to (cells, mice, clock of the steps, clock of the frames)
    """

    def make(count, dt, **values):
        clock, frames = Clock(dt * ms, name="step_clock"), Clock(1 / FRAME_RATE, name="frame_clock")
        cells = pyramidal_cells(count, frozenset(), clock, frames)
        mice = NeuronGroup(count, "".join(f"{n} : {unit}\n" for n, unit in LINKED.items()), clock=clock)
        for name in LINKED:
            setattr(cells, name, linked_var(mice, name))
        none = dict.fromkeys(("i_bias_soma", "i_bias_apical", "sigma_soma", "sigma_apical"), 0 * pA)
        for name, parameter in parameters(NAUD_SPREKELER).items():
            setattr(cells, name, (none | values).get(name, parameter.value))
        cells.v_soma = cells.v_apical = -70 * mV
        cells.v_threshold = -50 * mV
        cells.last_spike = round(-1000 / dt)
        cells.f0 = 1
        mice.cursor_variance = 1
        return cells, mice, clock, frames

    return make


@pytest.fixture(scope="session")
def forced_spikes():
    """Make the mV that lift each cell over any threshold: (times of each cell in ms, duration, dt)."""

    def make(times, duration, dt):
        lift = np.zeros((round(duration / dt) + 1, len(times)))
        for cell, row in enumerate(times):
            lift[np.rint(np.array(row) / dt).astype(int), cell] = 100
        return TimedArray(lift * mV, dt=dt * ms)

    return make


@pytest.fixture(scope="session")
def recorded_run(tmp_path_factory):
    """Make a finished run without simulating: two mice, two days of 26 s, four BCI cells and two others.

    recorded : what ``--record`` says; the same run for the same. On day 2 mouse 1 has light, but no trial and no
        plateau; its cell 5 is silent.
    """

    @cache
    def make(recorded="traces"):
        folder = tmp_path_factory.mktemp("recorded")
        run, checkpoints, frames = folder / "run", folder / "checkpoint", 400
        run.mkdir()
        checkpoints.mkdir()
        for day in (1, 2):
            save_day(checkpoints, day, _recorded_day(day, frames, recorded), {})
        roles = np.array(["P+", "P+", "P-", "P-", "P0", "P0"])
        description = {
            "config": {"condition": "ndnf_opto", "protocol": "short", "record": recorded},
            "closed_loop_seconds": 26.0,
            "parameters": {"i_teaching": "50 pA"},
            "wall_seconds": {},
            "store_sha256": write_store(run / "cohort.zarr", checkpoints, 2, np.arange(2), roles),
        }
        (run / "run.json").write_text(json.dumps(description))
        return run

    return make


def _recorded_day(day, frames, recorded):
    generator = np.random.default_rng(day)
    normal = lambda *shape: generator.normal(0, 0.1, (2, *shape)).astype(np.float32)  # noqa: E731
    bare = np.array([False, day == 2])  # mice without trials and plateaus
    phase, light = np.full((2, frames), GREY), np.zeros((2, frames))
    for first, last, outcome in ((20, 80, FREEZE), (110, 200, TIME_OUT), (230, 300, FREEZE)):
        phase[~bare, first:last] = TRIAL
        phase[~bare, last : last + 15] = outcome
    light[bare, 10:150] = light[bare, 200:] = 1
    probe = np.zeros((2, frames))
    probe[:, 230:300] = day == 2
    record = {
        "phase": phase,
        "probe": probe,
        "light": light,
        "x": normal(frames),
        "cursor": generator.integers(0, 7, (2, frames)) / 6,
        "teaching": normal(frames),
        "threshold": np.full(2, 0.3),
        "time_step": np.asarray(0.0005),
        "x_minimum": np.full(2, -0.2),
        "feedback": normal(6),
        "alignment": normal(6),
        "weight": 80 + normal(6, 4),
    }
    for kind, expected in (("spike", 40), ("plateau", 5)):
        count = generator.poisson(expected, (2, 6))
        count[1, 5] = 0
        if kind == "plateau":
            count[bare] = 0
        mouse, cell = np.divmod(np.repeat(np.arange(12), count.ravel()), 6)
        step = generator.integers(0, round(frames / RATE / 0.5e-3), cell.size)
        order = np.lexsort((cell, step, mouse))
        record |= {f"{kind}_count": count, f"{kind}_row_size": count.sum(1)}
        record |= {f"{kind}_cell": cell[order], f"{kind}_step": step[order]}
    record |= {"event_count": record["spike_count"], "burst_count": record["plateau_count"]}
    if recorded != "events":
        record |= {f"fluorescence_{place}": 1 + normal(6, frames) for place in ("soma", "apical")}
    if recorded == "traces":
        record |= {f"v_{place}": -0.07 + 0.1 * normal(4, 26000) for place in ("soma", "apical")}
    return record
