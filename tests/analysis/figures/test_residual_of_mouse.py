import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr

from apical.analysis.figures.residual_of_mouse import residual_figure
from apical.analysis.imaging.residual import coincident_events, compartment_events, residuals
from apical.networks.training.protocols import RATE

FRAMES = 3000


@pytest.fixture(scope="module")
def imaged():
    """Three cells, the last silent, with transients of soma and dendrite each 4 s."""
    generator = np.random.default_rng(0)
    drive = np.zeros((2, 3, FRAMES))
    frames = np.arange(40, FRAMES - 40, 60)
    drive[0, :2][:, frames] = generator.uniform(0.5, 2, (2, frames.size))
    drive[1] = drive[0] * generator.uniform(0.8, 1.2, drive[0].shape)
    kernel = np.exp(-np.arange(40) / (0.2 * RATE))
    fluorescence = 1 + np.apply_along_axis(lambda x: np.convolve(x, kernel)[:FRAMES], -1, drive)
    fluorescence += generator.normal(0, 0.03, fluorescence.shape)
    names = ("mouse", "session", "cell", "frame")
    variables = {
        f"fluorescence_{part}": (names, values[None, None])
        for part, values in zip(("soma", "apical"), fluorescence, strict=True)
    }
    coordinates = {
        "mouse": [7],
        "session": [1],
        "role": ("cell", ["P+", "P-", "P0"]),
        "time": ("frame", np.arange(FRAMES) / RATE),
    }
    return xr.Dataset(variables, coordinates, {"condition": "control"})


def residuals_of(data):
    """Coincident events of the mouse on day 1."""
    return residuals(coincident_events(*(compartment_events(data, 0, 1, part)[0] for part in ("soma", "apical"))))


def test_panels_have_units_and_numbers(imaged):
    before = dict(mpl.rcParams)
    figure = residual_figure(imaged)
    assert dict(mpl.rcParams) == before
    for axes in figure.axes:
        assert axes.get_xlabel().endswith(")")
        assert axes.get_ylabel().endswith(")")
    table = residuals_of(imaged)
    _, one, everyone, latencies = (axes.get_title() for axes in figure.axes)
    assert f"n = {np.sum(table['cell'] == 1)} coincident events" in one
    assert f"n = {table['residual'].notna().sum()} events, 2 neurons" in everyone
    assert "n = 2 neurons" in latencies
    assert figure.get_suptitle() == "control, 1 mouse: mouse 7, day 1; cell 1 (P-)"


def test_the_line_is_that_of_the_neuron(imaged):
    axes = residual_figure(imaged, cell=0).axes[1]
    line = next(entry for entry in axes.lines if entry.get_label() == "line")
    own = residuals_of(imaged).query("cell == 0")
    slope, intercept = np.polyfit(own["magnitude_soma"], own["magnitude_apical"], 1)
    np.testing.assert_allclose(line.get_ydata(), intercept + slope * line.get_xdata())


@pytest.mark.parametrize(
    ("place", "message"),
    [({"cell": 3}, "cell 3: a mouse has 3"), ({"cell": 2}, "cell 2 has not enough"), ({"mouse": 1}, "mouse 1")],
)
def test_errors(imaged, place, message):
    with pytest.raises(ValueError, match=message):
        residual_figure(imaged, **place)
