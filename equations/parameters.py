"""Parameters as documented data: value with unit, meaning and source, each in one place."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from brian2 import DimensionMismatchError, Quantity, get_dimensions, get_unit
from brian2.units.allunits import all_units

_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)$")
_UNITS = {str(unit): unit for unit in all_units}


@dataclass(frozen=True)
class Parameter:
    """One number of the model.

    value : default, a Brian2 quantity or a float (dimensionless)
    meaning : one line
    source : publication, or "model" with the reason
    low, high : admitted range, in the unit of `value`; None is unbounded
    """

    value: Quantity | float
    meaning: str
    source: str
    low: Quantity | float | None = None
    high: Quantity | float | None = None

    @property
    def unit(self) -> str:
        """The unit as Brian2 equations write it, such as ``volt`` or ``1``."""
        dimensions = get_dimensions(self.value)
        return "1" if dimensions.is_dimensionless else repr(get_unit(dimensions))


Table = dict[str, Parameter]


def declarations(table: Table, per_neuron: frozenset[str] = frozenset()) -> str:
    """Brian2 declarations of a table: one value for the group, or one per neuron where it varies.

    A parameter that differs between the mice of a cohort becomes an array; the others stay
    scalars, which the compiler keeps in registers.
    """
    return "\n".join(
        f"{name} : {p.unit} ({'constant' if name in per_neuron else 'shared, constant'})" for name, p in table.items()
    )


def quantity(text: str | float) -> Quantity | float:
    """Read a number with unit, such as ``"250 pA"`` or ``"250pA"``; a bare number is dimensionless.

    Raises ValueError for text that is no number, or an unknown unit.
    """
    if isinstance(text, int | float):
        return float(text)
    written = _NUMBER.match(text.strip())
    if written is None:
        raise ValueError(f"{text!r} is no number with unit; write it like '250 pA'")
    value, unit = float(written[1]), written[2]
    if not unit:
        return value
    if unit not in _UNITS:
        raise ValueError(f"unknown unit {unit!r} in {text!r}; write it like '250 pA' or '20 ms'")
    return value * _UNITS[unit]


def require(name: str, known: Iterable[str], what: str) -> None:
    """Raises ValueError, with the nearest of the `known` names, unless `name` is one of them."""
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"unknown {what} {name!r}{hint}")


def check(name: str, value, tables: Table):
    """The value in SI units (float or array), if `name` exists and unit and range are right.

    Raises ValueError with the nearest name, the expected unit or the admitted range.
    """
    require(name, tables, "parameter")
    parameter = tables[name]
    if get_dimensions(value) != get_dimensions(parameter.value):
        raise ValueError(f"{name} is a quantity in {parameter.unit}, like {parameter.value}; got {value}")
    try:
        too_low = parameter.low is not None and np.any(value < parameter.low)
        too_high = parameter.high is not None and np.any(value > parameter.high)
    except DimensionMismatchError as error:
        raise ValueError(f"{name}: {error}") from None
    if not np.all(np.isfinite(np.asarray(value))) or too_low or too_high:
        low = "-inf" if parameter.low is None else parameter.low
        high = "inf" if parameter.high is None else parameter.high
        raise ValueError(f"{name} must lie between {low} and {high}; got {value}")
    return np.asarray(value, dtype=float)
