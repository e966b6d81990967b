"""Speed of a GPU against the CPU of its machine, after both have fired the same spikes: see README.md."""

import json
import os
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from apical.networks.circuits.circuit import Structure
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.cuda.gpu import Gpu, require_gpu
from apical.networks.devices.cuda.memory import mice_that_fit
from apical.networks.devices.cuda.toolchain import toolchain
from apical.networks.devices.program import generate_sources
from apical.networks.devices.results import CohortResults
from apical.networks.errors import UserError
from apical.networks.provenance import environment
from apical.networks.training.cohort import Cohort, target_of
from apical.networks.training.config import Config
from apical.networks.training.day import Training

console = Console(highlight=False)
HEADINGS = ("device", "precision", "mice", "mouse-s per s", "against CPU", "run, s", "wall, s", "built, s", "spikes/s")


@dataclass(frozen=True)
class Timing:
    """One row: run is the program's own time in its loop, wall that of all it does, built to make it; in seconds."""

    device: str
    precision: str
    mice: int
    biological: float  # seconds of each mouse
    run: float
    wall: float
    built: float
    spikes: float  # per cell and second

    @property
    def speed(self) -> float:
        """Mouse-seconds per second."""
        return self.mice * self.biological / self.run


def choose(sizes: list[int], fits: dict[str, int | None]) -> list[dict]:
    """Options of the programs to time: in double each size on both devices, in single the largest on the GPU.

    fits : mice for which the GPU has memory (None: not known), by precision. Raises UserError when no size fits.
    """
    allowed = {p: [m for m in sizes if most is None or m <= most] for p, most in fits.items()}
    if not allowed["double"]:
        raise UserError(f"{min(sizes)} mice do not fit into the free memory of the GPU, only {fits['double']}")
    each = [("cuda_standalone", "double", m) for m in allowed["double"]]
    each += [("cuda_standalone", "single", max(allowed["single"]))]
    each += [("cpp_standalone", "double", m) for m in allowed["double"]]
    return [dict(device=device, precision=precision, mice=m) for device, precision, m in each]


def rows(timings: list[Timing]) -> list[list[str]]:
    """The table under HEADINGS."""
    cpu = {t.mice: t.speed for t in timings if t.device == "CPU"}
    return [
        [
            *(t.device, t.precision, f"{t.mice:,}", f"{t.speed:,.0f}"),
            f"{t.speed / cpu[t.mice]:.2f}" if t.mice in cpu else "",
            *(f"{t.run:.3g}", f"{t.wall:.3g}", f"{t.built:.0f}" if t.built else "cached", f"{t.spikes:.2f}"),
        ]
        for t in sorted(timings, key=lambda t: (t.mice, t.device, t.precision))
    ]


def markdown(timings: list[Timing], about: dict) -> str:
    """The table with a line about the machine."""
    lines = [HEADINGS, ["---"] * 2 + ["---:"] * (len(HEADINGS) - 2), *rows(timings)]
    title = ", ".join(f"{key} {about[key]}" for key in ("gpu", "driver", "cuda", "cpu", "threads", "date"))
    return f"{title}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def same_spikes(one: CohortResults, other: CohortResults) -> bool:
    """True when all spikes and plateaus are the same."""
    pairs = (zip(one.events(name), other.events(name), strict=True) for name in ("spikes", "plateaus"))
    return all(np.array_equal(a, b) for pair in pairs for a, b in pair)


def measure(cohort: Cohort, seconds: float, built: float) -> Timing:
    """The second of two runs: the first warms up the GPU and the disk."""
    config, training = cohort.config, Training(cohort)
    for _ in range(2):
        with TemporaryDirectory() as folder:
            started = time.perf_counter()
            results = training.excerpt(seconds, Path(folder))
            wall = time.perf_counter() - started
            run = max(float(path.read_text().split()[0]) for path in Path(folder).rglob("last_run_info.txt"))
            spikes = results.events("spikes")[0].sum() / (config.mice * config.cells * seconds)
    device = "GPU" if config.device == "cuda_standalone" else "CPU"
    return Timing(device, config.precision, config.mice, seconds, run, wall, built, float(spikes))


