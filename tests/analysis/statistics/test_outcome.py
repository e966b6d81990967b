import numpy as np
import pandas as pd
import pytest

from apical.analysis.statistics.outcome import outcome_decoding, residual_vectors, trial_frame


def cohort(mice=1, sessions=2, trials=40, cells=12, before=0.0, after=0.0, seed=0, share=0.7):
    """Trials of 10 s with an event of each cell before and after the outcome; cell 0-3 tell the outcome."""
    generator = np.random.default_rng(seed)
    tables, events = [], []
    for mouse in range(mice):
        for session in range(1, sessions + 1):
            end = 10.0 * np.arange(1, trials + 1)
            hit = generator.permutation(np.arange(trials) < share * trials)
            columns = {"mouse": mouse, "session": session, "start": end - 5, "end": end, "hit": hit}
            tables.append(pd.DataFrame(columns))
            for cell in range(cells):
                for shift, signal in ((-1.0, before), (1.0, after)):
                    residual = generator.normal(0, 1, trials) + (signal * (hit - 0.5) if cell < 4 else 0)
                    own = {"mouse": mouse, "session": session, "cell": cell}
                    events.append(pd.DataFrame(own | {"time_soma": end + shift, "residual": residual}))
    return pd.concat(events, ignore_index=True), pd.concat(tables, ignore_index=True)


def test_trials_are_a_table_without_probes(data):
    table = trial_frame(data)
    assert table.hit.dtype == bool
    own = table[(table.mouse == 3) & (table.session == 2)]
    np.testing.assert_allclose(own.end * 15.46, [100, 250], rtol=1e-5)
    assert own.hit.all()
    assert len(trial_frame(data, probe=True)) == 2


def test_vector_holds_mean_residuals_of_the_window():
    events = pd.DataFrame(
        [(1, 0, 4.0, 1.0), (1, 0, 5.9, 2.0), (1, 2, 5.0, -3.0), (1, 0, 6.0, 9.0), (1, 0, 3.9, 9.0), (2, 1, 5.0, 7.0)],
        columns=["session", "cell", "time_soma", "residual"],
    )
    vectors = residual_vectors(events, np.array([1, 2]), np.array([4.0, 4.0]), 3)
    np.testing.assert_allclose(vectors, [[1.5, 0, -3], [0, 7, 0]])


@pytest.mark.parametrize(("planted", "empty"), [("after", "before"), ("before", "after")])
def test_outcome_is_decoded_in_the_window_that_has_it(planted, empty):
    residuals, trials = cohort(**{planted: 1.6})
    table = outcome_decoding(residuals, trials, jobs=1).set_index("window")
    assert table.balanced_accuracy[planted] > 0.7
    assert table.p[planted] == pytest.approx(1 / 21)
    assert abs(table.balanced_accuracy[empty] - 0.5) < 0.12
    assert table.shuffled.to_numpy() == pytest.approx(0.5, abs=0.06)


@pytest.mark.slow
def test_nothing_is_decoded_from_nothing():
    residuals, trials = cohort(mice=30, trials=30)
    table = outcome_decoding(residuals, trials, folds=5, shuffles=19)
    assert table.balanced_accuracy.mean() == pytest.approx(0.5, abs=0.02)
    assert (table.p <= 0.05).mean() == pytest.approx(0.05, abs=0.06)
    assert table.p.mean() == pytest.approx(0.525, abs=0.1)


def test_mouse_without_misses_is_left_out():
    residuals, trials = cohort(share=1.0)
    assert outcome_decoding(residuals, trials).empty
    assert "p" in outcome_decoding(residuals, trials)


def test_mouse_without_events_is_at_chance():
    residuals, trials = cohort()
    table = outcome_decoding(residuals[residuals.cell > 99], trials, folds=4, shuffles=3, jobs=1)
    assert (table.balanced_accuracy == 0.5).all() or table.empty
