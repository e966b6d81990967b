"""``apical validate``: single-cell physiology beside published values."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from apical.scripts.options import Set, parameters_of
from apical.scripts.progress import progress

COLOURS = {"holds": "green", "fails": "bold red", "not by construction": "dim"}


def validate(
    cell: Annotated[list[str] | None, typer.Option(help="Cell to validate. Default: each of them.")] = None,
    parameters: Annotated[
        Path | None, typer.Option(help="TOML file with a table of parameters, like c_soma = '6.3 pF', of one cell.")
    ] = None,
    settings: Set = None,
    convergence: Annotated[
        bool, typer.Option("--convergence", help="Each quantity at dt, dt/2 and dt/4 of the cell instead.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder of the table and the figures.")] = Path("results/validate"),
) -> None:
    """Run the protocols of single-cell physiology and print each quantity beside its published range.

    The interneurons are the neurogliaform and canopy cells of equations/interneurons/; the circuit in which mice learn
    has leaky NDNF+ cells instead (equations/ndnf.py). Writes OUT/validate.json and a figure per protocol in
    OUT/figures/. The exit code is 0 only if all mandatory quantities are in their ranges.
    """
    from apical.analysis.physiology import protocols

    console = Console()
    cells = protocols.chosen(cell, parameters, parameters_of(settings))
    if convergence:
        with console.status("building") as status:
            for each in cells:
                console.print(_convergence_table(each, status.update))
        return
    whole, done = len(cells) * len(protocols.PROTOCOLS), 0
    with progress("protocols") as show:

        def step(name: str) -> None:
            nonlocal done
            show(name, done, whole)
            done += 1

        rows = protocols.validate(cells, out, step)
    for each in cells:
        console.print(_table(each, rows[each.name]))
    console.print(f"{out}/validate.json has all numbers, {out}/figures the traces.", highlight=False)
    if not protocols.passed(rows):
        raise typer.Exit(1)


def _convergence_table(cell, progress) -> Table:
    from apical.analysis.physiology.convergence import convergence

    found = convergence(cell, progress)
    table = Table("quantity", *(f"{dt:g} ms" for dt in found[0].steps), "error", title=cell.name)
    for each in found:
        values = ("-" if value is None else f"{value:.3g} {each.row.unit}" for value in each.values)
        error = "-" if each.error is None else f"{100 * each.error:.1f} %"
        table.add_row(f"{each.row.protocol}: {each.row.quantity}", *values, error)
    return table


def _table(cell, rows) -> Table:
    table = Table(title=f"{cell.name}: {cell.meaning}")
    for name in ("quantity", "model", "published", "source"):
        table.add_column(name, justify="right" if name == "model" else "left")
    table.add_column("verdict", no_wrap=True)
    protocol = None
    for row in rows:
        if row.protocol != protocol:
            protocol = row.protocol
            table.add_section()
            table.add_row(f"[bold]{protocol}[/bold]")
        verdict = row.verdict if row.mandatory else f"{row.verdict} (optional)"
        value = "-" if row.value is None else f"{row.value:.3g} {row.unit}"
        quantity = f"  {row.quantity}" + (f"; {row.note}" if row.note else "")
        table.add_row(quantity, value, _range(row), row.source, f"[{COLOURS[row.verdict]}]{verdict}[/]")
    return table


def _range(row) -> str:
    if row.low is None or row.high is None:
        return f"at least {row.low:g}" if row.high is None else f"at most {row.high:g}"
    return f"{row.low:g}" if row.low == row.high else f"{row.low:g} to {row.high:g}"
