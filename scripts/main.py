"""The console script ``apical``: one module per command, which is imported when its command is called."""

import ast
import difflib
import os
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperCommand, TyperGroup

#: Commands in the order of the help; each is a function or a group of commands in the module of its name.
COMMANDS = (
    "train",
    "compare",
    "sweep",
    "plot-sweep",
    "analyse",
    "paper",
    "report",
    "export",
    "validate",
    "fit-cell",
    "parameters",
    "cite",
    "cortex",
    "nest",
    "build",
    "cuda-report",
    "bench",
    "cache",
    "doctor",
)


class Commands(TyperGroup):
    """Commands that are read without being imported for the help, which takes none of their libraries."""

    def list_commands(self, context: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: Any, name: str) -> TyperCommand | None:
        return TyperCommand(name, help=summary(name)) if name in COMMANDS else None

    def resolve_command(self, context: Any, words: list[str]):
        if words[0] not in COMMANDS:
            near = difflib.get_close_matches(words[0], COMMANDS, n=1)
            context.fail(f"No such command {words[0]!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return words[0], imported(words[0]), words[1:]


def summary(name: str) -> str:
    """The first line of the docstring of a command's module, without its name."""
    source = Path(__file__).with_name(f"{name.replace('-', '_')}.py").read_text()
    docstring = ast.get_docstring(ast.parse(source)) or ""
    text = docstring.partition("\n")[0].partition(": ")[2]
    return text[:1].upper() + text[1:]


def imported(name: str) -> Any:
    """The command of this name, ready to run."""
    module = import_module(f"apical.scripts.{name.replace('-', '_')}")
    if group := getattr(module, "app", None):
        return typer.main.get_command(group)
    single = typer.Typer(
        add_completion=False, pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]}
    )
    single.command(name)(getattr(module, name.replace("-", "_")))
    return typer.main.get_command(single)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"apical {version('apical')}")
        raise typer.Exit


@app.callback()
def apical(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Spiking mice learn a brain-computer interface from teaching signals in their apical dendrites."""


def main() -> None:
    """Run a command; an error that the user can mend is one line, exit code 1."""
    from apical.networks.errors import UserError

    # Processes that are started look for modules where Python keeps them, not in the folder where they start.
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        app()
    except UserError as error:
        Console(stderr=True).print(f"apical: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)
