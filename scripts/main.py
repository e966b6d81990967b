"""The console script ``apical``: one module per command."""

import sys

import typer
from rich.console import Console

from apical.scripts import (
    analyse,
    bench,
    build,
    compare,
    cortex,
    cuda_report,
    doctor,
    export,
    fit_cell,
    nest,
    paper,
    plot_sweep,
    report,
    sweep,
    train,
    validate,
)

app = typer.Typer(
    help="Spiking mice learn a brain-computer interface from teaching signals in their apical dendrites.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(train.train)
app.command()(sweep.sweep)
app.command()(plot_sweep.plot_sweep)
app.command()(analyse.analyse)
app.command()(compare.compare)
app.command()(paper.paper)
app.command()(report.report)
app.command()(build.build)
app.command()(cuda_report.cuda_report)
app.command()(cortex.cortex)
app.command()(doctor.doctor)
app.command()(export.export)
app.command()(validate.validate)
app.command()(fit_cell.fit_cell)
app.add_typer(bench.app, name="bench")
app.add_typer(nest.app, name="nest")


def main() -> None:
    """Run a command; an error that the user can mend is one line, exit code 1."""
    from apical.networks.errors import UserError

    try:
        app()
    except UserError as error:
        Console(stderr=True).print(f"apical: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)
