import numpy as np
import pandas as pd
import pytest
import xarray as xr

from apical.analysis.imaging import residual as module
from apical.analysis.imaging.events import smoothed
from apical.analysis.imaging.residual import coincident_events, compartment_events, lines, residuals
from apical.networks.training.protocols import RATE


def pairs(neurons=6, events=40, seed=0, noise=0.5):
    """Coincident events on the planted lines with planted deviations, which are returned as well."""
    generator = np.random.default_rng(seed)
    cell = np.repeat(np.arange(neurons), events)
    x = generator.gamma(3, 1, cell.size)
    deviation = generator.normal(0, 1, cell.size)
    y = 1 + 0.3 * cell + (0.5 + 0.2 * cell) * x + noise * (1 + cell) * deviation
    time = np.tile(np.arange(events) * 5.0, neurons)
    table = {"cell": cell, "time_soma": time, "magnitude_soma": x, "time_apical": time + 0.1, "magnitude_apical": y}
    return pd.DataFrame(table), deviation


def test_lines_are_those_of_polyfit():
    events, _ = pairs()
    fitted = lines(events)
    for cell, own in events.groupby("cell"):
        slope, intercept = np.polyfit(own["magnitude_soma"], own["magnitude_apical"], 1)
        about = own["magnitude_apical"] - intercept - slope * own["magnitude_soma"]
        assert fitted.loc[cell].tolist() == pytest.approx([40, slope, intercept, about.std(ddof=0)])


def test_planted_residuals_are_recovered_with_their_sign():
    events, planted = pairs(events=400)
    result = residuals(events)
    assert np.corrcoef(result["residual"], planted)[0, 1] > 0.99
    np.testing.assert_allclose(result["residual"] - planted, 0, atol=0.4)
    by_cell = result.groupby("cell")["residual"]
    np.testing.assert_allclose(by_cell.mean(), 0, atol=1e-9)
    np.testing.assert_allclose(by_cell.std(ddof=0), 1)
    np.testing.assert_allclose(result["latency"], 0.1)


def test_lines_of_other_events_show_a_shift():
    before, _ = pairs(events=2000, seed=1)
    after, _ = pairs(events=2000, seed=2)
    after["magnitude_apical"] -= 0.9 * 0.5 * (1 + after["cell"])
    shift = residuals(after, lines(before)).groupby("cell")["residual"].mean()
    np.testing.assert_allclose(shift, -0.9, atol=0.12)


def test_neurons_without_a_line_have_no_residual():
    events, _ = pairs(neurons=4, events=20)
    events = events.drop(index=range(9, 20))  # 9 left of cell 0
    events.loc[events["cell"] == 1, "magnitude_soma"] = 2.0
    own = events["cell"] == 2
    events.loc[own, "magnitude_apical"] = 1 + 2 * events.loc[own, "magnitude_soma"]
    events.loc[events.index[-1], "magnitude_apical"] = np.nan
    result = residuals(events)
    assert result.loc[result["cell"] < 3, "residual"].isna().all()
    assert result.loc[result["cell"] == 3, "residual"].isna().sum() == 1
    fitted = lines(events)
    assert fitted["slope"].isna().tolist() == [True, True, False, False]
    assert fitted["n"].tolist() == [9, 20, 20, 19]
    assert residuals(events, min_events=9).loc[result["cell"] == 0, "residual"].notna().all()
    assert residuals(events.iloc[:0]).empty


def test_coincident_events_pair_within_cells_and_half_a_second():
    soma = pd.DataFrame({"cell": [0, 0, 1, 2], "time": [1.0, 3.0, 1.0, 9.0], "magnitude": [1.0, 2.0, 3.0, 9.0]})
    apical = pd.DataFrame({"cell": [0, 0, 0, 1], "time": [3.2, 0.5, 3.4, 1.51], "magnitude": [4.0, 5.0, 6.0, 7.0]})
    found = coincident_events(soma, apical)
    expected = [[0, 1.0, 1.0, 0.5, 5.0], [0, 3.0, 2.0, 3.2, 4.0]]
    assert found.to_numpy().tolist() == expected
    assert coincident_events(soma.iloc[:0], apical).empty


@pytest.fixture
def recorded(monkeypatch):
    """Three cells, two mice, two days, with events of planted size; the inference is left out."""
    generator = np.random.default_rng(0)
    counts = np.zeros((2, 2, 2, 3, 3000))
    frames = np.arange(50, 2950, 80)
    soma = generator.uniform(1, 5, (2, 2, 3, frames.size))
    day_gain = np.array([1.0, 3.0])[None, :, None, None]
    counts[0][..., frames] = soma
    counts[1][..., frames] = day_gain * soma + generator.normal(0, 0.1, soma.shape)
    names = ("mouse", "session", "cell", "frame")
    variables = {f"fluorescence_{part}": (names, n) for part, n in zip(("soma", "apical"), counts, strict=True)}
    monkeypatch.setattr(module, "delta_f_over_f", lambda fluorescence: fluorescence)
    monkeypatch.setattr(module, "infer_rates", smoothed)
    monkeypatch.setattr(module, "rate_noise", lambda dff: 0.0)
    role = ("cell", ["P+", "P-", "P0"])
    return xr.Dataset(variables, {"mouse": [4, 5], "session": [1, 2], "role": role}), frames


def test_events_of_a_compartment_are_those_of_the_mouse_and_day(recorded):
    data, frames = recorded
    of = lambda mouse, day: [compartment_events(data, mouse, day, part)[0] for part in ("soma", "apical")]  # noqa: E731
    table = residuals(coincident_events(*of(1, 2)))
    assert table.groupby("cell").size().tolist() == [frames.size] * 3
    np.testing.assert_allclose(table["time_soma"][: frames.size], frames / RATE)
    np.testing.assert_allclose(table.groupby("cell")["residual"].mean(), 0, atol=1e-9)
    slope = [lines(coincident_events(*of(1, day)))["slope"] for day in (1, 2)]
    np.testing.assert_allclose(slope, [[1] * 3, [3] * 3], atol=0.1)  # day 2 has three times the dendrite


@pytest.mark.parametrize(("mouse", "session", "message"), [(2, 1, "mouse 2"), (0, 3, "session 3: the run has 1, 2")])
def test_errors(recorded, mouse, session, message):
    with pytest.raises(ValueError, match=message):
        compartment_events(recorded[0], mouse, session, "soma")


def test_a_run_without_imaging_says_how_to_record_it(data):
    with pytest.raises(ValueError, match="--record imaging"):
        compartment_events(data, 0, 1, "soma")
