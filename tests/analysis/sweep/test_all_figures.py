import json

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr

from apical.analysis.sweep.curves import curves, learning_curves
from apical.analysis.sweep.many_parameters import by_parameter, indices_figure, parallel_coordinates
from apical.analysis.sweep.maps import heat_maps, learning_points, where_learning_holds
from apical.analysis.sweep.measured import late
from apical.analysis.sweep.sensitivity import sensitivity
from apical.networks.sweep.design import Design
from apical.networks.sweep.measures import MEASURES
from apical.networks.sweep.sampling import split
from apical.networks.training.cohort import ROLES

DAYS = 14
SPREAD = 0.02  # of hit rates
DRAWN = {
    "eta": {"low": "0.003 pA", "high": "0.3 pA", "log": True},
    "error_gain": {"low": 0.0, "high": 1.0},
    "w_max": {"low": "160 pA", "high": "400 pA"},
}
GRID = {"i_opto": ["0 pA", "300 pA", "600 pA"], "g_gaba": ["1 nS", "4 nS"]}
BOTH = ["control", "no_teaching"]


def sweep(failed=(), **tables):
    """The dataset of a sweep, without simulation; failed : (point, condition, replicate)

    Mice start at chance. With control the hit rate is 0.5 and 0.1 per nS, or 0.5 to 0.9 by the error gain, from day 4
    on.
    """
    design = Design(run={"days": DAYS}, **tables)
    points, generator = design.all_points(), np.random.default_rng(0)
    values = {name: np.array([split(point[name])[0] for point in points]) for name in design.axes}
    top = np.full(len(points), 0.8)
    if "g_gaba" in values:
        top = 0.5 + 0.1 * values["g_gaba"]
    if "error_gain" in values:
        top = 0.5 + 0.4 * values["error_gain"]
    names = ("point", "condition", "replicate")
    conditions = [condition.name for condition in design.conditions]
    shape = len(points), len(design.conditions), design.replicates
    variables = {
        name: ((*names, "session", *of), generator.normal(3, 0.1, (*shape, DAYS, *[3] * len(of))), {"units": unit})
        for name, (of, unit, _) in MEASURES.items()
    }
    rates = np.where(np.arange(1, DAYS + 1) < 4, 0.5, top[:, None])[:, None, None]
    rates = np.where((np.array(conditions) == "no_teaching")[:, None, None], 0.5, rates)
    variables["hit_rate"][1][:] = rates + generator.normal(0, SPREAD, (*shape, DAYS))
    variables["probe_hit_rate"][1][:] = np.nan
    variables["failure"] = (names, np.full(shape, "", object))
    for place in failed:
        variables["failure"][1][place] = "day 2: NaN"
    coordinates = {"condition": conditions, "session": np.arange(1, DAYS + 1), "role": list(ROLES)}
    coordinates |= {name: ("point", v, {"units": "pA", "long_name": "some parameter"}) for name, v in values.items()}
    return xr.Dataset(variables, coordinates, {"design": json.dumps(design.model_dump())})


@pytest.fixture(scope="module")
def data():
    """One sweep of each kind, by name."""
    return {
        "one": sweep(axes={"g_gaba": ["1 nS", "2 nS", "4 nS"]}, replicates=4, conditions=BOTH),
        "two": sweep(axes=GRID, replicates=2, conditions=BOTH, failed=[(3, 0, 0), (3, 0, 1), (0, 1, 1)]),
        "sobol": sweep(design="sobol", points=64, axes=DRAWN, failed=[(5, 0, 0)]),
        "saltelli": sweep(design="saltelli", points=8, axes=DRAWN, conditions=BOTH),
        "cube": sweep(axes=GRID | {"error_gain": [0.0, 1.0]}, replicates=3),
    }


def figures_of(data):
    indices = {
        kind: {
            c: sensitivity(data[kind], late(data[kind], "hit_rate").mean("replicate").sel(condition=c))
            for c in data[kind].condition.values.tolist()
        }
        for kind in ("sobol", "saltelli")
    }
    return {
        "learning curves": learning_curves(data["two"]),
        "learning curves of many points": learning_curves(data["sobol"]),
        "curves": curves(data["one"], "hit_rate"),
        "heat maps": heat_maps(data["two"], "plateau_rate"),
        "by parameter": by_parameter(data["saltelli"], "latency"),
        "parallel coordinates": parallel_coordinates(data["saltelli"], "hit_rate"),
        "indices": indices_figure(data["saltelli"], "hit_rate", indices["saltelli"]),
        "indices of given data": indices_figure(data["sobol"], "hit_rate", indices["sobol"]),
        "where": where_learning_holds(data["sobol"], learning_points(data["sobol"]), ("eta", "w_max"), "two"),
    }


@pytest.fixture(scope="module")
def figures(data):
    before = dict(mpl.rcParams)
    drawn = figures_of(data)
    assert dict(mpl.rcParams) == before
    return drawn


def test_each_figure_has_units_and_its_number_of_mice(figures):
    for name, figure in figures.items():
        assert "per point and condition" in figure.get_suptitle(), name
        labels = {label for axes in figure.axes for label in (axes.get_xlabel(), axes.get_ylabel()) if axes.axison}
        labels -= {"", "control", "no teaching"}  # names of rows
        assert labels or name == "parallel coordinates", name
        for label in labels:
            assert label.endswith(")"), (name, label)


def test_failed_mice_are_counted(figures):
    assert "3 of 24 mice failed and are left out" in figures["learning curves"].get_suptitle()
    assert "failed" not in figures["curves"].get_suptitle()


