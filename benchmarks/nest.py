"""Speed and memory of Brian2's C++ beside NEST: the same cells, drive and synapses; spikes have to be alike."""

import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from brian2 import ms, pA

from apical.benchmarks.cortex import WARM_UP, Measured, Progress, take_turns
from apical.benchmarks.engines import Compiled, Timing
from apical.networks.circuits.recurrent import DELAY, DT, I_BIAS_SOMA, INTEGRATORS, SEED, Recurrent
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.program import CompiledProgram
from apical.networks.devices.target import Target
from apical.networks.nest.crosscheck import Distance, in_nest, network_table
from apical.networks.nest.module import NestModule

#: Runs of each engine in which spikes are recorded and nothing is timed: how many, and biological seconds of each. Of
#: five runs, rates that are 5 % apart are found, and equal ones are not called different; of three, 8 % of those are.
CHECKS, CHECK_SECONDS, CHECK_WARM_UP = 5, 5.0, 0.5
#: Bytes that a synapse takes at most, in NEST.
NEEDED = 60
#: Fewer synapses drown in what a process takes otherwise.
FEW = 400_000
PYRAMIDAL = "pyramidal_neuron"


class Brian(Compiled):
    """Brian2's C++ with one of `INTEGRATORS`."""

    def __init__(self, integrator: str, threads: int):
        super().__init__(threads)
        self.name, self.integrator = self.name.replace(",", f" {integrator},"), integrator

    def prepare(self, s: Recurrent, cache: Path) -> float:
        self.outdegree = np.bincount(s.sampler.pairs(SEED)[0], minlength=s.neurons)
        return super().prepare(replace(s, integrator=self.integrator), cache)

    def values(self, s: Recurrent, seconds: float) -> dict:
        return s.values(seconds)

    def counted(self, s: Recurrent, arrays) -> tuple[int, float]:
        return int(arrays["spikes.count"].sum()), float(self.outdegree @ arrays["spikes.count"])


