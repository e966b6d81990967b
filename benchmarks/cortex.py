"""Speed and memory of the cortical network, from a thousand neurons to all that fit."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from apical.benchmarks.engines import ENGINES, Timing
from apical.networks.circuits.cortex.network import DT, Cortex
from apical.networks.circuits.cortex.populations import numbers

#: Bytes of a synapse after `devices.lighten`: its target; while its group is made, also source, delay, place in the
#: queue, and room for more.
BYTES_PER_SYNAPSE, BYTES_WHILE_MADE = 4, 24
FULL = sum(numbers(1.0).values())
WARM_UP = 0.1  # biological seconds

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Measured:
    """Runs of one network on one engine, in the order of the rounds."""

    engine: str
    neurons: int
    in_degree: float
    synapses: int
    seconds: float
    compile: float | None
    runs: list[Timing]


def synapses(s: Cortex) -> float:
    """Mean number of synapses of a network."""
    return sum(c.sampler.expected for c in s.connections)


def free_memory() -> int:
    """Bytes that programs can still take."""
    lines = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    return int(lines["MemAvailable"].split()[0]) * 1024


def measure(
    sizes: list[int], in_degree: float, engines: list[str], seconds: float, repeats: int, progress: Progress
) -> tuple[list[Measured], list[str]]:
    """Time networks of about `sizes` neurons; also which were left out, and why.

    The engines take turns, `repeats` rounds of them, so that what disturbs the machine disturbs all of them. Each runs
    briefly before, which does not count. Nothing is recorded but how often each neuron fires.
    """
    found, left_out = [], []
    for size in sizes:
        s = Cortex(scale=size / FULL, in_degree=in_degree, record="counts")
        largest = max(c.sampler.expected for c in s.connections)
        needed = BYTES_PER_SYNAPSE * synapses(s) + BYTES_WHILE_MADE * largest
        if needed > free_memory():
            left_out.append(f"{size:,} neurons: {synapses(s):.3g} synapses need about {needed / 2**30:.0f} GiB")
            continue
        say = lambda text, size=size: progress(f"{size:,} neurons: {text}")  # noqa: E731
        taken = take_turns([ENGINES[name]() for name in engines], s, seconds, repeats, say)
        count, neurons = round(synapses(s)), sum(s.sizes.values())
        found += [
            Measured(engine.name, neurons, in_degree, count, seconds, built, runs) for engine, built, runs in taken
        ]
    return found, left_out


def take_turns(engines: list, s, seconds: float, repeats: int, progress: Progress) -> list[tuple]:
    """Run `s` on each engine in each of `repeats` rounds: the engines, seconds to build each, and its runs."""
    cache = Path(tempfile.mkdtemp(prefix="apical-bench-"))
    try:
        made: list = []
        for engine in engines:
            progress(f"{engine.name}, building")
            made.append((engine, engine.prepare(s, cache), []))
            engine.run(s, WARM_UP)
        for round_ in range(repeats):
            for engine, _, runs in made:
                progress(f"{engine.name}, run {round_ + 1} of {repeats}")
                runs.append(engine.run(s, seconds))
        return made
    finally:
        shutil.rmtree(cache, ignore_errors=True)


def row(m: Measured) -> dict:
    """Medians over the runs, and what follows from them."""
    median = lambda name: float(np.median([getattr(r, name) for r in m.runs]))  # noqa: E731
    simulate, first = median("simulate"), m.runs[0]
    times = [r.simulate for r in m.runs]
    return {
        "engine": m.engine,
        "neurons": m.neurons,
        "synapses": m.synapses,
        "in_degree": m.synapses / m.neurons,
        "compile_s": m.compile,
        "connect_s": median("connect"),
        "simulate_s": simulate,
        "spread": (max(times) - min(times)) / simulate,
        "seconds": m.seconds,
        "slower_than_real_time": simulate / m.seconds,
        "rate_hz": first.spikes / m.neurons / m.seconds,
        "neuron_steps_per_s": m.neurons * m.seconds / float(DT) / simulate,
        "synaptic_events_per_s": first.events / simulate,
        "memory_mib": max(memory) / 2**20 if (memory := [r.memory for r in m.runs if r.memory is not None]) else None,
    }


def fits(measured: list[Measured]) -> dict[str, dict]:
    """Growth by engine: exponent of the cost in the number of neurons, and bytes per synapse (neurons included)."""
    found = {}
    for engine in dict.fromkeys(m.engine for m in measured):
        mine = [m for m in measured if m.engine == engine]
        rows = [row(m) for m in mine]
        if len(rows) < 2:
            continue
        fit = {"exponent": _slope(np.log([r["neurons"] for r in rows]), np.log([r["simulate_s"] for r in rows]))}
        if all(r["memory_mib"] for r in rows):
            memory = [2**20 * r["memory_mib"] for r in rows]
            fit["bytes_per_synapse"] = _slope(np.array([float(r["synapses"]) for r in rows]), np.array(memory))
        found[engine] = fit
    return found


def ratios(measured: list[Measured]) -> list[dict]:
    """Time of each engine over that of the first, at each size: median over the rounds, in which they took turns."""
    found = []
    for size in dict.fromkeys(m.neurons for m in measured):
        first, *others = [m for m in measured if m.neurons == size]
        for other in others:
            pairs = [b.simulate / a.simulate for a, b in zip(first.runs, other.runs, strict=True)]
            same = first.runs[0].spikes == other.runs[0].spikes
            entry = {"neurons": size, "engine": other.engine, "over": first.engine}
            found.append(entry | {"ratio": float(np.median(pairs)), "same_spikes": same})
    return found


def _slope(x: np.ndarray, y: np.ndarray) -> float:
    return float(np.polyfit(x, y, 1)[0])
