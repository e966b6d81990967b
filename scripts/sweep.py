"""``apical sweep``: many points of parameter space in few programs, on cores, a cluster or a GPU."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.table import Table

from apical.networks.errors import UserError
from apical.networks.sweep.design import Design, load_design
from apical.networks.sweep.run import Show
from apical.networks.sweep.shards import Shard, cut
from apical.scripts.options import Set, parameters_of
from apical.scripts.progress import Show as ShowStep
from apical.scripts.progress import progress


def sweep(
    file: Annotated[
        Path | None, typer.Argument(help=r"TOML file with \[sweep], \[axes] and \[run]. Not needed with --resume.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the sweep. Default: results/NAME-OF-FILE.")] = None,
    workers: Annotated[int, typer.Option(help="Processes of this machine.", min=1)] = os.cpu_count() or 1,
    dask: Annotated[str | None, typer.Option(help="Run on the dask scheduler at this address instead.")] = None,
    device: Annotated[
        str | None, typer.Option(help="cpp_standalone, or cuda_standalone: all mice in one program.")
    ] = None,
    batch: Annotated[int | None, typer.Option(help="Most mice per shard. Default: chosen.", min=1)] = None,
    memory: Annotated[
        float | None, typer.Option(help="GB that all workers may take together. Default: half of what is free.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what it will take; compiles one program and runs it briefly.")
    ] = False,
    settings: Set = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted sweep in --out.")] = False,
) -> None:
    """Run a sweep: a cohort whose mice differ, compiled once, in shards that survive what happens to them.

    \b
    \\[sweep]
    design = "grid"                         # list, random, sobol or saltelli
    replicates = 4                          # mice per point and condition
    conditions = ["control", "ndnf_opto"]
    \\[axes]
    i_opto = ["0 pA", "300 pA", "600 pA"]   # grid, list: values; grid: or low, high, count
    g_gaba = { low = "0.5 nS", high = "4 nS", log = true, count = 4 }
    \\[run]                                   # options of apical train
    protocol = "short"
    days = 10
    \\[parameters]                            # the same at all points
    eta = "0.1 pA"

    Writes OUT/sweep.zarr: hit rate, rewards, event and plateau rates, ... by point, condition, replicate and session,
    the swept parameters as coordinates. Example: apical sweep docs/sweeps/ndnf_gate.toml, then apical plot-sweep.
    """
    from apical.networks.sweep.estimate import batch_within, estimate
    from apical.networks.sweep.run import batch_size
    from apical.networks.sweep.run import sweep as run_sweep
    from apical.networks.sweep.store import DESCRIPTION, begun_design, read_sweep

    if settings and file is None:
        raise UserError(f"--set: the sweep in {out} was begun with its own parameters; leave --set out")
    if file is None and not (resume and out):
        raise UserError("name a sweep file; or, to go on with a sweep: apical sweep --resume --out FOLDER")
    out = out or Path("results") / Path(file or "").stem
    options = {"device": device} if device else {}
    begun = resume and (out / DESCRIPTION).exists()
    design = load_design(file, parameters_of(settings), **options) if file else begun_design(out)
    if device and device != design.settings.device:
        raise UserError(f"--resume: {out} was begun with device = {design.settings.device}, not {device}")
    with progress("mouse-days") as show:
        show("calibrating", 0, None)
        if begun:
            size, parts = (read_sweep(out)[name] for name in ("batch", "parts"))
        else:
            size, parts = batch_size(design, workers)
            size = batch_within(design, batch or size, parts, workers, memory)
        shards = cut(design, size, parts)
        if dry_run:
            found = estimate(shards, workers)
        else:
            try:
                run_sweep(design, out, resume, workers, dask, size, _by_shards(show, shards))
            except KeyboardInterrupt:
                raise UserError(f"stopped; go on with: apical sweep --resume --out {out}") from None
    console = Console()
    if dry_run:
        console.print(_estimate_table(design, found, size))
    else:
        _say(console, out)


def _by_shards(show: ShowStep, shards: list[Shard]) -> Show:
    """Show the phase of a sweep and how many of its shards are done."""
    whole = {shard.index: shard.mouse_days for shard in shards}

    def step(days: dict[int, int], phase: str) -> None:
        finished = sum(days.get(index, 0) >= of_shard for index, of_shard in whole.items())
        show(f"{phase}, {finished} of {len(shards)} shards", sum(days.values()), sum(whole.values()))

    return step


def _estimate_table(design: Design, found, size: int) -> Table:
    table = Table(title="what the sweep will take", show_header=False)
    table.add_row("points", str(len(design.all_points())))
    table.add_row("mice", f"{found.mice} ({len(design.conditions)} conditions, {design.replicates} replicates)")
    table.add_row("programs", f"{found.programs}, compiled once each (some 20 s in C++; minutes in CUDA)")
    table.add_row("shards", f"{found.shards} of at most {size} mice")
    table.add_row("time", f"{found.seconds / 60:.1f} min, compilation left out")
    table.add_row("speed", f"{found.rate:.0f} mouse-seconds per second and worker")
    table.add_row("memory", f"{decimal(found.memory)} (all workers)")
    table.add_row("store", decimal(found.store))
    return table


def _say(console: Console, out: Path) -> None:
    from apical.networks.sweep.store import open_sweep

    data = open_sweep(out)
    failed = data.failure.values[data.failure.values != ""]
    console.print(f"{out}/sweep.zarr: {data.failure.size} mice, {failed.size} failed", highlight=False, soft_wrap=True)
    for reason in dict.fromkeys(failed.tolist()):
        console.print(f"  {reason}: {(failed == reason).sum()} mice", highlight=False)
    console.print(f"Look at it with: apical plot-sweep {out}", highlight=False, soft_wrap=True)
