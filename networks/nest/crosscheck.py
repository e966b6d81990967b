"""Cross-check of Brian2 and NEST: experiments that both are given, and how far they agree."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from apical import networks
from apical.networks.errors import UserError
from apical.networks.nest.distributions import distances, statistics
from apical.networks.nest.module import NestModule

DT = 0.1  # ms
NEURONS = ("pyramidal_neuron", "ndnf_neuron", "pv_neuron", "som_neuron")
VOLTAGE = {"pyramidal_neuron": "v_soma"}


def both(module: NestModule, experiment: str, given: Mapping) -> tuple[dict, dict]:
    """Results of Brian2 and of NEST, found side by side. Raises UserError with the last line of what failed."""
    with ThreadPoolExecutor(2) as pool:
        return tuple(pool.map(lambda run: run(experiment, given), (in_brian, lambda *x: in_nest(module, *x))))


def in_brian(experiment: str, given: Mapping) -> dict:
    return _run([sys.executable, "-P", "-m", "apical.networks.nest.in_brian", experiment], given)


def in_nest(module: NestModule, experiment: str, given: Mapping) -> dict:
    script = Path(__file__).with_name("in_nest.py")
    return _run([sys.executable, "-P", script, experiment], dict(given) | {"module": str(module.path)})


def _run(command: list, given: Mapping) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("given.npz", "found.npz")]
        np.savez(files[0], **given)
        paths = [str(Path(networks.__path__[0]).parents[1]), os.environ.get("PYTHONPATH", "")]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
        done = subprocess.run([*command, *files], capture_output=True, text=True, cwd=folder, env=environment)
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
    given: dict[str, Any] = {"dt": DT, "duration": 1000.0 * seconds, "kinds": list(NEURONS)}
    for name, (weak, strong, deviation) in levels.items():
        noise = np.zeros((cells, samples))
        for k in range(1, samples):
            noise[:, k] = np.exp(-1 / 5) * noise[:, k - 1] + np.sqrt(1 - np.exp(-2 / 5)) * generator.normal(size=cells)
        given[name] = np.linspace(weak, strong, cells)[:, None] + deviation * noise
        given[name][:, 0] = 0
    return given


@dataclass(frozen=True)
class Agreement:
    """Agreement on one type of cell: spikes of Brian2 and NEST, the part of them with a partner in the other within one
    step and on the same step, and the r.m.s. and the median absolute error of the somatic voltage (mV)."""

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
    """Number of `times` (ms) that have one of `others` within `steps` time steps."""
    if not others.size:
        return 0
    place = (
        np.clip(np.searchsorted(others, times), 1, len(others) - 1) if len(others) > 1 else np.zeros(len(times), int)
    )
    distance = np.minimum(np.abs(others[place] - times), np.abs(others[place - (len(others) > 1)] - times))
    return int(np.sum(distance < (steps + 0.5) * DT))


# frozen spikes


def frozen_spikes(seconds: float, count: int = 6) -> dict:
    """Poisson spikes before (20/s) and single spikes and bursts after synapses with a fast learning rate.

    Spikes of the input lie on even steps, those of the cells arrive at the synapses on odd ones: whether a spike counts
    for the trace that the other finds in the same step is left open.
    """
    generator, duration = np.random.default_rng(2), 1000.0 * seconds
    on_grid = lambda times: np.unique(np.rint(times / (2 * DT))) * 2 * DT  # noqa: E731
    spikes = {}
    for n in range(count):
        spikes[f"pre.{n}"] = on_grid(np.sort(generator.uniform(10, duration - 10, generator.poisson(20 * seconds))))
        opened = np.cumsum(generator.uniform(60, 250, round(10 * seconds)))
        opened = on_grid(opened[opened < duration - 60])
        second = opened + 2 * DT * np.rint(generator.uniform(25, 70, opened.size))  # 5-14 ms later
        bursting = generator.random(opened.size) < np.linspace(0.1, 0.9, count)[n]
        spikes[f"post.{n}"] = np.sort(np.concatenate([opened, second[bursting]])) + DT
    changed = {"g_soma": 0.0, "v_threshold_rest": 0.0, "tau_average": 15000.0, "eta": 0.6, "forgetting": 1e-3}
    given = {"dt": DT, "duration": duration, "count": count, "delay": 1.0, "weight": 80.0, "pulse": 1e6}
    return given | changed | {"changed": list(changed)} | spikes


# a network


def random_network(seconds: float, seeds: int = 10) -> dict:
    """160 pyramidal and 20 NDNF cells, driven by 200 Poisson inputs; connections drawn once, for both engines.

    connections : source, target, port in NEST, variable and unit in Brian2
    """
    generator = np.random.default_rng(3)
    sizes = {"inputs": 200, "pyramidal_neuron": 160, "ndnf_neuron": 20}
    given = {"dt": DT, "duration": 1000.0 * seconds, "delay": 1.0, "rate": 8.0, "seeds": np.arange(1, seeds + 1)}
    kinds = [  # probability and weight: pA onto pyramidal cells, nS onto NDNF cells, releases
        ("inputs", "pyramidal_neuron", 0.1, 90.0, "feed_forward", "i_input", "pA"),
        ("pyramidal_neuron", "pyramidal_neuron", 0.1, 15.0, "feed_forward", "i_input", "pA"),
        ("inputs", "ndnf_neuron", 0.2, 1.5, "ampa", "g_ampa", "nS"),
        ("pyramidal_neuron", "ndnf_neuron", 0.2, 0.3, "ampa", "g_ampa", "nS"),
        ("ndnf_neuron", "pyramidal_neuron", 1.0, 1 / 20, "release", "gaba", "1"),
    ]
    for source, target, probability, weight, *_ in kinds:
        drawn = generator.random((sizes[source], sizes[target])) < probability
        if source == target:
            np.fill_diagonal(drawn, False)
        given[f"{source}.{target}"] = np.array(drawn.nonzero())
        given[f"{source}.{target}.weight"] = weight
    return given | sizes | {"connections": [(source, target, *rest) for source, target, _, _, *rest in kinds]}


@dataclass(frozen=True)
class Distance:
    """Distance of a statistic: mean in Brian2 and in NEST, and mean Kolmogorov-Smirnov distance between runs of the two
    engines; between seeds of one engine, the mean and the 95th percentile."""

    brian: float
    nest: float
    between: float
    within: float
    within_95: float


def network_table(given: Mapping, brian: Mapping, nest: Mapping, warm_up: float = 500.0) -> dict[str, Distance]:
    """Compare what `network` found, by statistic of the pyramidal cells; the first `warm_up` ms are left out."""
    kind, cells, duration = "pyramidal_neuron", given["pyramidal_neuron"], given["duration"]
    runs = [
        [
            statistics(found[f"{kind}.time.{seed}"], found[f"{kind}.index.{seed}"], cells, warm_up, duration)
            for seed in given["seeds"]
        ]
        for found in (brian, nest)
    ]
    table = {}
    for name in runs[0][0]:
        between, within = distances(runs[0], runs[1], name)
        brian_mean, nest_mean = (float(np.mean([run[name].mean() for run in engine])) for engine in runs)
        table[name] = Distance(brian_mean, nest_mean, between.mean(), within.mean(), np.percentile(within, 95))
    return table


def weights_differ(brian: Mapping, nest: Mapping) -> float:
    """Largest relative difference of the weights at presynaptic spikes."""
    return float(np.max(np.abs(brian["weight"] / nest["weight"] - 1)))
