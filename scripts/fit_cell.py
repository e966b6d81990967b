"""``apical fit-cell``: fit the conductance-based cell to the published protocols."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table


def fit_cell(
    out: Annotated[Path, typer.Option(help="TOML file for apical validate --parameters.")] = Path("results/cell.toml"),
    free: Annotated[list[str] | None, typer.Option(help="Parameter to fit. Default: those that matter most.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the search.")] = 1,
    generations: Annotated[int, typer.Option(min=1, help="Generations of the search.")] = 30,
    population: Annotated[int, typer.Option(min=5, help="Candidates in each.")] = 48,
) -> None:
    """Fit the conductance-based cell anew, from the parameters that it has. Example: apical fit-cell --seed 2"""
    from apical.analysis.physiology.fit import FREE, TARGETS, fit
    from apical.equations.parameters import check
    from apical.models.cells import CELLS
    from apical.networks.errors import UserError
    from apical.networks.files import cannot_write, written_whole

    cell = CELLS["conductance"]
    try:
        for name in free or ():
            check(name, cell.parameters[name].value if name in cell.parameters else 0, cell.parameters)
    except ValueError as error:
        raise UserError(str(error)) from None
    console = Console()
    with console.status("building") as status:

        def progress(generation: int, error: float) -> None:
            status.update(f"generation {generation} of {generations}, error {error:.3f}")

        found = fit(cell, tuple(free or FREE), seed, generations, population, progress)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(out, error) from None
    with written_whole(out) as partial:
        partial.write_text("".join(f'{name} = "{_text(cell, name, v)}"\n' for name, v in found.parameters.items()))
    table = Table("target", "published", "model", title=f"error {found.error:.3f}")
    for name, (target, unit) in TARGETS.items():
        table.add_row(name, f"{target:g} ± {unit:g}", f"{found.measured[name]:.3g}")
    console.print(table)
    console.print(f"apical validate --cell conductance --parameters {out} runs all protocols.", highlight=False)


def _text(cell, name: str, value: float) -> str:
    """A value in SI units as a parameter file has it, in the unit of the cell's own value."""
    default = cell.parameters[name].value
    number, _, unit = str(default).partition(" ")
    return f"{value / float(default) * float(number):.6g} {unit}"