def build(config: Config) -> tuple[Cohort, float]:
    """A cohort with its program, and the seconds that it took to build (0 from the cache)."""
    started = time.perf_counter()
    cohort = Cohort(config)
    return cohort, 0.0 if getattr(cohort.program, "was_cached", True) else time.perf_counter() - started


def memory(gpu: Gpu, precision: str, seconds: float) -> int | None:
    """Number of mice that the GPU has memory for."""
    blueprint = Blueprint(Structure(), target_of(Config(device="cuda_standalone", precision=precision)))
    with TemporaryDirectory() as folder:
        generate_sources(blueprint, Path(folder))
        arrays = json.loads(Path(folder, "arrays.json").read_text())
    return mice_that_fit(gpu, arrays, blueprint, seconds)


def benchmark(sizes: list[int], seconds: float, gpu: Gpu) -> tuple[list[Timing], dict]:
    """All timings, and what they were made with. Raises UserError, before a timing, where spikes differ."""
    threads, date = len(os.sched_getaffinity(0)), datetime.now(UTC).strftime("%Y-%m-%d")
    about = dict(gpu=gpu.name, driver=gpu.driver, cuda=toolchain().version, cpu=cpu_name(), threads=threads, date=date)
    programs = choose(sizes, {precision: memory(gpu, precision, seconds) for precision in ("double", "single")})
    configs = [Config(gpu=gpu.index, threads=threads, **options) for options in programs]
    with console.status(f"building {len(configs)} programs"), ThreadPoolExecutor(max(1, threads // 8)) as pool:
        built = list(pool.map(build, configs))

    compared = sorted({c.config.mice for c, _ in built})[:2][-1]
    with console.status(f"comparing the spikes of {compared} mice"), TemporaryDirectory() as folder:
        pair = [c for c, _ in built if (c.config.mice, c.config.precision) == (compared, "double")]
        results = [Training(c).excerpt(1.0, Path(folder, c.config.device)) for c in pair]
        if not same_spikes(*results):
            raise UserError("the GPU does not fire the spikes of the CPU, so its speed means nothing; please report it")
    console.print(f"GPU and CPU fired the same spikes in a second of {compared} mice.")

    timings = []
    for cohort, took in built:
        with console.status(f"timing {cohort.config.mice} mice, {cohort.config.device}"):
            timings.append(measure(cohort, seconds, took))
    return timings, about | environment()


def cpu_name() -> str:
    """The processor as Linux names it."""
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return found[1] if found else "not known"


def main(
    out: Annotated[Path, typer.Option(help="Folder for the tables.")] = Path("results/gpu"),
    mice: Annotated[str, typer.Option(help="Sizes of cohorts.")] = "1,10,100,1000",
    seconds: Annotated[float, typer.Option(help="Biological seconds of a run.")] = 10.0,
    gpu: Annotated[int, typer.Option(help="Number of the GPU.")] = 0,
) -> None:
    """Compare GPU and CPU: spikes first, then mouse-seconds per second."""
    try:
        card, sizes = require_gpu(gpu), [int(m) for m in mice.split(",")]
        out.mkdir(parents=True, exist_ok=True)
        timings, about = benchmark(sizes, seconds, card)
    except (UserError, ValueError, OSError) as error:
        sys.exit(f"benchmarks/gpu.py: {error}")
    table = Table(*HEADINGS, box=None, header_style="bold")
    for row in rows(timings):
        table.add_row(*row)
    console.print(table)
    (out / "timings.md").write_text(markdown(timings, about))
    found = [asdict(t) | {"mouse_seconds_per_s": t.speed} for t in timings]
    (out / "timings.json").write_text(json.dumps(about | {"timings": found}, indent=1))
    console.print(f"{out} has timings.md and timings.json.")


if __name__ == "__main__":
    typer.run(main)