class Nest:
    """NEST with the adaptive Runge-Kutta method of the NESTML model; each run is a process of its own."""

    def __init__(self, module: NestModule, threads: int):
        self.name, self.module = f"NEST rk45, {threads} thread{'s' if threads > 1 else ''}", module
        self.given: dict[str, Any] = {"threads": threads, "i_bias_soma": float(I_BIAS_SOMA / pA)}
        self.given |= {"delay": float(DELAY / ms), "dt": float(DT / ms)}

    def prepare(self, s: Recurrent, cache: Path) -> None:
        """Write the synapses to a file. The module has been compiled already."""
        self.given |= {"neurons": s.neurons, "weight": s.weight / float(pA), "pairs": str(cache / "pairs")}
        np.column_stack(s.sampler.pairs(SEED)).tofile(self.given["pairs"])

    def run(self, s: Recurrent, seconds: float) -> Timing:
        found = {name: value.item() for name, value in self._run(seconds, 1, record=False).items()}
        events = found["spikes"] * found["synapses"] / s.neurons
        return Timing(found["connect"], found["simulate"], found["memory"], found["spikes"], events)

    def spikes(self, seconds: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Times (ms) and cells."""
        found = self._run(seconds, seed, record=True)
        return found["time"], found["index"]

    def _run(self, seconds: float, seed: int, record: bool) -> dict:
        given = self.given | {"duration": 1000 * seconds, "seed": seed, "record": record}
        return in_nest(self.module, "recurrent", given)


@dataclass(frozen=True)
class Verdict:
    """Tell whether spikes of Brian2 with an integrator are those of NEST, by statistic of `nest.distributions`."""

    neurons: int
    integrator: str
    statistics: dict[str, Distance]

    @property
    def equal(self) -> bool:
        """The engines are no farther apart than two runs of one engine are."""
        return all(d.between <= d.within_95 for d in self.statistics.values())

    def row(self) -> dict:
        return asdict(self) | {"equal": self.equal}


def measure(
    module: NestModule,
    sizes: list[int],
    in_degree: float,
    threads: list[int],
    seconds: float,
    repeats: int,
    progress: Progress,
    check_seconds: float = CHECK_SECONDS,
) -> tuple[list[Measured], list[Verdict]]:
    """Time networks of `sizes` neurons, after spikes were compared.

    All engines and threads take turns, `repeats` rounds of them, each after a brief run that does not count. Nothing is
    recorded while timing but the number of spikes. Raises UserError.
    """
    measured, verdicts = [], []
    for size in sizes:
        s = Recurrent(size, in_degree)
        say = lambda text, size=size: progress(f"{size:,} neurons: {text}")  # noqa: E731
        verdicts += check(module, s, max(threads), check_seconds, say)
        engines: list[Any] = [Brian(integrator, count) for integrator in INTEGRATORS for count in threads]
        engines += [Nest(module, count) for count in threads]
        synapses = len(s.sampler.pairs(SEED)[0])
        for engine, built, runs in take_turns(engines, s, seconds, repeats, say):
            measured.append(Measured(engine.name, size, in_degree, synapses, seconds, built, runs))
    return measured, verdicts


def check(module: NestModule, s: Recurrent, threads: int, seconds: float, progress: Progress) -> list[Verdict]:
    """Compare the spikes of each integrator of Brian2 with those of NEST; the background differs between runs."""
    runs = range(1, CHECKS + 1)
    given = {PYRAMIDAL: s.neurons, "duration": 1000 * seconds, "seeds": runs}
    with tempfile.TemporaryDirectory(prefix="apical-bench-") as folder:
        engine = Nest(module, threads)
        engine.prepare(s, Path(folder))
        progress("spikes of NEST")
        nest = _as_found({number: engine.spikes(seconds, number) for number in runs})
    found = []
    for integrator in INTEGRATORS:
        progress(f"spikes of Brian2 {integrator}")
        program = CompiledProgram(Blueprint(replace(s, integrator=integrator, record=True), Target(threads=threads)))
        brian = _as_found({number: spikes(program, seconds, number) for number in runs})
        found.append(Verdict(s.neurons, integrator, network_table(given, brian, nest, 1000 * CHECK_WARM_UP)))
    return found


def spikes(program: CompiledProgram, seconds: float, session: int) -> tuple[np.ndarray, np.ndarray]:
    """Times (ms) and cells of a run of Brian2, in order."""
    with tempfile.TemporaryDirectory(prefix="apical-bench-") as folder:
        results = program.run(cast(Recurrent, program.structure).values(seconds, session), Path(folder))
        time, index = 1000 * results["spikes.t"], results["spikes.i"]
    order = np.lexsort((index, time))
    return time[order], index[order]


def _as_found(runs: dict) -> dict:
    """Spikes by number of the run, as the experiments of `networks.nest` name them."""
    named = {f"{PYRAMIDAL}.time.{number}": time for number, (time, _) in runs.items()}
    return named | {f"{PYRAMIDAL}.index.{number}": index for number, (_, index) in runs.items()}


def bytes_per_synapse(module: NestModule, neurons: int, in_degree: float, progress: Progress) -> dict[str, float]:
    """Growth of the peak memory from half of `in_degree` to all of it, per synapse, by engine on one thread.

    Empty for fewer than `FEW` synapses.
    """
    if neurons * in_degree < FEW:
        return {}
    engines: list[Any] = [Brian("rk4", 1), Nest(module, 1)]
    synapses: list[int] = []
    memory: dict[str, list] = {engine.name: [] for engine in engines}
    for part in (in_degree / 2, in_degree):
        s = Recurrent(neurons, part)
        synapses.append(len(s.sampler.pairs(SEED)[0]))
        for engine, _, (run,) in take_turns(engines, s, WARM_UP, 1, progress):
            memory[engine.name].append(run.memory)
    return {name: float(np.diff(found)[0] / np.diff(synapses)[0]) for name, found in memory.items()}


def ratios(measured: list[Measured], verdicts: list[Verdict]) -> list[dict]:
    """Time of NEST over that of Brian2 with as many threads: median over the rounds, in which they took turns."""
    found, equal = [], {(v.neurons, v.integrator): v.equal for v in verdicts}
    for brian in measured:
        engine, _, threads = brian.engine.partition(", ")
        if not engine.startswith("Brian2"):
            continue
        (nest,) = [m for m in measured if m.neurons == brian.neurons and m.engine == f"NEST rk45, {threads}"]
        pairs = [b.simulate / a.simulate for a, b in zip(brian.runs, nest.runs, strict=True)]
        entry: dict[str, Any] = {"neurons": brian.neurons, "integrator": engine.split()[-1], "threads": threads}
        entry |= {"ratio": float(np.median(pairs)), "lowest": min(pairs), "highest": max(pairs)}
        found.append(entry | {"same_spikes": equal[brian.neurons, entry["integrator"]]})
    return found
