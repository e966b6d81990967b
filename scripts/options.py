"""Options that commands share; what a field of the configuration means is said there."""

from typing import Annotated, Any

import typer

from apical.networks.errors import UserError
from apical.networks.training.config import Config


def option(field: str, *names: str, more: str = "") -> Any:
    """The option of a field of the configuration: its meaning and default are those of the field."""
    default = Config.model_fields[field].default
    shown = f" Default: {default}." if default not in ("", None) else ""
    return typer.Option(
        *names,
        help=f"{Config.model_fields[field].description}{more and ' '}{more}{shown}",
        show_default=False,
        autocompletion=_names(field),
    )


def given(**options: Any) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}


#: ``--set NAME=VALUE``, as often as needed.
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Value of a parameter with its unit, such as eta=0.1pA; of each mouse with commas. "
        "Can be given more than once; apical parameters lists them.",
        show_default=False,
        autocompletion=lambda incomplete: [f"{name}=" for name in _parameters() if name.startswith(incomplete)],
    ),
]


def parameters_of(settings: list[str] | None) -> dict[str, str | list[str]]:
    """Values by name of what ``--set`` was given. Raises UserError for what is no NAME=VALUE."""
    found: dict[str, str | list[str]] = {}
    for setting in settings or ():
        name, equals, value = (part.strip() for part in setting.partition("="))
        if not (name and equals and value):
            raise UserError(f"--set {setting}: write it like eta=0.1pA")
        if name in found:
            raise UserError(f"--set {setting}: {name} is set twice")
        values = [each.strip() for each in value.split(",")]
        found[name] = values if len(values) > 1 else value
    return found


def _names(field: str):
    """Completion by the names that a field knows, if it knows some."""
    from apical.models.cells import CELLS
    from apical.models.rules import RULES
    from apical.models.teachers import TEACHERS
    from apical.networks.training.conditions import CONDITIONS
    from apical.networks.training.network import NETWORKS
    from apical.networks.training.protocols import PROTOCOLS

    known = dict(condition=CONDITIONS, protocol=PROTOCOLS, pyramidal=CELLS, teacher=TEACHERS, rule=RULES)
    known |= dict(network=NETWORKS)
    if field not in known:
        return None
    return lambda incomplete: [name for name in known[field] if name.startswith(incomplete)]


def _parameters() -> list[str]:
    return sorted(Config().table)
