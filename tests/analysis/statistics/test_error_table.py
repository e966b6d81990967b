import numpy as np
import pandas as pd
import pytest

from apical.analysis.statistics.error_table import (
    angle_windows,
    error_table,
    error_windows,
    match_somatic,
    per_mouse,
    per_neuron,
    with_error,
)
from apical.analysis.statistics.error_tests import contrasts
from apical.networks.training.protocols import RATE

#: Residual by role and error, the published signs.
PLANTED = {("P+", "decreases"): 0.2, ("P+", "increases"): -0.3, ("P-", "decreases"): -0.4, ("P-", "increases"): 0.1}
ROLES = ["P+"] * 4 + ["P-"] * 4 + ["P0"] * 4


def cohort(planted, mice=6, events=60, windows=100, seed=0, by_size=0.0):
    """Events at random times; residuals are noise, what is planted, and `by_size` times log somatic magnitude.

    Somatic events are larger while the error decreases.
    """
    generator = np.random.default_rng(seed)
    residuals, table = [], []
    for mouse in range(mice):
        slope = generator.choice([-10.0, 0.0, 10.0], windows)
        start = 3.0 * np.arange(windows)
        table.append(pd.DataFrame({"mouse": mouse, "session": 1, "start": start, "stop": start + 2, "slope": slope}))
        for cell, role in enumerate(ROLES):
            time = generator.uniform(0, 3 * windows, events)
            own = slope[np.minimum((time / 3).astype(int), windows - 1)]
            size = generator.normal(0.5 * (own > 0), 0.5)
            mean = [planted.get((role, "decreases" if s > 0 else "increases"), 0) for s in own]
            columns = {"mouse": mouse, "session": 1, "cell": cell, "role": role, "time_soma": time}
            values = {"magnitude_soma": np.exp(size), "residual": generator.normal(mean, 1) + by_size * size}
            residuals.append(pd.DataFrame(columns | values))
    return pd.concat(residuals, ignore_index=True), pd.concat(table, ignore_index=True)


def neurons_of(*arguments, **options):
    return per_neuron(with_error(*cohort(*arguments, **options)))


def test_windows_tile_the_trial_and_take_its_last_frame():
    # One trial of 70 frames: two windows of 31; 8 frames are less than 1 s.
    angle = np.full(200, np.nan)
    angle[50:120] = np.arange(70) * 1.0
    windows = angle_windows(angle, np.array([50 / RATE]), np.array([120 / RATE]))
    np.testing.assert_allclose(windows.start * RATE, [50, 81])
    np.testing.assert_allclose(windows.stop * RATE, [81, 112])
    np.testing.assert_allclose(windows.slope, RATE)


def test_jump_to_the_target_counts_to_the_last_window():
    angle = np.full(200, np.nan)
    angle[50:100], angle[100:130] = 45.0, 90.0  # a hit at frame 100, frozen until 130
    windows = angle_windows(angle, np.array([50 / RATE]), np.array([100 / RATE]))
    np.testing.assert_allclose(windows.stop * RATE, [81, 100])
    np.testing.assert_allclose(windows.slope, [0, 45 / (19 / RATE)])


def test_windows_of_a_run_leave_probes_and_breaks_out(data):
    windows = error_windows(data)
    own = windows[(windows.mouse == 3) & (windows.session == 2)]
    assert own.start.min() * RATE == pytest.approx(50)
    # Trials of 50 and 100 frames; 7 frames left over are less than 1 s.
    np.testing.assert_allclose(own.stop * RATE, [81, 100, 181, 212, 243], atol=1e-3)
    probes = error_windows(data, probe=True)
    assert set(zip(probes.mouse, probes.session, strict=True)) == {(3, 2)}
    day = data.angle.sel(mouse=3, session=2).values
    first = own.iloc[0]
    frames = np.round(np.array([first.start, first.stop]) * RATE).astype(int)
    assert first.slope == pytest.approx((day[frames[1]] - day[frames[0]]) / (31 / RATE))


