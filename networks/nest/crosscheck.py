"""The same experiment in Brian2 and in NEST: what both are given, and how far they agree."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import networks
from networks.errors import UserError
from networks.nest.module import NestModule

DT = 0.1  # ms
NEURONS = ("pyramidal_neuron", "ndnf_neuron", "pv_neuron", "som_neuron")
VOLTAGE = {"pyramidal_neuron": "v_soma"}


def both(module: NestModule, experiment: str, given: Mapping) -> tuple[dict, dict]:
    """What Brian2 and NEST find, side by side. Raises UserError with the last line of what failed."""
    with ThreadPoolExecutor(2) as pool:
        return tuple(pool.map(lambda run: run(experiment, given), (in_brian, lambda *x: in_nest(module, *x))))


def in_brian(experiment: str, given: Mapping) -> dict:
    return _run([sys.executable, "-P", "-m", "networks.nest.in_brian", experiment], given)


def in_nest(module: NestModule, experiment: str, given: Mapping) -> dict:
    script = Path(__file__).with_name("in_nest.py")
    return _run([sys.executable, script, experiment], dict(given) | {"module": str(module.path)})


def _run(command: list, given: Mapping) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("given.npz", "found.npz")]
        np.savez(files[0], **given)
        root = Path(networks.__path__[0]).parent
        done = subprocess.run([*command, *files], capture_output=True, text=True, cwd=root)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            raise UserError(f"{Path(command[-2]).name} {command[-1]} failed: {last}")
        with np.load(files[1]) as found:
            return dict(found)


# frozen currents


def frozen_currents(seconds: float, cells: int = 5) -> dict:
    """Currents that fluctuate with 5 ms, other ones for each cell, around means from rheobase to strong drive."""
    generator, samples = np.random.default_rng(1), round(1000 * seconds)
    levels = {  # pA: mean of the weakest and strongest driven cell, s.d.
        "pyramidal_neuron.soma": (200, 500, 250),
        "pyramidal_neuron.apical": (0, 300, 250),
        "ndnf_neuron.soma": (120, 260, 60),
        "pv_neuron.soma": (180, 400, 100),
        "som_neuron.soma": (30, 150, 40),
    }
    given = {"dt": DT, "duration": 1000.0 * seconds, "kinds": list(NEURONS)}
    for name, (weak, strong, deviation) in levels.items():
        noise = np.zeros((cells, samples))
        for k in range(1, samples):
            noise[:, k] = np.exp(-1 / 5) * noise[:, k - 1] + np.sqrt(1 - np.exp(-2 / 5)) * generator.normal(size=cells)
        given[name] = np.linspace(weak, strong, cells)[:, None] + deviation * noise
        given[name][:, 0] = 0
    return given


@dataclass(frozen=True)
class Agreement:
    """Of one type of cell: spikes of Brian2 and of NEST, the part of them that has a partner in the other within one
    step and on the same step, and the r.m.s. error of the somatic voltage (mV), all of it and between partners."""

    brian: int
    nest: int
    within: float
    same: float
    error: float
    median_error: float


def agreement(brian: Mapping, nest: Mapping, kind: str) -> Agreement:
    """Compare the spikes and voltages that `single` found for cells of `kind`."""
    pairs = [
        (brian[f"{kind}.time"][brian[f"{kind}.index"] == n], nest[f"{kind}.time"][nest[f"{kind}.index"] == n])
        for n in range(len(brian[f"{kind}.{VOLTAGE.get(kind, 'v')}"]))
    ]
    total = sum(len(a) + len(b) for a, b in pairs)
    near = lambda steps: sum(partners(a, b, steps) + partners(b, a, steps) for a, b in pairs) / total  # noqa: E731
    voltage = f"{kind}.{VOLTAGE.get(kind, 'v')}"
    length = min(brian[voltage].shape[1], nest[voltage].shape[1])
    difference = brian[voltage][:, :length] - nest[voltage][:, :length]
    return Agreement(
        sum(len(a) for a, _ in pairs),
        sum(len(b) for _, b in pairs),
        near(1),
        near(0),
        float(np.sqrt(np.mean(difference**2))),
        float(np.median(np.abs(difference))),
    )


def partners(times: np.ndarray, others: np.ndarray, steps: int) -> int:
    """How many of `times` (ms) have one of `others` within `steps` time steps."""
    if not others.size:
        return 0
    place = np.clip(np.searchsorted(others, times), 1, len(others) - 1) if len(others) > 1 else np.zeros(len(times), int)
    distance = np.minimum(np.abs(others[place] - times), np.abs(others[place - (len(others) > 1)] - times))
    return int(np.sum(distance < (steps + 0.5) * DT))
