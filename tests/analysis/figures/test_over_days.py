import xml.etree.ElementTree as ElementTree

import matplotlib as mpl
import numpy as np
import pytest

from apical.analysis.figures.example_minute import example_minute
from apical.analysis.figures.over_days import activity_by_role, learning_curves, save_figures, weights
from apical.networks.training.protocols import RATE
from apical.networks.training.store import open_run

NAMES = ("activity_by_role", "example_minute", "learning_curves", "weights")
FIGURES = {f.__name__: f for f in (activity_by_role, example_minute, learning_curves, weights)}


def shown_axes(figure):
    return [axes for axes in figure.axes if axes.axison]


def line(axes, label):
    return next(entry for entry in axes.lines if entry.get_label() == label)


@pytest.mark.parametrize("name", NAMES)
def test_axes_are_labelled_with_units(data, name):
    axes = shown_axes(FIGURES[name](data))
    quantities = {entry.get_ylabel() for entry in axes} | {axes[-1].get_xlabel()}
    for label in quantities - {"cell (by role)"}:
        assert label.endswith(")"), label
        assert "(" in label


@pytest.mark.parametrize("name", NAMES)
def test_title_names_condition_and_number_of_mice(data, name):
    assert FIGURES[name](data).get_suptitle().startswith("ndnf opto, 2 mice")


@pytest.mark.parametrize("name", NAMES)
def test_settings_of_the_session_stay(data, name):
    with mpl.rc_context({"font.size": 23.0}):
        before = dict(mpl.rcParams)
        FIGURES[name](data)
        assert dict(mpl.rcParams) == before


def test_learning_curves_show_mean_chance_and_probes(data):
    hits, rewards = learning_curves(data).axes
    np.testing.assert_allclose(line(hits, "mean ± s.e.m.").get_ydata(), [3 / 8, 5 / 6])
    np.testing.assert_allclose(line(hits, "chance").get_ydata(), 0.5)
    np.testing.assert_allclose(line(hits, "open-loop probes").get_ydata(), [np.nan, 0.5])
    np.testing.assert_allclose(line(rewards, "mean ± s.e.m.").get_ydata(), [0.6, 1.5])


def test_activity_starts_at_one_on_day_1(data):
    somatic, apical = activity_by_role(data).axes
    np.testing.assert_allclose(line(somatic, "P- (2 cells per mouse)").get_ydata(), [1, 0.6])
    np.testing.assert_allclose(line(apical, "P- (2 cells per mouse)").get_ydata(), [0.05, 0.03])


def test_mean_weights_by_role_and_pool(write_run):
    # (day, mouse, cell, input): P+ rises in the task pool, P- falls in the rest pool.
    values = np.full((2, 1, 6, 4), 80.0)
    values[1, :, :2, :2] = 90
    values[1, :, 2:4, 2:] = 60
    data = open_run(write_run([[[]]] * 2, np.full((2, 1, 6), 10), weights=values))
    _, mean = weights(data).axes
    drawn = {(entry.get_color(), entry.get_linestyle()): entry.get_ydata()[-1] for entry in mean.lines}
    assert drawn["#D55E00", "-"] == 90
    assert drawn["#D55E00", "--"] == 80
    assert drawn["#0072B2", "-"] == 80
    assert drawn["#0072B2", "--"] == 60


def test_example_minute_holds_a_hit_and_a_miss(write_run):
    trials = [(50, 150, 0, 0), (900, 1000, 1, 0), (1200, 1300, 0, 0), (2000, 2100, 0, 0)]
    data = open_run(write_run([[trials]], np.full((1, 1, 6), 50), frames=2400))
    figure = example_minute(data)
    start, stop = figure.axes[-1].get_xlim()
    assert stop - start == pytest.approx(60)
    assert start < 1000 / RATE < stop
    markers = [entry.get_marker() for entry in figure.axes[1].lines]
    assert markers.count("*") == 1
    assert "x" in markers


def test_example_minute_draws_each_spike_of_the_minute(data):
    raster = example_minute(data, mouse=0, session=2, start=0.0).axes[0]
    ticks = raster.lines[0].get_xdata()
    time = data.spike_time.values
    row_size = data.spike_row_size.values.ravel()
    own = slice(row_size[:2].sum(), row_size[:3].sum())  # day 2, first mouse
    p_plus = np.isin(data.spike_cell.values[own], (0, 1)) & (time[own] < 60)
    np.testing.assert_allclose(np.unique(ticks), np.unique(time[own][p_plus]))


@pytest.mark.parametrize("place", [{"mouse": 2}, {"session": 3}, {"session": 0}, {"start": 101.0}])
def test_example_minute_names_a_place_that_is_not_there(data, place):
    with pytest.raises(ValueError, match=next(iter(place))):
        example_minute(data, **place)


@pytest.mark.parametrize("light", [0.0, 1.0])
def test_light_is_a_bar_above_the_raster(write_run, light):
    data = open_run(write_run([[[]]], np.full((1, 1, 6), 10), light=light))
    assert len(example_minute(data).axes) == 3 + int(light)


@pytest.mark.slow
def test_one_silent_mouse_without_trials_and_p0_cells(write_run):
    roles = np.array(["P+"] * 3 + ["P-"] * 3)
    run = write_run([[[]]], np.zeros((1, 1, 6), int), frames=200, roles=roles)
    assert len(list(save_figures(run).iterdir())) == 2 * len(NAMES)


@pytest.mark.slow
def test_figures_are_saved_as_png_and_svg(run):
    folder = save_figures(run)
    assert folder == run / "figures"
    assert {p.name for p in folder.iterdir()} == {f"{n}.{kind}" for n in NAMES for kind in ("png", "svg")}
    for name in NAMES:
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert ElementTree.parse(folder / f"{name}.svg").getroot().tag.endswith("svg")


@pytest.mark.slow
def test_saved_figures_are_the_same_each_time(run):
    first = {p.name: p.read_bytes() for p in save_figures(run).iterdir()}
    assert {p.name: p.read_bytes() for p in save_figures(run).iterdir()} == first
