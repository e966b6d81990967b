import numpy as np
import pandas as pd
import pytest

from apical.analysis.figures.errors import decoders, error_signal
from apical.analysis.figures.style import ROLE_COLOURS


@pytest.fixture
def neurons():
    """One neuron of each role and mouse; the residuals are numbered."""
    index = pd.MultiIndex.from_product([range(3), ["P+", "P-", "P0"], ["decreases", "increases"]])
    table = pd.DataFrame(list(index), columns=["mouse", "role", "error"])
    return table.assign(cell=table.role, n=1, residual=np.arange(len(table)) ** 2 / 100.0)


def points(axes):
    """Mean and colour of each point with an error bar."""
    return [(c.lines[0].get_ydata()[0], c.lines[0].get_color()) for c in axes.containers]


def test_error_signal_shows_mean_residuals_in_the_colours_of_the_roles(neurons):
    figure = error_signal(neurons, title="control, 3 mice")
    means, change = figure.axes
    assert figure.get_suptitle() == "control, 3 mice"
    of = lambda role, error: neurons[(neurons.role == role) & (neurons.error == error)].residual  # noqa: E731
    expected = [(of(r, e).mean(), ROLE_COLOURS[r]) for r in ("P+", "P-") for e in ("decreases", "increases")]
    assert points(means) == [(pytest.approx(value), colour) for value, colour in expected]
    expected = [((of(r, "decreases").to_numpy() - of(r, "increases")).mean(), ROLE_COLOURS[r]) for r in ROLE_COLOURS]
    assert points(change) == [(pytest.approx(value), colour) for value, colour in expected]
    assert sum(line.get_marker() == "." for line in change.lines) == 3


def test_decoders_show_each_neuron_and_each_mouse():
    network = pd.DataFrame({"shuffled": [0.5, 0.51], "balanced_accuracy": [0.7, 0.5], "significant": [True, False]})
    rows = [(m, w, 0.5, 0.6 + 0.1 * m) for m in range(2) for w in ("before", "after")]
    outcome = pd.DataFrame(rows, columns=["mouse", "window", "shuffled", "balanced_accuracy"])
    left, right = decoders(network, outcome).axes
    labels = [text.get_text() for text in left.get_legend().get_texts()]
    assert labels == ["not significant (1 of 2)", "p < 0.05 (1 of 2)"]
    assert left.lines[1].get_ydata().tolist() == [0.7]
    np.testing.assert_allclose([value for value, _ in points(right)], [0.5, 0.65] * 2)


def test_one_mouse_without_decoders_is_drawn(neurons):
    error_signal(neurons[neurons.mouse == 0])
    empty = pd.DataFrame(columns=["mouse", "window", "shuffled", "balanced_accuracy", "significant"])
    decoders(empty, empty)
