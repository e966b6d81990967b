import json

import numpy as np
import pytest
import xarray as xr

from apical.analysis.statistics.values import learning_values
from apical.analysis.sweep.measured import (
    axes_of,
    failures,
    gain,
    late,
    learning_measure,
    learns,
    measured,
    sessions_to_criterion,
    unit_interval,
    unstack_grid,
)
from apical.networks.errors import UserError

ETA = {"low": "0.01 pA", "high": "1 pA", "log": True, "count": None}


def sweep(days=14, failed=(), axes=None, **values):
    """A sweep of a grid of two by three, one condition, two mice; hit rates are the day over 20 unless given."""
    names = ("point", "condition", "replicate", "session")
    shape = (6, 1, 2, days)
    variables = {
        "hit_rate": (names, np.broadcast_to(np.arange(1, days + 1) / 20, shape).copy(), {"units": "1"}),
        "probe_hit_rate": (names, np.full(shape, np.nan), {"units": "1"}),
        "event_rate": ((*names, "role"), np.broadcast_to([2.0, 4.0, 100.0], (*shape, 3)).copy(), {"units": "Hz"}),
        "failure": (names[:3], np.full(shape[:3], "", object)),
    }
    for place in failed:
        variables["failure"][1][place] = "day 3: NaN"
    for name, array in values.items():
        variables[name] = (names, np.broadcast_to(array, shape).copy(), {"units": "s"})
    coordinates = {
        # Not in the order of a product: a grid is one by its values.
        "g_gaba": ("point", [2.0, 1.0, 3.0, 1.0, 3.0, 2.0], {"units": "nS"}),
        "eta": ("point", [0.01, 0.1, 0.1, 0.01, 0.01, 0.1], {"units": "pA"}),
        "condition": ["control"],
        "session": np.arange(1, days + 1),
        "role": ["P+", "P-", "P0"],
    }
    design = {"design": "grid", "axes": axes or {"eta": [], "g_gaba": []}}
    return xr.Dataset(variables, coordinates, {"design": json.dumps(design)})


def test_a_grid_has_its_parameters_as_dimensions():
    data = sweep(days=2)
    data["hit_rate"] = data.hit_rate * 0 + 10 * data.g_gaba + data.eta
    grid = unstack_grid(data)
    assert dict(grid.sizes) | {"g_gaba": 3, "eta": 2} == dict(grid.sizes)
    assert "point" not in grid.sizes
    for g in (1, 2, 3):
        for eta in (0.01, 0.1):
            np.testing.assert_allclose(grid.hit_rate.sel(g_gaba=g, eta=eta), 10 * g + eta)
    assert grid.g_gaba.attrs["units"] == "nS"
    assert (grid.failure == "").all()
    assert unstack_grid(late(data, "hit_rate")).sel(g_gaba=3, eta=0.1).item(0) == pytest.approx(30.1)


@pytest.mark.parametrize("points", [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 5, 5], [0, 1, 2, 3, 4, 4]])
def test_what_is_no_full_grid(points):
    with pytest.raises(ValueError, match=r"no full grid: \d points, 5|6 of them different, for 3 of g_gaba x 2 of eta"):
        unstack_grid(sweep().isel(point=points))


def test_axes_are_in_the_order_of_the_file():
    assert axes_of(sweep()) == ["eta", "g_gaba"]


@pytest.mark.parametrize(("days", "mean"), [(16, 11.5), (14, 11.5), (12, 9.5), (11, 8.5), (5, 4.0), (1, 1.0)])
def test_late_sessions(days, mean):
    np.testing.assert_allclose(late(sweep(days), "hit_rate"), mean / 20)


@pytest.mark.parametrize("days", [2, 5, 8, 10, 14, 16])
def test_mice_gain_in_a_sweep_what_they_gain_in_a_run(days):
    """The same outcomes of 16 trials a day, as a sweep and as a run measure them."""
    hits = np.random.default_rng(0).integers(0, 2, (2, days, 16))
    trials = xr.Dataset({"trial_hit": (("mouse", "session", "trial"), hits)}, {"frame": np.arange(6493)})
    found = learning_values(trials.assign(trial_probe=trials.trial_hit * 0))
    rate = gain(sweep(days, hit_rate=hits.mean(-1))).isel(point=0, condition=0)
    np.testing.assert_allclose(rate, found["hit_rate_late"] - found["hit_rate_day_1"])


def test_probes_show_learning_where_there_are_any():
    data = sweep(14)
    assert learning_measure(data) == "hit_rate"
    data["probe_hit_rate"][:] = 0.5
    assert learning_measure(data) == "probe_hit_rate" and (gain(data) == 0).all()


def test_there_is_no_gain_in_one_session():
    assert gain(sweep(days=1)).isnull().all()


