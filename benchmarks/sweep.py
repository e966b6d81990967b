"""Wall time of a sweep against loops over its points, as Brian2 is used today: see README.md."""

import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from brian2 import device, second, set_device
from rich.console import Console
from rich.table import Table

from apical.networks.circuits.circuit import Structure, build
from apical.networks.devices.runtime import arrays_of
from apical.networks.errors import UserError
from apical.networks.provenance import environment
from apical.networks.sweep import Design, sweep
from apical.networks.sweep.shards import Shard, cut, run_shard

console = Console(highlight=False)

AXES = {"eta": {"low": "0.02 pA", "high": "0.2 pA", "log": True}, "i_teaching": {"low": "20 pA", "high": "100 pA"}}
EXCERPT = 20.0  # biological seconds of a batch


class RebuiltProgram:
    """A Brian2 script in a loop: each run generates, compiles and starts a program of its own."""

    def __init__(self, structure: Structure):
        self.structure = structure

    def run(self, values: Mapping[str, np.ndarray], folder: Path, gpu: int = 0) -> dict[str, np.ndarray]:
        """Run with `values`; the arrays of all groups and monitors."""
        set_device("cpp_standalone", build_on_run=False)
        device.reinit()
        device.activate(build_on_run=False, directory=str(folder))
        network = build(self.structure)
        for name, value in values.items():
            group, variable = name.split(".")
            network[group].variables[variable].set_value(value)
        network.run(float(values["readout.duration"]) * second)
        device.build(directory=str(folder), with_output=False)
        return arrays_of(network)


def rebuilt(shard: Shard) -> dict[str, np.ndarray]:
    """Measure what `run_shard` measures, by programs that are rebuilt for each run."""

    class Rebuilt(Shard):
        def cohort(self):
            made = Shard.cohort(self)
            made.program = RebuiltProgram(made.structure)
            return made

    with tempfile.TemporaryDirectory() as folder:
        return run_shard(Rebuilt(**vars(shard)), Path(folder))


def seconds(work: Callable[[], object]) -> float:
    """Wall time."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def per_batch(design: Design, sizes: list[int]) -> list[dict]:
    """Wall time per point and biological second, of one program on one core, by the number of its mice."""
    rows = []
    for size in sizes:
        training = cut(design.model_copy(update={"replicates": -(-size // len(design.all_points()))}), size)[
            0
        ].training()
        times = []
        for _ in range(3):
            with tempfile.TemporaryDirectory() as folder:
                times.append(seconds(partial(training.excerpt, EXCERPT, Path(folder))))
        mice = training.cohort.mice
        rows.append({"mice": mice, "ms_per_point_and_second": 1e3 * float(np.median(times)) / EXCERPT / mice})
    return rows


def main(
    out: Annotated[Path, typer.Option(help="Folder of the results; must be new.")] = Path("results/sweep-benchmark"),
    points: Annotated[int, typer.Option(help="Of the sweep; a power of 2.")] = 64,
    days: Annotated[int, typer.Option(help="Short days of training.")] = 3,
    sample: Annotated[int, typer.Option(help="Points that the loops run; the rest are as these.")] = 2,
    workers: Annotated[int, typer.Option(help="Processes of the sweep.")] = os.cpu_count() or 1,
    batches: Annotated[str, typer.Option(help="Numbers of mice per program to compare.")] = "1,4,16,64,256",
) -> None:
    """Time a sweep with nothing compiled yet, loops over some of its points, and programs of different size."""
    if out.exists():
        raise UserError(f"{out} exists; choose another --out")
    out.mkdir(parents=True)
    design = Design(design="sobol", points=points, axes=AXES, run={"protocol": "short", "days": days})
    with tempfile.TemporaryDirectory() as cache:
        os.environ["APICAL_CACHE"] = cache
        batched = seconds(lambda: sweep(design, out / "sweep", workers=workers))
        console.print(f"sweep: {batched:.0f} s")
        alone = cut(design, 1)[: max(sample, 1)]
        compiled = seconds(alone[0].cohort)
        with tempfile.TemporaryDirectory() as folder:
            one = seconds(lambda: [run_shard(shard, Path(folder) / str(shard.index)) for shard in alone]) / len(alone)
        console.print(f"run_args: {compiled:.0f} s once, {one:.1f} s per point")
        loop = seconds(lambda: [rebuilt(shard) for shard in alone]) / len(alone)
        console.print(f"loop: {loop:.1f} s per point")
        rows = per_batch(design, [int(size) for size in batches.split(",")])
    result = {
        **environment(),
        "points": points,
        "days": days,
        "workers": workers,
        "sweep_seconds": batched,
        "run_args_seconds": compiled + points * one,
        "loop_seconds": points * loop,
        "loop_over_sweep": points * loop / batched,
        "run_args_over_sweep": (compiled + points * one) / batched,
        "points_measured_in_loops": len(alone),
        "batches": rows,
    }
    (out / "timings.json").write_text(json.dumps(result, indent=1))
    table = Table(title=f"{points} points, {days} days, {workers} workers; {result['machine']}")
    for column in ("", "s", "over the sweep"):
        table.add_column(column)
    table.add_row("sweep, compilation included", f"{batched:.0f}", "1")
    for name, title in (("run_args", "compiled once, a run per point"), ("loop", "built and run anew")):
        table.add_row(title, f"{result[f'{name}_seconds']:.0f}", f"{result[f'{name}_over_sweep']:.1f}")
    console.print(table)
    for row in rows:
        console.print(f"{row['mice']} mice in a program: {row['ms_per_point_and_second']:.2f} ms per point and second")


if __name__ == "__main__":
    typer.run(main)
