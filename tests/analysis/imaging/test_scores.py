import numpy as np
import pandas as pd
import pytest

from apical.analysis.imaging.events import find_events
from apical.analysis.imaging.scores import score, score_run, somatic_events, true_rate
from apical.networks.training.protocols import RATE

FRAMES = 4000


def table(times, cells):
    return pd.DataFrame({"cell": cells, "time": times})


def test_spikes_closer_than_16_ms_are_one_event():
    time = np.array([1.0, 1.01, 1.02, 1.5, 1.516, 1.005, 3.0])
    cell = np.array([0, 0, 0, 0, 0, 1, 1])
    assert [x.tolist() for x in somatic_events(time, cell)] == [[1.0, 1.5, 1.516, 1.005, 3.0], [0, 0, 0, 1, 1]]
    assert [x.tolist() for x in somatic_events(time, cell, min_spikes=2)] == [[1.0], [0]]
    assert somatic_events(np.empty(0), np.empty(0, int))[0].size == 0


def test_a_distance_of_just_16_ms_parts_events_whatever_the_rounding():
    step = np.arange(0, 32 * 2000, 32)  # of 0.5 ms
    assert somatic_events(step * 0.5e-3, np.zeros(step.size, int))[0].size == step.size
    assert somatic_events(step * 31 / 32 * 0.5e-3, np.zeros(step.size, int))[0].size == 1


def test_the_truth_itself_scores_full_marks():
    generator = np.random.default_rng(0)
    time = np.sort(np.concatenate([np.arange(3, 250, 5) + generator.uniform(0, 1, 50) for _ in range(2)]))
    cell = np.tile([0, 1], 50)
    rates = true_rate(time, cell, 3, FRAMES)
    result = score(find_events(rates), rates, time, cell)
    np.testing.assert_allclose(result["detected"], [1, 1, np.nan])
    np.testing.assert_allclose(result["false_per_minute"], 0)
    np.testing.assert_allclose(result["correlation"], [1, 1, np.nan])
    assert result["true"].tolist() == [50, 50, 0]


def test_planted_misses_and_false_events_are_counted():
    true = np.arange(2.0, 202.0, 10)
    found = np.concatenate((true[:15] + 0.15, true[15:] + 0.25, [7.0]))
    result = score(table(found, 0), np.zeros((1, FRAMES)), true, np.zeros(20, int)).iloc[0]
    assert result["detected"] == 15 / 20
    assert result["false_per_minute"] == pytest.approx(6 / (FRAMES / RATE / 60))


def test_chance_is_what_unrelated_events_reach():
    generator = np.random.default_rng(1)
    true, found = (np.sort(generator.uniform(0, FRAMES / RATE, 300)) for _ in range(2))
    result = score(table(found, 0), np.zeros((1, FRAMES)), true, np.zeros(300, int)).iloc[0]
    assert result["detected"] == pytest.approx(result["detected_by_chance"], abs=0.08)
    assert result["detected"] > 0.2


def test_scores_of_a_run(data):
    rates = np.zeros((data.sizes["cell"], data.sizes["frame"]))
    nothing = table([], [])
    plateaus = score_run(data, 0, 2, "plateaus", nothing, rates)
    assert plateaus["true"].tolist() == data.plateau_count[0, 1].values.tolist()
    found = {truth: score_run(data, 0, 2, truth, nothing, rates)["true"] for truth in ("events", "bursts")}
    assert (found["bursts"] < found["events"]).all()
    assert found["events"].sum() <= int(data.event_count[0, 1].sum())
    with pytest.raises(ValueError, match="truth 'somata'"):
        score_run(data, 0, 2, "somata", nothing, rates)
