"""``apical nest``: our cells as models of NEST, and how far the two engines agree."""

from dataclasses import astuple, fields
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from apical.scripts.progress import progress

app = typer.Typer(help="The cells in NEST, through NESTML.", no_args_is_help=True)

_CONFIG = typer.Option(
    "--nest-config", help="nest-config of a NEST from conda or built here. Default: that of this Python."
)


@app.command()
def build(nest_config: Annotated[Path | None, _CONFIG] = None) -> None:
    """Compile the NESTML models in models/nestml/ into a module that nest.Install loads."""
    module = built_module(nest_config)
    Console().print(f'In PyNEST: nest.Install("{module.path}")', highlight=False, soft_wrap=True)


def built_module(nest_config: Path | None = None):
    """The module, compiled with progress unless the cache has it. Raises UserError."""
    from apical.networks.nest.module import NestModule

    with progress("files") as show:
        what = "NESTML: a minute or two, once"
        show(what, 0, None)
        return NestModule(nest_config, lambda done, files: show(what, done, files or None))


@app.command()
def check(nest_config: Annotated[Path | None, _CONFIG] = None) -> None:
    """Run the same experiments in Brian2 and in NEST and print how far they agree; five minutes."""
    from apical.networks.nest import crosscheck

    console = Console()
    module = built_module(nest_config)
    console.print("Frozen currents, 10 s, Runge-Kutta in both: part of the spikes within a step, on the same step")
    found = crosscheck.both(module, "single", crosscheck.frozen_currents(10) | {"method": "rk4"})
    _print(console, {kind: crosscheck.agreement(*found, kind) for kind in crosscheck.NEURONS})
    given = crosscheck.frozen_spikes(20)
    difference = crosscheck.weights_differ(*crosscheck.both(module, "plasticity", given))
    console.print(f"Frozen spikes, 20 s: largest relative difference of {given['count']} weights {difference:.1e}")
    given = crosscheck.random_network(4)
    console.print("\nNetwork, 10 seeds: means; Kolmogorov-Smirnov distance between engines and between seeds")
    _print(console, crosscheck.network_table(given, *crosscheck.both(module, "network", given)))


def _print(console: Console, rows: dict) -> None:
    """Dataclasses of numbers by name as a table."""
    table = Table(box=None, header_style="bold")
    for heading in ("", *(field.name for field in fields(next(iter(rows.values()))))):
        table.add_column(heading, justify="right" if heading else "left")
    for name, row in rows.items():
        table.add_row(name, *(f"{value:.4g}" for value in astuple(row)))
    console.print(table)
