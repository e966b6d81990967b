import json

import numpy as np
import pytest
import xarray as xr

from apical.analysis.sweep.scaling import exponent_text, scaling_exponents, sessions_against_size, sizes_and_sessions

DAYS = 14


@pytest.fixture(scope="module")
def data():
    """Four mice of 2, 8 and 32 BCI neurons: at criterion from day 2, 4 and 8 on with control, without teaching never.

    The last mouse of 32 neurons fails, with control.
    """
    first = np.array([2, 4, 8])[:, None, None]
    hit_rate = np.full((3, 2, 4, DAYS), 0.5)
    hit_rate[:, 0] = np.where(np.arange(1, DAYS + 1) < first, 0.5, 0.8)
    failure = np.full((3, 2, 4), "", object)
    failure[2, 0, 3] = "day 2: NaN"
    names = ("point", "condition", "replicate")
    variables = {"hit_rate": ((*names, "session"), hit_rate, {"units": "1"}), "failure": (names, failure)}
    variables["probe_hit_rate"] = ((*names, "session"), np.full_like(hit_rate, np.nan))
    coordinates = {
        "bci_cells": ("point", [2, 8, 32]),
        "condition": ["control", "no_teaching"],
        "session": np.arange(1, DAYS + 1),
    }
    design = {"design": "list", "axes": {"bci_cells": [2, 8, 32]}}
    return xr.Dataset(variables, coordinates, {"design": json.dumps(design)})


def test_sizes_and_sessions(data):
    size, sessions, censored = sizes_and_sessions(data, "control")
    np.testing.assert_array_equal(size, np.repeat([2, 8, 32], 4))
    np.testing.assert_array_equal(sessions, [*np.repeat([2, 4, 8], 4)[:-1], np.nan])
    assert not censored.any()
    _, sessions, censored = sizes_and_sessions(data, "no_teaching")
    np.testing.assert_array_equal(sessions, DAYS)
    assert censored.all()


def test_exponents_by_condition(data):
    found = scaling_exponents(data)
    assert found["control"].value == pytest.approx(0.5)
    assert (found["control"].mice, found["control"].censored) == (11, 0)
    assert np.isnan(found["no_teaching"].value)


def test_sessions_against_size_shows_mice_and_exponents(data):
    exponents = scaling_exponents(data)
    figure = sessions_against_size(data, exponents)
    (axes,) = figure.axes
    reached, censored = axes.lines[0], axes.lines[1]
    np.testing.assert_array_equal(np.round(reached.get_ydata()), [*np.repeat([2, 4, 8], 4)[:-1], np.nan])
    assert censored.get_ydata().size == 0
    silent = next(line for line in axes.lines if line.get_marker() == "^" and line.get_ydata().size == 12)
    np.testing.assert_allclose(np.round(silent.get_ydata()), DAYS)
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts[0] == f"control: {exponent_text(exponents['control'], 0)}"
    assert texts[0].endswith("(n = 11: 0 censored, 0 in session 1)")
    assert texts[1].startswith("no teaching: no exponent, none of 12 mice reached the criterion (n = 12: 12 censored")
    assert axes.get_xlabel() == "BCI neurons (number)"
    assert axes.get_ylabel() == "sessions to a hit rate of 0.7 (number)"
    assert "1 of 24 mice failed and are left out" in figure.get_suptitle()


def test_open_sides_of_an_interval(data):
    exponent = scaling_exponents(data)["control"]
    text = exponent_text(type(exponent)(**vars(exponent) | {"value": -0.2, "low": -np.inf, "high": np.inf}), 3)
    assert text == "−0.20 [−∞, ∞] (n = 11: 0 censored, 3 in session 1)"
