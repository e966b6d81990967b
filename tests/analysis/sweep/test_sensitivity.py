import json

import numpy as np
import pytest
import xarray as xr

from apical.analysis.sweep.sensitivity import FIRST, TOTAL, sensitivity
from apical.networks.sweep.sampling import sample

COEFFICIENTS = np.array([4.0, 2.0, 1.0, 0.0])
LINEAR = COEFFICIENTS**2 / np.sum(COEFFICIENTS**2)
ISHIGAMI = {FIRST: [0.314, 0.442, 0.0], TOTAL: [0.558, 0.442, 0.244]}  # Ishigami & Homma 1990, a = 7, b = 0.1


def ishigami(unit):
    x = np.pi * (2 * unit - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


class Axis:
    """Bounds of an axis, as `networks.sweep.design.Range`."""

    def __init__(self, low, high, log):
        self.low, self.high, self.log = low, high, log

    def dump(self):
        return vars(self) | {"count": None}


def drawn(design, count, points):
    """A drawn design of `count` axes, the first of them logarithmic over four decades, and its unit cube."""
    axes = {f"axis_{n}": Axis("0.001 nS", "10 nS", True) if n == 0 else Axis(-3.0, 5.0, False) for n in range(count)}
    drawn = sample(design, axes, points, 1)
    values = np.array([[float(str(value).split()[0]) for value in point.values()] for point in drawn])
    unit = (values + 3) / 8
    unit[:, 0] = np.log10(values[:, 0] / 0.001) / 4
    about = {"design": design, "axes": {name: axis.dump() for name, axis in axes.items()}}
    coordinates = {name: ("point", column) for name, column in zip(axes, values.T, strict=True)}
    return xr.Dataset(coords=coordinates, attrs={"design": json.dumps(about)}), unit


def values_of(found, index):
    return found.table[found.table["index"] == index]["value"].to_numpy()


def test_saltelli_finds_the_indices_of_ishigami():
    data, unit = drawn("saltelli", 3, 1024)
    found = sensitivity(data, xr.DataArray(ishigami(unit), dims="point"))
    assert found.points == 1024 * 5
    for index, known in ISHIGAMI.items():
        own = found.table[found.table["index"] == index]
        np.testing.assert_allclose(own["value"], known, atol=0.03)
        assert ((own["low"] <= known) & (own["high"] >= known)).all()
    assert found.importance().idxmax() == "axis_0"  # by its total index; axis_1 has the largest of first order


@pytest.mark.parametrize("design", ["random", "sobol"])
@pytest.mark.parametrize(("points", "error"), [(1024, 0.06), (64, 0.25)])
def test_given_data_finds_the_first_order_indices(design, points, error):
    data, unit = drawn(design, 4, points)
    found = sensitivity(data, xr.DataArray(unit @ COEFFICIENTS, dims="point"))
    np.testing.assert_allclose(values_of(found, FIRST), LINEAR, atol=error)
    assert (found.table["index"] == FIRST).all()
    assert (found.table["low"] <= LINEAR).all()
    assert (found.table["high"] >= LINEAR).all()
    assert list(found.importance().index) == list(found.table["axis"])


def test_a_block_with_a_failed_point_is_left_out():
    data, unit = drawn("saltelli", 3, 256)
    y = ishigami(unit)
    y[[7, 500]] = np.nan
    found = sensitivity(data, xr.DataArray(y, dims="point"))
    assert (found.points, found.left_out) == (254 * 5, 10)
    np.testing.assert_allclose(values_of(found, TOTAL), ISHIGAMI[TOTAL], atol=0.1)


def test_failed_points_are_left_out():
    data, unit = drawn("random", 4, 512)
    y = unit @ COEFFICIENTS
    y[::8] = np.nan
    found = sensitivity(data, xr.DataArray(y, dims="point"))
    assert (found.points, found.left_out) == (448, 64)
    np.testing.assert_allclose(values_of(found, FIRST), LINEAR, atol=0.1)


def grid(values, design="grid"):
    """Three axes of 4, 3 and 2 values."""
    a, b, c = (axis.ravel() for axis in np.meshgrid([1, 2, 3, 4], [10, 20, 30], [0, 1], indexing="ij"))
    about = {"design": design, "axes": {"a": [], "b": [], "c": []}}
    data = xr.Dataset(coords={n: ("point", v) for n, v in zip("abc", (a, b, c), strict=True)})
    return data.assign_attrs(design=json.dumps(about)), data.a * 0 + values(data.a, data.b, data.c)


def test_main_effects_of_a_grid():
    data, y = grid(lambda a, b, c: a + b / 10)
    found = sensitivity(data, y)
    parts = np.array([np.var([1, 2, 3, 4]), np.var([1, 2, 3]), 0])
    np.testing.assert_allclose(values_of(found, FIRST), parts / parts.sum(), atol=1e-12)
    assert found.table["low"].isna().all()
    data, y = grid(lambda a, b, c: (a - 2.5) * (c - 0.5))
    np.testing.assert_allclose(values_of(sensitivity(data, y), FIRST), 0, atol=1e-12)


@pytest.mark.parametrize(
    ("design", "points", "value", "reason"),
    [
        ("saltelli", 8, 0.5, "the measure is the same at all points"),
        ("sobol", 64, 0.5, "the measure is the same at all points"),
        ("sobol", 16, None, "fewer than 32 points have a value"),
        ("saltelli", 8, np.nan, "fewer than two whole blocks of points have values"),
        ("random", 64, np.nan, "fewer than 32 points have a value"),
    ],
)
def test_no_indices_have_a_reason(design, points, value, reason):
    data, unit = drawn(design, 3, points)
    y = unit[:, 0] if value is None else np.full(len(unit), value)
    found = sensitivity(data, xr.DataArray(y, dims="point"))
    assert found.reason == reason
    assert found.table.empty
    assert found.importance().empty


def test_a_list_and_an_even_grid_have_none():
    assert "list" in sensitivity(*grid(lambda a, b, c: a, "list")).reason
    assert sensitivity(*grid(lambda a, b, c: 1.0)).reason
