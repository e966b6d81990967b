"""``apical report``: analysed runs beside the paper on one page."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def report(
    runs: Annotated[list[Path], typer.Argument(help="Analysed runs, one per condition.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The page.")] = Path("results/report.html"),
    claims: Annotated[
        Path | None, typer.Option(help="Also judge the claims of docs/claims.md, and write them to this file.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace earlier pages.")] = False,
) -> None:
    """Write runs beside the paper on one HTML page that opens offline: criteria, statistics, figures, what fails.

    Example: apical report results/paper/control results/paper/no_teaching
    """
    from apical.analysis.report.claims_page import claims_page
    from apical.analysis.report.page import study_of, write_report, write_text
    from apical.networks.errors import UserError

    for page in filter(None, (out, claims)):
        if page.exists() and not overwrite:
            raise UserError(f"{page} exists; replace it (--overwrite) or choose another name")
    write_report(runs, out)
    if claims:
        write_text(claims, claims_page(study_of(runs)))
    Console().print(f"{out} opens in any browser.", highlight=False, soft_wrap=True)
