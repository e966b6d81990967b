"""``apical export``: a run in the formats of other tools."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from apical.scripts.progress import progress


def export(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder of the export; must be new or empty.", show_default=False)],
    format: Annotated[
        str, typer.Option(help="nwb: a file per mouse and session; csv or parquet: a file per table.")
    ] = "nwb",
    mouse: Annotated[int | None, typer.Option(help="Number of the only mouse.", show_default="all")] = None,
    session: Annotated[int | None, typer.Option(help="The only day of training.", show_default="all")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier export in --out.")] = False,
) -> None:
    """Write a run as NWB, CSV or Parquet.

    Files appear when they are whole. If a call is killed, the same call goes on with the files that are missing.
    docs/plotting.md shows how to plot what is written.

    Example: apical export results/first --format nwb --out exported --mouse 0
    """
    from apical.analysis.export import export_run
    from apical.networks.errors import UserError

    with progress("files") as show:
        show("checking the run", 0, None)
        try:
            missing = export_run(
                run, out, format, mouse, session, overwrite, lambda done, total, what: show(what, done, total)
            )
        except KeyboardInterrupt:
            raise UserError("stopped; the same command goes on") from None
    console = Console()
    if missing:
        console.print(f"not recorded by this run, so not exported: {', '.join(missing)}", soft_wrap=True)
    console.print(f"{out} holds the run as {format}.", highlight=False, soft_wrap=True)
