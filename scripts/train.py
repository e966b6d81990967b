"""``apical train``: train a cohort of mice and write results, summary and figures."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from networks.conditions import CONDITIONS
from networks.config import load_config
from networks.protocols import PROTOCOLS
from scripts.build import built_config, option

_CONDITIONS = "; ".join(f"{name}: {c.meaning}" for name, c in CONDITIONS.items())


def train(
    network: Annotated[
        str | None,
        option(
            "circuit (layer 5 cells, their inputs, NDNF+ cells) or cortex (layers 1 to 6, see apical cortex).",
            "network",
        ),
    ] = None,
    mice: Annotated[int | None, option("Number of mice.", "mice")] = None,
    first_mouse: Annotated[
        int | None, option("Number of the first mouse: mouse 3 is the same in each cohort.", "first_mouse")
    ] = None,
    cells: Annotated[int | None, option("Layer 5 pyramidal cells per mouse, in the circuit.", "cells")] = None,
    scale: Annotated[float | None, option("Of the 77,759 neurons of the full cortical network.", "scale")] = None,
    in_degree: Annotated[
        float | None, option("Of the synapses of a neuron in the full cortical network.", "in_degree")
    ] = None,
    days: Annotated[int | None, option("Days of training, one session each.", "days")] = None,
    condition: Annotated[str | None, option(f"{_CONDITIONS}.", "condition")] = None,
    feedback: Annotated[
        str | None,
        option("Signs of the teaching: learned (locally), aligned (by role), random.", "feedback"),
    ] = None,
    pyramidal: Annotated[str | None, option("Cell model of the pyramidal cells.", "pyramidal")] = None,
    protocol: Annotated[str | None, option(f"Length of the days: {', '.join(PROTOCOLS)}.", "protocol")] = None,
    seed: Annotated[int | None, option("Seed of all noise.", "seed")] = None,
    device: Annotated[
        str | None,
        option("cpp_standalone (compiled), cuda_standalone (NVIDIA GPU) or runtime (slow).", "device"),
    ] = None,
    precision: Annotated[str | None, option("double or single, of a compiled program.", "precision")] = None,
    math: Annotated[
        str | None, option("Of a CUDA program: precise (as on the CPU) or fast (nvcc -use_fast_math).", "math")
    ] = None,
    arch: Annotated[
        str | None, option("GPU to compile for, such as sm_90. Default: that of this machine, else sm_80,sm_90.")
    ] = None,
    gpu: Annotated[
        int | None, option("Number of the GPU, as nvidia-smi counts or in $CUDA_VISIBLE_DEVICES.", "gpu")
    ] = None,
    program: Annotated[
        Path | None, option("Folder that apical build made: run that program, with its options as defaults.")
    ] = None,
    threads: Annotated[int | None, option("Shards of the cohort that run side by side.", "threads")] = None,
    record: Annotated[
        str | None, option("events; imaging: also fluorescence; traces: also voltages.", "record")
    ] = None,
    out: Annotated[
        Path | None, option("Folder of the run. Default: results/[cortex-]CONDITION-PROTOCOL-seedSEED.")
    ] = None,
    config: Annotated[
        Path | None,
        option("TOML file: options above by name (first_mouse, ...), probe_every, and a table of parameters."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run in --out.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier run in --out.")] = False,
) -> None:
    """Train a cohort of mice to steer the patch, and write results, summary and figures.

    Each day: passive baseline, calibration as published, closed loop. A killed run loses at most the day
    under way. Example: apical train --mice 6 --protocol short --condition ndnf_opto
    """
    import networks.training as training
    from analysis import save_figures, summary, write_summary
    from networks.errors import UserError
    from networks.store import read_description

    options = dict(network=network, scale=scale, in_degree=in_degree, mice=mice, first_mouse=first_mouse, cells=cells)
    options |= dict(days=days, condition=condition)
    options |= dict(feedback=feedback, pyramidal=pyramidal, protocol=protocol, seed=seed, device=device)
    options |= dict(threads=threads, record=record, precision=precision, math=math, arch=arch, gpu=gpu)
    given = {name: value for name, value in options.items() if value is not None}
    settings = load_config(config, built_config(program) if program else None, **given)
    name = f"{settings.condition}-{settings.protocol}-seed{settings.seed}"
    out = out or Path("results") / (name if settings.network == "circuit" else f"{settings.network}-{name}")
    if resume:
        settings = load_config(config, read_description(out)["config"], **given)

    console = Console()
    with _progress(console) as bar:
        task = bar.add_task("building", total=settings.days)
        protocol = PROTOCOLS[settings.protocol]
        part = {"closed loop": protocol.baseline / (protocol.baseline + protocol.closed_loop)}

        def show(day: int, phase: str) -> None:
            name = f"day {day + 1} {phase}" if phase in ("baseline", "closed loop") else phase
            bar.update(task, completed=day + part.get(phase, 0), description=name)

        try:
            training.train(settings, out, resume, overwrite, show, program)
        except KeyboardInterrupt:
            raise UserError(f"stopped; go on with: apical train --resume --out {out}") from None
        bar.update(task, description="figures")
        write_summary(out)
        save_figures(out)
    console.print(_table(summary(out)))
    console.print(f"{out}/figures has the learning curves; {out}/cohort.zarr the data.", highlight=False)


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<20}"),
        BarColumn(),
        TextColumn("{task.completed:.1f}/{task.total} days"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        speed_estimate_period=1e9,  # a phase can take minutes
    )


def _table(result: dict) -> Table:
    from analysis.learning import late_sessions

    table = Table(title=f"{result['condition']}, {result['n_mice']} mice")
    hits, rewards = result["hit_rate_by_session"], result["rewards_per_min_by_session"]
    late = late_sessions(len(hits))
    first, last = late.start + 1, late.stop
    for column in ("", "day 1", f"days {first}-{last}" if last > first else f"day {last}"):
        table.add_column(column)
    for name, values in (("hit rate", hits), ("rewards/min", rewards)):
        table.add_row(name, _mean(values[:1]), _mean(values[late]))
    ratios = [_mean([result[f"event_rate_ratio_{role}"]]) for role in ("pplus", "pminus", "p0")]
    table.add_row("activity P+, P-, P0", "1.00", ", ".join(ratios))
    table.caption = f"{result['realtime_factor']:.0f} mouse-seconds per second"
    return table


def _mean(values: list[float | None]) -> str:
    known = [v for v in values if v is not None]
    return f"{sum(known) / len(known):.2f}" if known else "-"
