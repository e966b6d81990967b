import numpy as np
import pandas as pd
import pytest

from apical.analysis.imaging.residual import residuals
from apical.analysis.statistics.residual_tests import aic, compare_models, independence, latency_difference


def pairs(generator, neurons=12, events=25, shape=lambda x: 0.5 + x, noise=0.5):
    cell = np.repeat(np.arange(neurons), events)
    x = generator.gamma(3, 0.5, cell.size)
    y = shape(x) + generator.normal(0, noise, cell.size)
    latency = generator.choice([-1, 0, 0, 0, 1], cell.size) / 15.46
    table = {"cell": cell, "time_soma": 0.0, "magnitude_soma": x, "time_apical": latency, "magnitude_apical": y}
    return pd.DataFrame(table)


SHAPES = {
    "line": lambda x: 0.5 + 2 * x,
    "exponential": lambda x: 0.8 * np.exp(0.9 * x),
    "logarithm": lambda x: 2.5 + 1.5 * np.log(x),
}


@pytest.mark.parametrize("planted", SHAPES)
def test_aic_chooses_the_planted_model(planted):
    generator = np.random.default_rng(0)
    x = generator.gamma(3, 0.5, 300)
    found = aic(x, SHAPES[planted](x) + generator.normal(0, 0.3, x.size))
    assert min(found, key=found.get) == planted


def test_aic_of_a_line_is_that_of_its_likelihood():
    generator = np.random.default_rng(1)
    x = generator.uniform(1, 5, 50)
    y = 1 + x + generator.normal(0, 1, 50)
    error = y - np.polyval(np.polyfit(x, y, 1), x)
    likelihood = -25 * (np.log(2 * np.pi * np.mean(error**2)) + 1)
    assert aic(x, y)["line"] + 50 * (np.log(2 * np.pi) + 1) == pytest.approx(2 * 3 - 2 * likelihood)


@pytest.mark.parametrize("planted", SHAPES)
def test_model_comparison_has_the_sign_of_the_planted_model(planted):
    found = compare_models(pairs(np.random.default_rng(2), events=100, shape=SHAPES[planted], noise=0.3))
    assert found["n"].tolist() == [1200, 12]
    for row in ("pooled", "per neuron"):
        for model in ("exponential", "logarithm"):
            if planted == "line":
                assert found.loc[row, model] > 2
            elif planted == model:
                assert found.loc[row, model] < -2


def test_neurons_differ_in_gain_without_harm_to_the_pooled_fit():
    events = pairs(np.random.default_rng(3), events=100, shape=lambda x: 2 * x, noise=0.1)
    events["magnitude_apical"] *= 1 + events["cell"] * 3
    events["magnitude_soma"] *= 1 + (events["cell"] % 4)
    assert (compare_models(events).loc["pooled", ["exponential", "logarithm"]] > 100).all()


@pytest.mark.slow
def test_false_positives_of_null_data():
    """No structure but the line: each test fires in 5 % of the sets."""
    generator = np.random.default_rng(4)
    found = []
    for _ in range(400):
        events = residuals(pairs(generator))
        found.append((independence(events)["p"], latency_difference(events)["p"]))
    rate = np.mean(np.array(found) < 0.05, axis=0)
    assert np.abs(rate - 0.05).max() < 0.02


def test_a_bend_is_found_that_the_correlation_cannot_see():
    events = residuals(pairs(np.random.default_rng(5), events=60, shape=SHAPES["exponential"]))
    found = independence(events)
    assert found["correlation"] == pytest.approx(0, abs=1e-9)
    assert found["p"] < 1e-6
    assert found["bin_means"][0] > 0 > found["bin_means"][2]
    assert found["bin_means"][4] > 0
    assert (found["n"], found["neurons"]) == (720, 12)


def test_neurons_of_different_mice_and_sessions_are_kept_apart():
    events = residuals(pairs(np.random.default_rng(6), neurons=8))
    apart = events.assign(mouse=events["cell"] % 2, session=1, cell=events["cell"] // 2)
    np.testing.assert_equal(independence(apart), independence(events))
    assert latency_difference(apart) == pytest.approx(latency_difference(events))
    pd.testing.assert_frame_equal(compare_models(apart), compare_models(events))


def test_planted_latency_is_recovered_with_its_sign():
    events = residuals(pairs(np.random.default_rng(7), neurons=30, events=100))
    events["latency"] = events["latency"] - np.where(events["residual"] > 0, 0.03, 0.0) + 0.01
    found = latency_difference(events)
    assert found["difference"] == pytest.approx(-0.03, abs=0.005)
    assert found["amplified"] == pytest.approx(-0.02, abs=0.005)
    assert found["attenuated"] == pytest.approx(0.01, abs=0.005)
    assert found["p"] < 1e-4
    assert found["neurons"] == 30
    assert found["n_amplified"] + found["n_attenuated"] == 3000


def test_too_little_data_gives_nan():
    events = residuals(pairs(np.random.default_rng(8), neurons=1, events=5))
    assert events["residual"].isna().all()
    for few in (events, events.iloc[:0]):
        assert np.isnan(independence(few)["p"])
        assert np.isnan(latency_difference(few)["p"])
        assert compare_models(few)["n"].tolist() == [0, 0]