def test_events_take_the_class_of_their_window():
    windows = pd.DataFrame({"mouse": 0, "session": 1, "start": [0.0, 2, 6], "stop": [2.0, 4, 8], "slope": [5, -5, 0]})
    time = [0.0, 1.9, 2.0, 3.9, 4.0, 5.0, 6.5, 9.0]
    events = pd.DataFrame({"mouse": 0, "session": 1, "time_soma": time, "residual": 0.0})
    classed = with_error(pd.concat([events, events.assign(session=2)]), windows)
    assert classed.time_soma.tolist() == time[:4]
    assert classed.error.tolist() == ["decreases"] * 2 + ["increases"] * 2


def test_planted_table_comes_back_with_its_signs():
    table = error_table(neurons_of(PLANTED)).set_index(["role", "error"])
    for place, value in PLANTED.items():
        assert table["mean"][place] == pytest.approx(value, abs=3 * table["sem"][place])
        assert np.sign(table["mean"][place]) == np.sign(value)
    assert (table.n == 24).all()
    assert table["mean"]["P0"].abs().max() < 0.15


def test_contrast_of_each_mouse_is_decrease_minus_increase():
    mice = per_mouse(neurons_of(PLANTED, events=2000))
    assert mice.mouse.tolist() == list(range(6))
    np.testing.assert_allclose(mice["P+"], 0.5, atol=0.15)
    np.testing.assert_allclose(mice["P-"], -0.5, atol=0.15)
    np.testing.assert_allclose(mice.difference, mice["P+"] - mice["P-"])


def test_neurons_with_one_class_have_no_contrast():
    neurons = pd.DataFrame(
        [(0, 0, "P+", "decreases", 1.0), (0, 0, "P+", "increases", 0.5), (0, 1, "P+", "decreases", 9.0)],
        columns=["mouse", "cell", "role", "error", "residual"],
    )
    mice = per_mouse(neurons)
    assert mice["P+"].tolist() == [0.5]
    assert mice[["P-", "P0", "difference"]].isna().all(axis=None)


@pytest.mark.slow
def test_chance_has_no_contrast():
    p = [contrasts(per_mouse(neurons_of({}, events=30, seed=seed))).set_index("name").p for seed in range(40)]
    assert np.mean([own["difference"] < 0.05 for own in p]) <= 0.125


def imbalance(events):
    """Standardized difference of log somatic magnitude between the classes of error, within neurons, by role."""
    events = events[events.error.notna()]
    log = np.log(events.magnitude_soma)
    log = log - log.groupby([events.mouse, events.cell]).transform("mean")
    means, spreads = (log.groupby([events.role, events.error]).agg(of).unstack() for of in ("mean", "std"))
    return (means.decreases - means.increases) / spreads.mean(axis=1)


def test_matching_balances_somatic_magnitude():
    events = with_error(*cohort({}, events=200))
    matched = match_somatic(events)
    assert (imbalance(events) > 0.7).all()
    assert (imbalance(matched).abs() < 0.1).all()
    pairs = matched.groupby(["mouse", "cell", "error"]).size().unstack()
    assert (pairs.decreases == pairs.increases).all()
    assert len(matched) > 0.4 * len(events)
    assert matched.index.is_unique
    unclassed = pd.concat([events, events[:500].assign(error=None)])
    pd.testing.assert_frame_equal(match_somatic(unclassed), matched, check_dtype=False)


def test_matching_removes_a_contrast_that_is_somatic_and_keeps_one_that_is_not():
    somatic = with_error(*cohort({}, events=300, by_size=1.0))
    before, after = (per_mouse(per_neuron(e))["P0"].mean() for e in (somatic, match_somatic(somatic)))
    assert before > 0.4
    assert abs(after) < 0.1
    signed = match_somatic(with_error(*cohort(PLANTED, events=300, by_size=1.0)))
    mice = per_mouse(per_neuron(signed))
    assert mice["P+"].mean() == pytest.approx(0.5, abs=0.15)
    assert mice["P-"].mean() == pytest.approx(-0.5, abs=0.15)


def test_no_events_are_empty_tables():
    events, windows = cohort({}, mice=1)
    for none in (with_error(events[:0], windows), with_error(events, windows[:0])):
        assert none.empty
        table = error_table(per_neuron(none))
        assert (table.n == 0).all()
        assert per_mouse(per_neuron(none)).empty
        assert match_somatic(none).empty
