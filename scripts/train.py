"""``apical train``: train a cohort of mice and write results, summary and figures."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from apical.networks.training.config import load_config
from apical.networks.training.protocols import PROTOCOLS
from apical.scripts.build import built_config
from apical.scripts.options import Set, given, option, parameters_of
from apical.scripts.progress import progress


def train(
    network: Annotated[str | None, option("network")] = None,
    mice: Annotated[int | None, option("mice")] = None,
    first_mouse: Annotated[int | None, option("first_mouse")] = None,
    cells: Annotated[int | None, option("cells")] = None,
    scale: Annotated[float | None, option("scale")] = None,
    in_degree: Annotated[float | None, option("in_degree")] = None,
    days: Annotated[int | None, option("days")] = None,
    condition: Annotated[str | None, option("condition")] = None,
    feedback: Annotated[str | None, option("feedback")] = None,
    pyramidal: Annotated[str | None, option("pyramidal")] = None,
    teacher: Annotated[str | None, option("teacher")] = None,
    rule: Annotated[str | None, option("rule")] = None,
    protocol: Annotated[str | None, option("protocol")] = None,
    seed: Annotated[int | None, option("seed")] = None,
    device: Annotated[str | None, option("device")] = None,
    precision: Annotated[str | None, option("precision")] = None,
    math: Annotated[str | None, option("math")] = None,
    arch: Annotated[str | None, option("arch")] = None,
    gpu: Annotated[int | None, option("gpu")] = None,
    program: Annotated[
        Path | None,
        typer.Option(help="Folder that apical build made: run that program, with its options as defaults."),
    ] = None,
    threads: Annotated[int | None, option("threads")] = None,
    record: Annotated[str | None, option("record")] = None,
    settings: Set = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the run. Default: results/[cortex-]CONDITION-PROTOCOL-seedSEED."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="TOML file: options above by name (first_mouse, ...), probe_every, a table of parameters."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run in --out.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier run in --out.")] = False,
) -> None:
    """Train a cohort of mice to steer the patch, and write results, summary and figures.

    Each day: passive baseline, calibration as published, closed loop. A killed run loses at most the day
    under way. Example: apical train --mice 6 --protocol short --condition ndnf_opto --set eta=0.1pA
    """
    from apical.analysis.figures.over_days import save_figures
    from apical.analysis.statistics.learning import summary, write_summary
    from apical.networks.errors import UserError
    from apical.networks.training import run
    from apical.networks.training.store import read_description

    options = given(network=network, scale=scale, in_degree=in_degree, mice=mice, first_mouse=first_mouse, cells=cells)
    options |= given(days=days, condition=condition, teacher=teacher, rule=rule, threads=threads, record=record)
    options |= given(feedback=feedback, pyramidal=pyramidal, protocol=protocol, seed=seed, device=device)
    options |= given(precision=precision, math=math, arch=arch, gpu=gpu)
    options["parameters"] = parameters_of(settings)
    chosen = load_config(config, built_config(program) if program else None, **options)
    name = f"{chosen.condition}-{chosen.protocol}-seed{chosen.seed}"
    out = out or Path("results") / (name if chosen.network.name == "circuit" else f"{chosen.network}-{name}")
    if resume:
        chosen = load_config(config, read_description(out)["config"], **options)

    with progress("days") as show:
        protocol_of_run = PROTOCOLS[chosen.protocol]
        part = {"closed loop": protocol_of_run.baseline / (protocol_of_run.baseline + protocol_of_run.closed_loop)}

        def step(day: int, phase: str) -> None:
            in_day = phase in ("baseline", "closed loop")
            show(f"day {day + 1} {phase}" if in_day else phase, day + part.get(phase, 0), chosen.days)

        try:
            run.train(chosen, out, resume, overwrite, step, program)
        except KeyboardInterrupt:
            raise UserError(f"stopped; go on with: apical train --resume --out {out}") from None
        show("figures", chosen.days, chosen.days)
        write_summary(out)
        save_figures(out)
    console = Console()
    console.print(_table(summary(out)))
    console.print(f"{out}/figures has the learning curves; {out}/cohort.zarr the data.", highlight=False)


def _table(result: dict) -> Table:
    from apical.analysis.statistics.learning import late_sessions

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
