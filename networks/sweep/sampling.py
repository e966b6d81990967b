"""Points of a sweep: products, lists, random numbers, Sobol sequences. Values are texts with unit, or numbers."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
from scipy.stats import qmc

Value = str | int | float

#: Drawn values are rounded, so that a point can be written down.
DIGITS = 6


def split(value: Value) -> tuple[float, str]:
    """Number and unit of a value as a configuration writes it."""
    if isinstance(value, int | float):
        return float(value), ""
    number, _, unit = value.strip().partition(" ")
    return float(number), unit.strip()


def unit_of(values: Sequence[Value]) -> str:
    """The unit that all values are written in. Raises ValueError when they differ."""
    units = {split(value)[1] for value in values}
    if len(units) > 1:
        raise ValueError(f"is written in {' and '.join(sorted(units))}; write all values in one unit")
    return units.pop()


def between(low: Value, high: Value, part: float, log: bool) -> Value:
    """The value at `part` (0 to 1) of the way from low to high, by equal ratios if `log`. Raises ValueError."""
    unit = unit_of([low, high])
    a, b = split(low)[0], split(high)[0]
    if not a < b:
        raise ValueError(f"low {low} is not below high {high}")
    if log and a <= 0:
        raise ValueError(f"log needs positive bounds, got {low}")
    number = math.exp(math.log(a) + part * math.log(b / a)) if log else a + part * (b - a)
    number = float(f"{number:.{DIGITS}g}")
    return f"{number!r} {unit}" if unit else number


def sample(design: str, axes: dict, points: int | None, seed: int) -> list[dict[str, Value]]:
    """The points of a checked design; axes are lists of values, or have low, high, log and count."""
    names = list(axes)
    if design == "grid":
        values = [axis if isinstance(axis, list) else spaced(axis) for axis in axes.values()]
        return [dict(zip(names, point, strict=True)) for point in itertools.product(*values)]
    if design == "list":
        return [dict(zip(names, point, strict=True)) for point in zip(*axes.values(), strict=True)]
    assert points is not None, "the design was checked"
    parts = _parts(design, points, len(names), seed)
    return [
        {
            name: between(axis.low, axis.high, part, axis.log)
            for (name, axis), part in zip(axes.items(), row, strict=True)
        }
        for row in parts
    ]


def spaced(axis) -> list[Value]:
    """`count` values from low to high."""
    return [between(axis.low, axis.high, n / (axis.count - 1), axis.log) for n in range(axis.count)]


def _parts(design: str, points: int, dimensions: int, seed: int) -> np.ndarray:
    """Points in the unit cube, (points, dimensions); of a Saltelli design points * (dimensions + 2)."""
    if design == "random":
        return np.random.default_rng(seed).random((points, dimensions))
    if design == "sobol":
        return qmc.Sobol(dimensions, scramble=True, rng=seed).random(points)
    from SALib.sample import sobol

    problem = problem_of([str(n) for n in range(dimensions)])
    return sobol.sample(problem, points, calc_second_order=False, seed=seed)


def problem_of(names: list[str]) -> dict:
    """A problem in the sense of SALib: parameters that each fill the unit interval."""
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
