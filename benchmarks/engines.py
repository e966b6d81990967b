"""Engines that run the same cortical network: same neurons, synapses, drive and seed.

An engine is a class with `name`, `prepare` (a network to a program of its own, timed) and `run`; `ENGINES` has them by
name. Another simulator takes its synapses from ``Sampler.pairs`` and its values from `circuits.cortex.values`.
"""

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from apical.networks.circuits.cortex.network import Cortex
from apical.networks.circuits.cortex.values import values
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.program import CompiledProgram
from apical.networks.devices.results import Results
from apical.networks.devices.target import Target
from apical.networks.errors import UserError
from apical.networks.experiments.spontaneous.run import on_runtime

SEED = 1


@dataclass(frozen=True)
class Timing:
    """One run. connect : s until the first step; simulate : s of all steps; memory : peak in bytes; spikes : total;
    events : total of synaptic ones"""

    connect: float
    simulate: float
    memory: int | None
    spikes: int
    events: float


def counted(s: Cortex, arrays) -> tuple[int, float]:
    """Spikes, and the synaptic events they make on average."""
    outdegree = {group: np.zeros(size) for group, size in s.group_sizes.items()}
    for c in s.connections:
        outdegree[c.source] += np.repeat(c.sampler.outdegree.sum(1), np.diff(c.sampler.first))
    counts = {group: np.asarray(arrays[f"{group}_spikes.count"]) for group in s.groups}
    return int(sum(c.sum() for c in counts.values())), float(sum(outdegree[g] @ c for g, c in counts.items()))


def peak_memory(pid: int) -> int:
    """Bytes that a running process held at most since it was started; 0 when it has ended.

    The resource usage of a finished child would include what Python held when it forked.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


class Compiled:
    """Brian2's C++ with a number of threads. Nothing is taken from the cache, so that the compiler is timed."""

    def __init__(self, threads: int):
        self.name, self.threads = f"Brian2 C++, {threads} thread{'s' if threads > 1 else ''}", threads

    def prepare(self, s, cache: Path) -> float:
        """Seconds to generate and compile."""
        before = os.environ.get("APICAL_CACHE")
        os.environ["APICAL_CACHE"] = str(cache)
        try:
            started = time.perf_counter()
            self.program = CompiledProgram(Blueprint(s, Target(threads=self.threads)))
            return time.perf_counter() - started
        finally:
            os.environ.pop("APICAL_CACHE")
            if before is not None:
                os.environ["APICAL_CACHE"] = before

    def run(self, s, seconds: float) -> Timing:
        with tempfile.TemporaryDirectory(prefix="apical-bench-") as name:
            folder = Path(name)
            command = self.program.command(self.values(s, seconds), folder)
            started = time.perf_counter()
            process = subprocess.Popen(command, cwd=self.program.folder, stdout=subprocess.DEVNULL)
            memory = 0
            while process.poll() is None:
                memory = max(memory, peak_memory(process.pid))
                time.sleep(0.01)
            wall = time.perf_counter() - started
            if process.returncode:
                raise UserError(f"{self.program.folder}/main ended with {process.returncode}; not enough memory?")
            simulate = float((folder / "last_run_info.txt").read_text().split()[0])
            counts = self.counted(s, Results(folder, self.program.arrays))
            return Timing(wall - simulate, simulate, memory or None, *counts)

    def values(self, s, seconds: float) -> dict:
        """Values that a run is given."""
        return values(s, SEED, seconds)

    def counted(self, s, arrays) -> tuple[int, float]:
        """Spikes and synaptic events of a run."""
        return counted(s, arrays)


class Runtime:
    """Brian2's runtime device: Cython, compiled in the warm-up."""

    name, threads = "Brian2 runtime", 1

    def prepare(self, s: Cortex, cache: Path) -> float:
        started = time.perf_counter()
        self.run(s, 0.01)
        return time.perf_counter() - started

    def run(self, s: Cortex, seconds: float) -> Timing:
        arrays, wall = on_runtime(s, values(s, SEED, seconds))
        return Timing(wall["connect"], wall["simulate"], None, *counted(s, arrays))


#: Engines by the name that `apical bench cortex --engines` takes.
ENGINES = {"cpp1": lambda: Compiled(1), "cpp2": lambda: Compiled(2), "runtime": Runtime}
