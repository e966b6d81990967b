"""``apical parameters``: the parameters of the model, with value, unit, range, meaning and source."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from apical.equations.parameters import Parameter, require
from apical.networks.errors import UserError
from apical.networks.training.config import load_config
from apical.scripts.options import given, option


def parameters(
    name: Annotated[
        str | None, typer.Argument(help="Parameter to show. Default: all of them.", show_default=False)
    ] = None,
    network: Annotated[str | None, option("network")] = None,
    pyramidal: Annotated[str | None, option("pyramidal")] = None,
    teacher: Annotated[str | None, option("teacher")] = None,
    rule: Annotated[str | None, option("rule")] = None,
) -> None:
    """List the parameters of a network: value, range, meaning and source.

    Change them with --set of apical train, sweep and paper, or in a TOML file. Example: apical parameters eta
    """
    config = load_config(None, **given(network=network, pyramidal=pyramidal, teacher=teacher, rule=rule))
    console = Console()
    if name is None:
        for group, table in config.tables.items():
            console.print(_table(group, table))
        return
    try:
        require(name, config.table, "parameter")
    except ValueError as error:
        raise UserError(str(error)) from None
    groups = [group for group, table in config.tables.items() if name in table]
    parameter = config.table[name]
    shown = Table(box=None, show_header=False, title=name, title_justify="left", title_style="bold")
    rows = {
        "value": _value(parameter.value),
        "range": _range(parameter),
        "meaning": parameter.meaning,
        "source": parameter.source,
        "group": ", ".join(groups),
    }
    for row in rows.items():
        shown.add_row(*row)
    console.print(shown)


def _table(group: str, table: dict[str, Parameter]) -> Table:
    shown = Table(title=group, title_justify="left", title_style="bold", box=None, header_style="bold")
    shown.add_column("parameter", no_wrap=True)
    shown.add_column("value", no_wrap=True)
    for heading in ("range", "meaning", "source"):
        shown.add_column(heading)
    for name, parameter in table.items():
        shown.add_row(name, _value(parameter.value), _range(parameter), parameter.meaning, parameter.source)
    return shown


def _value(value) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value).replace(". ", " ")


def _range(parameter: Parameter) -> str:
    low, high = (None if bound is None else _value(bound) for bound in (parameter.low, parameter.high))
    if low is None:
        return "any" if high is None else f"at most {high}"
    return f"at least {low}" if high is None else f"{low} to {high}"