def test_failed_mice_are_nan_from_their_first_day_and_counted():
    data = sweep(failed=[(0, 0, 1), (4, 0, 0)])
    assert failures(data) == {"day 3: NaN": 2}
    for values in (
        late(data, "hit_rate"),
        gain(data),
        late(data, "event_rate"),
        sessions_to_criterion(data.hit_rate)[0],
    ):
        assert values.dims == ("point", "condition", "replicate")
    missing = late(data, "hit_rate").isnull()
    assert missing.sum() == 2
    assert missing[0, 0, 1] and missing[4, 0, 0]
    assert measured(data, "hit_rate")[0, 0, 1].isnull().all()
    sessions, censored = sessions_to_criterion(measured(data, "hit_rate"))
    assert sessions.isnull().equals(missing)
    assert not censored.values[missing.values].any()


def test_days_without_a_hit_have_no_latency():
    latency = np.full(14, np.nan)
    latency[12] = 7
    np.testing.assert_allclose(late(sweep(latency=latency), "latency"), 7)


@pytest.mark.parametrize(("measure", "value"), [("event_rate", 3), ("event_rate:P+", 2), ("event_rate:P0", 100)])
def test_measures_by_role(measure, value):
    values = late(sweep(), measure)
    np.testing.assert_allclose(values, value)
    assert values.attrs["units"] == "Hz"


@pytest.mark.parametrize(
    ("name", "near"), [("hitrate", "hit_rate"), ("event_rate:p-", "event_rate:P-"), ("plateaurate", "plateau_rate")]
)
def test_an_unknown_measure_has_a_nearest(name, near):
    with pytest.raises(UserError, match=f"did you mean {near}".replace("+", r"\+")):
        measured(sweep(), name)


def test_hashes_are_no_measure():
    with pytest.raises(UserError, match="unknown measure 'spike_hash'"):
        measured(sweep(), "spike_hash")


@pytest.mark.parametrize(
    ("rates", "session", "censored"),
    [
        ([0.8, 0.6, 0.5, 0.5], 1, False),  # the mean of both days, not each
        ([0.8, 0.5, 0.65, 0.75], 3, False),
        ([0.45, 0.9, 0.45, 0.5], 4, True),  # one good day
        ([0.5, 0.5, 0.5, 1.0], 3, False),
        ([0.5, 0.5, 0.3, 1.0], 4, True),  # the last day alone does not count
        ([0.4, 11 / 15, 2 / 3, 0.4], 2, False),  # exactly at the criterion
        ([0.5, np.nan, 1.0, 1.0], 3, False),
        ([1.0, np.nan, 1.0, np.nan], 4, True),
        ([1.0], 1, True),
    ],
)
def test_sessions_to_criterion(rates, session, censored):
    sessions, never = sessions_to_criterion(xr.DataArray([rates], dims=("replicate", "session")))
    assert sessions.item() == session
    assert never.item() == censored


def test_another_criterion():
    rates = xr.DataArray([0.5, 0.6, 0.7, 0.8, 0.9, 0.9], dims="session")
    assert sessions_to_criterion(rates, 0.55)[0] == 1
    sessions, _ = sessions_to_criterion(rates, 0.85)
    assert sessions == 4
    assert "0.85" in sessions.attrs["long_name"]


def test_chance_reaches_the_criterion_as_the_docstring_says():
    rates = np.random.default_rng(0).binomial(20, 0.5, (20000, 14)) / 20
    _, censored = sessions_to_criterion(xr.DataArray(rates, dims=("replicate", "session")))
    assert 1 - float(censored.mean()) == pytest.approx(0.09, abs=0.01)


@pytest.mark.parametrize(
    ("gains", "verdict"),
    [
        ([0.2], True),
        ([0.05], False),
        ([0.05, 0.06, 0.04, 0.05], True),  # small, and sure
        ([0.05, 0.06, 0.04], False),  # too few to be sure of so little
        ([0.2, 0.3, 0.25], True),
        ([0.5, -0.1, 0.4, 0.1], False),
        ([0.2, np.nan], True),
        ([np.nan, np.nan], None),
    ],
)
def test_which_points_learn(gains, verdict):
    assert learns(np.array(gains)) is verdict


def test_places_in_the_unit_interval():
    axes = {"eta": ETA, "g_gaba": {"low": "1 nS", "high": "5 nS", "log": False, "count": None}}
    np.testing.assert_allclose(
        unit_interval(sweep(axes=axes)), [[0, 0.25], [0.5, 0], [0.5, 0.5], [0, 0], [0, 0.5], [0.5, 0.25]]
    )
    with pytest.raises(ValueError, match="eta is a list of values"):
        unit_interval(sweep())
