"""``apical compare``: runs on the same axes."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def compare(
    runs: Annotated[list[Path], typer.Argument(help="Finished runs, such as one per condition.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The figure: .png, .svg or .pdf.")] = Path("results/comparison.png"),
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier figure.")] = False,
) -> None:
    """Draw runs on the same axes: hit rate over days, and activity of P+, P- and P0 cells late over day 1.

    Example: apical compare results/demo-control results/demo-ndnf_opto --out results/demo.png
    """
    from apical.analysis.figures.comparison import save_comparison
    from apical.networks.errors import UserError

    if out.exists() and not overwrite:
        raise UserError(f"{out} exists; replace it (--overwrite) or choose another name")
    save_comparison(runs, out)
    Console().print(f"{out} has all runs on the same axes.", highlight=False, soft_wrap=True)