def labelled(axes, label):
    return next(line for line in axes.lines if line.get_label() == label)


def test_curves_are_means_with_their_interval(data):
    (axes,) = curves(data["one"], "hit_rate").axes
    mice = late(data["one"], "hit_rate").sel(condition="control")
    line = labelled(axes, "control")
    np.testing.assert_array_equal(line.get_xdata(), [1, 2, 4])
    np.testing.assert_allclose(line.get_ydata(), mice.mean("replicate"))
    np.testing.assert_allclose(line.get_ydata(), [0.6, 0.7, 0.9], atol=0.02)
    low, high = axes.collections[0].get_paths()[0].get_extents().get_points()[:, 1]
    assert 0.57 < low < line.get_ydata()[0]
    assert line.get_ydata()[-1] < high < 0.93


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        (["1 nS", "10 nS", "100 nS"], "log"),
        (["0.1 nS", "0.2 nS", "0.5 nS", "1 nS", "2 nS", "5 nS", "10 nS"], "log"),
        (["1 nS", "2 nS", "4 nS"], "linear"),
        (["1 nS", "50 nS", "100 nS"], "linear"),
        (["0 nS", "1 nS", "100 nS"], "linear"),
        ({"low": "1 nS", "high": "4 nS", "count": 3, "log": True}, "log"),
        ({"low": "1 nS", "high": "4 nS", "count": 3}, "linear"),
    ],
)
def test_axes_of_equal_ratios_are_logarithmic(values, scale):
    (axes,) = curves(sweep(axes={"g_gaba": values}), "hit_rate").axes
    assert axes.get_xscale() == scale
    assert "one mouse per point, no interval" in axes.figure.get_suptitle()


def test_heat_maps_share_a_scale_and_say_their_values(data):
    figure = heat_maps(data["two"], "hit_rate")
    control, silent = figure.axes[:2]
    assert control.images[0].get_clim() == silent.images[0].get_clim()
    values = late(data["two"], "hit_rate").mean("replicate").sel(condition="control").values.reshape(3, 2).T
    np.testing.assert_allclose(control.images[0].get_array().filled(np.nan), values)
    texts = [text.get_text() for text in control.texts]
    assert texts[:4] == [f"{value:.2g}" for value in values.ravel()[:4]]
    assert texts[4] == "–"  # g_gaba 4 nS, i_opto 300 pA: both mice failed
    assert [tick.get_text() for tick in control.get_xticklabels()] == ["0", "300", "600"]
    assert control.get_xlabel().startswith("i_opto")


def test_learning_curves_by_condition_and_by_value(data):
    everyone, control, _ = learning_curves(data["two"]).axes
    hit_rate = data["two"].hit_rate.where(data["two"].failure == "").sel(condition="control")
    np.testing.assert_allclose(
        labelled(everyone, "control").get_ydata(), hit_rate.mean(("point", "replicate")), atol=5e-3
    )
    first = hit_rate.isel(point=data["two"].i_opto.values == 0).mean(("point", "replicate"))
    np.testing.assert_allclose(labelled(control, "0").get_ydata(), first)
    _, control = learning_curves(data["sobol"]).axes
    assert len(control.lines) == 64 + 2  # points, mean, chance


def test_trend_follows_the_parameter_that_matters(data):
    for axes in by_parameter(data["sobol"], "hit_rate").axes[:3]:
        trend = axes.lines[-1].get_ydata()
        matters = axes.get_xlabel().startswith("error_gain")
        assert (trend[-1] - trend[0] > 0.3) == matters, axes.get_xlabel()


def test_parallel_coordinates_leave_out_what_failed(data):
    figure = parallel_coordinates(data["sobol"], "hit_rate")
    lines = figure.axes[0].collections[0]
    assert len(lines.get_segments()) == 63
    assert "1 without a value" in figure.get_suptitle()
    heights = np.array(lines.get_segments())[:, :, 1]
    assert heights.min() >= 0
    assert heights.max() <= 1
    hit_rate, gain = heights[:, 3], heights[:, 1]
    assert np.corrcoef(hit_rate, gain)[0, 1] > 0.99
    np.testing.assert_allclose(heights.max(0), 1)


def test_where_learning_holds(data):
    learning = learning_points(data["sobol"])
    gains = 0.4 * data["sobol"].error_gain.values
    clear = np.abs(gains - 0.1) > 0.06
    clear[5] = False
    np.testing.assert_array_equal(learning.values[0][clear], gains[clear] > 0.1)
    assert np.isnan(learning.values[0][5])
    (axes,) = where_learning_holds(data["sobol"], learning, ("error_gain", "eta"), "by hand").axes
    assert f"{int(np.nansum(learning))} of 64 points learn" in axes.get_title()
    learns, does_not, failed = axes.lines[:3]
    assert learns.get_xdata().min() > 0.1
    assert does_not.get_xdata().max() < 0.4
    np.testing.assert_array_equal(failed.get_xdata(), data["sobol"].error_gain.values[[5]])
    assert axes.get_yscale() == "log"


def test_points_at_one_place_are_scattered(data):
    cube = data["cube"]
    (axes,) = where_learning_holds(cube, learning_points(cube), ("g_gaba", "i_opto"), "by hand").axes
    x = np.concatenate([line.get_xdata() for line in axes.lines[:2]])
    assert x.size == np.unique(x).size == 12
    assert np.abs(np.sort(x) - np.repeat([1, 4], 6)).max() < 0.07
