"""Time of the cortical network by code object, beside what the memory of this machine allows."""

import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from apical.benchmarks.cortex import FULL
from apical.benchmarks.engines import SEED, counted
from apical.networks.circuits.cortex.network import DT, Cortex
from apical.networks.circuits.cortex.values import values
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.cpp.compiler import COMPILER_FLAGS, compiler
from apical.networks.devices.program import CompiledProgram
from apical.networks.devices.results import Results
from apical.networks.errors import UserError

#: Name of a function of the program, and what it does. The first that fits counts; connecting is no part of a step.
PARTS = {
    r"_create_generator|_before_run|prepare|main$": None,
    r"_run_(\w+)_stateupdater": "state of {}",
    r"_thresholder": "thresholds",
    r"_resetter": "resets",
    r"_push_spikes|queue|memmove": "spikes into the queues of synapses",
    r"_pre_codeobject": "synaptic events",
    r"_spikes_codeobject|plateaus_codeobject": "monitors",
}
MEMORY = Path(__file__).with_name("memory.cpp")


def measure(neurons: int, in_degree: float, seconds: float, progress: Callable[[str], None]) -> dict:
    """Share of the time of each part of a step, and speeds. One thread. Raises UserError where perf is missing."""
    if not shutil.which("perf"):
        raise UserError("perf is missing (Debian/Ubuntu: sudo apt-get install linux-perf or linux-tools-generic)")
    s = Cortex(scale=neurons / FULL, in_degree=in_degree, record="counts")
    progress("compiling")
    program = CompiledProgram(Blueprint(s))
    progress("running")
    with tempfile.TemporaryDirectory(prefix="apical-profile-") as name:
        folder = Path(name)
        command = ["perf", "record", "-q", "-e", "cpu-clock", "-F", "2000", "-o", str(folder / "perf.data")]
        done = subprocess.run(
            [*command, *program.command(values(s, SEED, seconds), folder)],
            cwd=program.folder,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise UserError(f"perf could not profile the program: {(done.stderr.strip() or 'no reason given')[-200:]}")
        sampled = shares(folder / "perf.data")
        _, events = counted(s, Results(folder, program.arrays))
    steps = sum(s.sizes.values()) * seconds / float(DT)
    in_steps = sum(sampled.values())
    updating = sum(share for part, share in sampled.items() if part.startswith("state"))
    applying = sampled["synaptic events"] + sampled["spikes into the queues of synapses"]
    moved = state_bytes(program.folder / "code_objects")
    progress("memory")
    return {
        "neurons": sum(s.sizes.values()),
        "in_degree": in_degree,
        "cpu_s_per_biological_s": in_steps / seconds,
        "shares": {part: share / in_steps for part, share in sampled.most_common()},
        "neuron_steps_per_s_of_state_updates": steps / updating,
        "bytes_per_neuron_step": moved / steps * seconds / float(DT),
        "bytes_per_s_of_state_updates": moved * seconds / float(DT) / updating,
        "events_per_s_of_synapses": events / applying,
        "memory": {str(size): memory(size) for size in (2**15, 2**19, 2**23, 2**28)},
    }


def shares(data: Path) -> Counter[str]:
    """CPU seconds of each part of the steps."""
    report: list[str | Path] = ["perf", "report", "-i", data, "--stdio", "-q", "-g", "none", "-F", "period,symbol"]
    found: Counter = Counter()
    for line in subprocess.run(report, capture_output=True, text=True, check=True).stdout.splitlines():
        period, _, symbol = line.strip().partition(" ")
        part = part_of(symbol) if period else None
        if part:
            found[part] += int(period) * 1e-9  # type: ignore[assignment]  # a Counter of seconds
    return found


def part_of(symbol: str) -> str | None:
    """Part of a step that a function of the program does; None where it is no part of one."""
    for pattern, part in PARTS.items():
        if match := re.search(pattern, symbol):
            return part and part.format(*match.groups())
    return "the rest"


_BYTES = {"double": 8, "float": 4, "int64_t": 8, "int32_t": 4, "char": 1}
_DECLARED = re.compile(rf"({'|'.join(_BYTES)})\s*\*\s*(?:__restrict\s+)?(_ptr_array_\w+)\s*=")


def state_bytes(code_objects: Path) -> int:
    """Bytes that all state updates of one step read and write, as their loops are written."""
    total = 0
    for path in code_objects.glob("*_stateupdater_codeobject.cpp"):
        text = path.read_text()
        neurons = int(re.findall(r"const int64_t N = (\d+);", text)[0])
        width = {name: _BYTES[kind] for kind, name in _DECLARED.findall(text)}
        total += neurons * sum(width[name] for name in re.findall(r"(_ptr_array_\w+)\[_idx\]", text))
    return total


def memory(size: int) -> dict[str, float]:
    """GB/s of updates, random additions per s, and ns of a dependent read in an array of `size` bytes."""
    with tempfile.TemporaryDirectory(prefix="apical-profile-") as folder:
        program = Path(folder) / "memory"
        subprocess.run([compiler(), *COMPILER_FLAGS, str(MEMORY), "-o", str(program)], check=True)
        found = subprocess.run([program, str(size)], capture_output=True, text=True, check=True).stdout
    return dict(zip(("gb_per_s", "additions_per_s", "read_ns"), map(float, found.split()), strict=True))
