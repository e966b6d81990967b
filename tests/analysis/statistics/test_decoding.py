import numpy as np
import pandas as pd
import pytest

from apical.analysis.statistics.decoding import LEAST, chosen_cells, network_decoding, preceding_rate
from apical.networks.training.protocols import RATE

ROLES = np.array(["P+"] * 4 + ["P-"] * 4 + ["P0"] * 22)
FRAMES = 1500
WINDOW = 31  # frames, 2 s


def cohort(mice=1, sessions=2, events=20, plant=None, seed=0, drift=0.0):
    """Residuals and rates: each neuron has `events` events per session; nothing in them but what is planted.

    plant : weights (cells, cells) by which the preceding rates of column cells raise the residual of the row
    drift : of rates and residuals alike, from session to session
    """
    generator = np.random.default_rng(seed)
    cells, store, tables = ROLES.size, {}, []
    for mouse in range(mice):
        for session in range(1, sessions + 1):
            rate = generator.gamma(0.3, 1, (cells, FRAMES)) + drift * session
            store[mouse, session] = rate
            for cell in range(cells):
                frame = np.sort(generator.choice(np.arange(WINDOW, FRAMES), events, replace=False))
                before = np.stack([rate[:, n - WINDOW : n].mean(1) for n in frame], axis=1)
                residual = generator.normal(-0.3, 1, events) + 6 * drift * (session - (sessions + 1) / 2)
                if plant is not None:
                    signal = plant[cell] @ (before - before.mean(1, keepdims=True))
                    residual += signal / before.std()
                columns = {"mouse": mouse, "session": session, "cell": cell, "role": ROLES[cell]}
                tables.append(pd.DataFrame(columns | {"time_soma": frame / RATE, "residual": residual}))
    return pd.concat(tables, ignore_index=True), lambda mouse, session: store[mouse, session]


def test_rate_before_an_event_is_the_mean_of_its_2_s():
    rate = np.arange(2 * 100).reshape(2, 100).astype(float)
    before = preceding_rate(rate, np.array([40 / RATE, 31 / RATE, 30 / RATE, 100 / RATE]))
    np.testing.assert_allclose(before[0], [rate[0, 9:40].mean(), rate[1, 9:40].mean()])
    np.testing.assert_allclose(before[1], rate[:, :31].mean(1))
    assert np.isnan(before[2]).all()
    np.testing.assert_allclose(before[3], rate[:, 69:].mean(1))


def test_cells_are_all_of_the_readout_and_some_p0():
    residuals, _ = cohort(mice=2)
    cells = chosen_cells(residuals, p0=5, seed=1)
    assert cells.groupby(["mouse", "role"]).size().tolist() == [4, 4, 5] * 2
    assert cells.equals(chosen_cells(residuals.sample(frac=1, random_state=0), p0=5, seed=1))
    assert not cells.equals(chosen_cells(residuals, p0=5, seed=2))


def test_cells_with_few_events_of_a_class_are_left_out():
    residuals, _ = cohort()
    residuals.loc[(residuals.cell == 2), "residual"] = [1.0] * (LEAST - 1) + [-1.0] * (40 - LEAST + 1)
    residuals.loc[(residuals.cell == 3), "residual"] = [1.0] * LEAST + [-1.0] * (40 - LEAST)
    assert chosen_cells(residuals, p0=0).cell.tolist() == [0, 1, 3, 4, 5, 6, 7]


@pytest.mark.slow
def test_planted_structure_is_found_in_the_neurons_that_have_it():
    plant = np.zeros((30, 30))
    plant[:3, 10:14] = 3.0
    residuals, rates = cohort(sessions=3, events=30, plant=plant)
    table = network_decoding(residuals, rates, p0=6, most_folds=10).set_index("cell")
    assert table.loc[:2, "significant_corrected"].all()
    assert (table.loc[:2, "accuracy"] > 0.65).all()
    assert table.loc[3:, "significant_corrected"].sum() == 0
    assert (table.q >= table.p).all()
    assert table.shuffled.mean() == pytest.approx(0.5, abs=0.03)


@pytest.mark.slow
def test_the_neurons_own_soma_is_no_predictor():
    residuals, rates = cohort(events=30, plant=np.diag([20.0] * 4 + [0.0] * 26))
    table = network_decoding(residuals, rates, p0=12, most_folds=20, jobs=1, shuffles=10).set_index("cell")
    assert table.loc[:3, "balanced_accuracy"].mean() < 0.6
    assert not table.significant_corrected.any()


@pytest.mark.slow
def test_a_common_drift_over_days_is_no_structure():
    residuals, rates = cohort(events=30, drift=0.1, seed=3)
    table = network_decoding(residuals, rates, p0=12, most_folds=20, jobs=1, shuffles=10)
    assert table.shuffled.mean() > 0.55
    assert table.balanced_accuracy.mean() == pytest.approx(table.shuffled.mean(), abs=0.04)
    assert not table.significant_corrected.any()


def test_few_neurons_take_more_shuffles():
    residuals, rates = cohort()
    few = network_decoding(residuals, rates, p0=0, most_folds=2, jobs=1)
    assert few.p.min() >= 1 / (8 * 40 + 1)
    with_four = network_decoding(residuals, rates, p0=0, most_folds=2, jobs=1, shuffles=4)
    assert not few.p.equals(with_four.p)


@pytest.mark.slow
def test_chance_finds_one_neuron_in_twenty():
    residuals, rates = cohort(mice=14, events=20)
    table = network_decoding(residuals, rates, p0=22, most_folds=8)
    assert len(table) > 390
    assert table.significant.mean() == pytest.approx(0.05, abs=0.02)
    assert table.significant_corrected.mean() < 0.01
    assert table.balanced_accuracy.mean() == pytest.approx(0.5, abs=0.02)
    assert table.p.mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.slow
def test_result_depends_on_the_seed_alone():
    residuals, rates = cohort()
    options = {"p0": 2, "most_folds": 4, "most_events": 25}
    first = network_decoding(residuals, rates, jobs=1, **options)
    assert first.equals(network_decoding(residuals, rates, jobs=2, **options))
    assert not first.equals(network_decoding(residuals, rates, jobs=1, seed=1, **options))
    assert (first.n <= 25).all()


@pytest.mark.slow
def test_somata_without_a_rate_are_no_predictors():
    residuals, rates = cohort()
    missing = lambda mouse, session: np.where(np.arange(30)[:, None] == 9, np.nan, rates(mouse, session))  # noqa: E731
    zero = lambda mouse, session: np.where(np.arange(30)[:, None] == 9, 0.0, rates(mouse, session))  # noqa: E731
    options = {"p0": 0, "most_folds": 4, "jobs": 1}
    assert network_decoding(residuals, missing, **options).equals(network_decoding(residuals, zero, **options))


def test_nothing_to_decode_is_an_empty_table():
    residuals, rates = cohort(events=3)
    assert network_decoding(residuals[:0], rates).empty
    assert "p" in network_decoding(residuals, rates)


def test_one_shuffle_is_no_control():
    residuals, rates = cohort()
    with pytest.raises(ValueError, match="shuffles"):
        network_decoding(residuals, rates, shuffles=1)
