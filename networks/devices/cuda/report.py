"""The static report of a CUDA program: what its compiler and its code say about speed, without a GPU."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from apical.networks.circuits.compiled import Compiled
from apical.networks.circuits.demand import DEFAULT_RATE, Demand
from apical.networks.devices.cuda.kernels import Program, Traffic
from apical.networks.devices.cuda.occupancy import (
    ARCHITECTURES,
    Occupancy,
    Resources,
    block_size,
    occupancy,
    read_logs,
)
from apical.networks.errors import UserError

#: Seconds that the host needs to put one operation into a stream when it waits for none: 2 to 4 µs on current
#: servers (NVIDIA, "Getting Started with CUDA Graphs", 2019, has 3.8 µs with a kernel of 2.9 µs).
LAUNCH = 2.5e-6

#: Architecture to card and bytes per second of its memory: NVIDIA, data sheets of the A100 and the H100.
CARDS = {"sm_80": ("A100 SXM 80 GB", 2039e9), "sm_90": ("H100 SXM", 3350e9)}


@dataclass(frozen=True)
class KernelReport:
    """A kernel of the time loop. Resources and occupancy are None when it is not compiled.

    threads : number of cells, units, mice or synapses of one mouse that the kernel runs over; 0 for events
    events : events per mouse and second of the neurons that it handles; where delays differ, once for each delay
    synapses : number of synapses of each event
    """

    name: str
    clock: str
    resources: Resources | None
    block: int | None
    occupancy: Occupancy | None
    traffic: Traffic
    threads: float
    events: float
    synapses: float
    calls_per_second: float

    @property
    def bytes_per_second(self) -> float:
        """Bytes moved for one mouse in a biological second."""
        per_event = self.traffic.total("event") + self.synapses * self.traffic.total("synapse")
        return self.calls_per_second * self.threads * self.traffic.total("cell") + self.events * per_event


@dataclass(frozen=True)
class CallReport:
    """Operations that a host function asks of the GPU at each tick of its clock, and those that are rare, by kind."""

    function: str
    clock: str
    always: dict[str, int]
    rare: dict[str, int]


@dataclass(frozen=True)
class Prediction:
    """Seconds for one biological second of `mice` mice (a cortical network is one): all launches, all traffic at full
    bandwidth.

    Arithmetic and latencies make a real run slower; traffic of few mice stays in the cache and costs less.
    """

    card: str
    mice: int
    launching: float
    moving: float

    @property
    def fastest(self) -> float:
        """Mouse-seconds per second if launches and traffic overlap perfectly."""
        return self.mice / max(self.launching, self.moving)

    @property
    def slowest(self) -> float:
        """Mouse-seconds per second if they do not overlap at all."""
        return self.mice / (self.launching + self.moving)


@dataclass(frozen=True)
class Report:
    """All numbers; `dt` is seconds between ticks by clock, `step` the clock of the time step.

    predicted : numbers of mice to predict the speed of
    outside : resources of the kernels that run before or after the time loop, or not at all
    """

    arch: str | None
    compiled: list[str]
    mice: int
    predicted: tuple[int, ...]
    dt: dict[str, float]
    step: str
    rare_interval: int | None
    kernels: list[KernelReport]
    calls: list[CallReport]
    outside: dict[str, Resources]

    def count(self, kind: str, clock: str) -> int:
        """Operations of this kind (see `Operation`) whenever `clock` ticks."""
        return sum(call.always.get(kind, 0) for call in self.calls if call.clock == clock)

    def per_second(self, kind: str) -> float:
        """Operations of this kind per biological second."""
        return sum(self.count(kind, clock) / dt for clock, dt in self.dt.items())

    def predictions(self, launch: float = LAUNCH) -> list[Prediction]:
        """Predictions for all `CARDS` and numbers of mice; each launch, memset and transfer takes `launch` seconds."""
        launching = launch * sum(self.per_second(kind) for kind in ("launch", "memset", "transfer"))
        traffic = sum(kernel.bytes_per_second for kernel in self.kernels)
        return [
            Prediction(card, mice, launching, mice * traffic / bandwidth)
            for card, bandwidth in CARDS.values()
            for mice in self.predicted
        ]


def make_report(folder: Path, structure: Compiled, arrays: dict, arch: str | None = None) -> Report:
    """The report of the CUDA program in `folder`.

    arrays : table of ``arrays.json``
    arch : architecture to report, such as ``sm_90``; the newest that the program is compiled for if None
    Raises UserError when `folder` holds no CUDA program, or none for `arch`.
    """
    try:
        program = Program(folder)
    except (OSError, ValueError):
        mend = "make one with: apical build --device cuda_standalone --out DIR"
        raise UserError(f"{folder} holds no CUDA program; {mend}") from None
    logs = read_logs(folder, [f.name for f in program.functions.values() if f.is_kernel])
    arch, asked = _choose(arch, logs, folder), structure.demand
    calls, kernels = [], []
    for clock, function in program.calls:
        operations = program.operations(function)
        counts = [dict(Counter(o.kind for o in operations if o.rare == rare)) for rare in (False, True)]
        calls.append(CallReport(function, clock, *counts))
        for kernel in [o.what for o in operations if o.kind == "launch" and o.what in program.functions]:
            resources = logs[arch].get(kernel) if arch else None
            kernels.append(_kernel_report(program, clock, function, kernel, resources, arch, asked, arrays))
    inside = {kernel.name for kernel in kernels}
    used = {clock: program.dt[clock] for clock, _ in program.calls}
    return Report(
        arch=arch,
        compiled=sorted(logs, key=_number),
        mice=asked.copies,
        predicted=asked.predicted,
        dt=used,
        step=min(used, key=used.__getitem__),
        rare_interval=program.rare_interval(),
        kernels=kernels,
        calls=calls,
        outside={name: r for name, r in logs.get(arch or "", {}).items() if name not in inside},
    )


def _number(arch: str) -> int:
    return int(re.sub(r"\D", "", arch))


def _choose(arch: str | None, logs: dict, folder: Path) -> str | None:
    """The architecture to report; None for a program that is not compiled."""
    known = ", ".join(ARCHITECTURES)
    if arch is not None and arch not in ARCHITECTURES:
        raise UserError(f"unknown architecture {arch}; known: {known}")
    compiled = sorted(logs, key=_number)
    if arch is not None and arch not in compiled:
        found = f"only for {', '.join(compiled)}" if compiled else "the logs of its compiler are missing"
        raise UserError(f"{folder} is not compiled for {arch}, {found}; build it with --arch {arch}")
    usable = [a for a in compiled if a in ARCHITECTURES]
    if compiled and not usable:
        raise UserError(f"{folder} is compiled for {', '.join(compiled)}; known: {known}")
    return arch or (usable[-1] if usable else None)


def _kernel_report(program, clock, function, kernel, resources, arch, asked, arrays) -> KernelReport:
    host, body = program.functions[function].body, program.functions[kernel].body
    threads = _threads(host, asked)
    block = block_size(host, threads, resources, arch) if resources else None
    traffic = program.traffic(kernel)
    source, events, synapses = re.search(r"dev_array_(\w+?)__(\w+space)\b", host), 0.0, 0.0
    if source:
        group, space = source.groups()
        name = f"{group}._{space}"
        neurons = arrays[name]["size"] - 1
        events = neurons / asked.copies * asked.rates.get(name, DEFAULT_RATE)
        pathway = re.search(r"(\w+)_(?:num_synapses_by_pre|synapses_offset_by_bundle)\[", body)
        if pathway:
            name = pathway[1].rpartition("_")[0]
            handled = asked.bundles.get(name, neurons)
            events, synapses = events * handled / neurons, asked.synapses[name] / handled
    return KernelReport(
        name=kernel,
        clock=clock,
        resources=resources,
        block=block,
        occupancy=occupancy(resources, block, arch) if resources and block else None,
        traffic=traffic,
        threads=(threads or 0) / asked.copies if traffic.total("cell") else 0.0,
        events=events,
        synapses=synapses,
        calls_per_second=1 / program.dt[clock],
    )


def _threads(host: str, asked: Demand) -> int | None:
    """Neurons, synapses or recorded indices that a kernel runs over; None if the host code does not say."""
    found = re.search(r"const int _N = (\w+)(\[0\])?;", host)
    if not found:
        return None
    if found[2]:
        return asked.synapses[found[1].removeprefix("_array_").removesuffix("_N")]
    constant = re.search(rf"const \w+ {found[1]} = (\d+);", host)
    return int(constant[1]) if constant else None
