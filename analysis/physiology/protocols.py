"""All protocols of ``apical validate``, in the order of its table, and what it writes."""

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from apical.analysis.figures.over_days import save
from apical.analysis.physiology import (
    bac,
    bap,
    coincidence,
    critical_frequency,
    f_i,
    ndnf,
    noisy_drive,
    passive,
    plasticity,
    plateau,
)
from apical.analysis.physiology.rows import FAILS, Row
from apical.equations.parameters import quantity
from apical.models.cells import CELLS, Cell
from apical.networks.errors import UserError
from apical.networks.files import cannot_write, written_whole

#: Each module has ``rows_and_figure(cell) -> (rows, figure)``; its name is that of the figure.
PROTOCOLS = (passive, f_i, bap, bac, coincidence, critical_frequency, plateau, noisy_drive, ndnf, plasticity)

Progress = Callable[[str], None]


def validate(cells: list[Cell], out: Path, progress: Progress = lambda step: None) -> dict[str, list[Row]]:
    """Run all protocols on each of `cells`; writes ``validate.json`` and figures into `out`.

    progress : called before each step with its name
    Returns the rows by the name of the cell. Raises UserError when `out` cannot be written to.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(out, error) from None
    rows: dict[str, list[Row]] = {}
    for cell in cells:
        rows[cell.name] = []
        for protocol in PROTOCOLS:
            name = protocol.__name__.rpartition(".")[2]
            progress(f"{cell.name}: {name.replace('_', ' ')}")
            found, figure = protocol.rows_and_figure(cell)
            rows[cell.name] += found
            save(out, {f"{cell.name}_{name}": lambda drawn=figure: drawn})  # type: ignore[misc]
    table = {name: [_json(row) for row in found] for name, found in rows.items()}
    with written_whole(out / "validate.json") as partial:
        partial.write_text(json.dumps({"passed": passed(rows), "cells": table}, indent=1))
    return rows


def passed(rows: dict[str, list[Row]]) -> bool:
    """True when no mandatory row fails."""
    return not any(row.mandatory and row.verdict == FAILS for found in rows.values() for row in found)


def _json(row: Row) -> dict:
    value = None if row.value is None or row.value != row.value else row.value  # JSON has no NaN
    return asdict(row) | {"value": value, "verdict": row.verdict}


def chosen(
    names: list[str] | None = None, parameters: Path | None = None, settings: Mapping[str, Any] | None = None
) -> list[Cell]:
    """The cells of these names or ``FILE.py:NAME``, or all. Raises UserError.

    parameters : TOML file with values of parameters of one cell; settings : such values by name, over those of the file
    """
    try:
        cells = [CELLS.find(name) for name in names or CELLS]
    except ValueError as error:
        raise UserError(str(error)) from None
    for cell in cells:
        if cell.tree is None:
            raise UserError(f"cell {cell} has no closed form of its passive membrane; give it `tree` and `passive`")
    if parameters is None and not settings:
        return cells
    if len(cells) != 1:
        raise UserError("--parameters and --set belong to one cell: say which with --cell")
    try:
        table = tomllib.loads(Path(parameters).read_text()) if parameters else {}
        return [cells[0].changed({name: quantity(value) for name, value in (table | dict(settings or {})).items()})]
    except OSError as error:
        raise UserError(f"cannot read {parameters}: {error.strerror}") from None
    except (ValueError, AttributeError) as error:  # also of a TOML file that is none
        raise UserError(f"{parameters or '--set'}: {error}") from None
