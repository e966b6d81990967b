"""The rows of burst-dependent plasticity: the rule by hand on examples and in the mean, and rows that turn red."""

import numpy as np
import pytest

from apical.analysis.physiology.by_hand import Rule, classify, trace_at, weight_change
from apical.analysis.physiology.pairing import burst_poisson, changes, periodic, poisson
from apical.analysis.physiology.plasticity import curve, draw, pairing_rows, spontaneous_rows
from apical.analysis.physiology.rows import FAILS, HOLDS
from apical.analysis.physiology.spontaneous import INPUTS, learn
from apical.equations import plasticity
from apical.models.cells import NAUD_SPREKELER

pytestmark = pytest.mark.usefixtures("numpy_runtime")


def test_spikes_are_events_unless_close_and_bursts_count_once():
    spikes = np.array([0.1, 0.11, 0.12, 0.3, 0.316, 0.4])
    event, burst = classify(spikes, 0.016)
    assert event.tolist() == [True, False, False, True, True, True]
    assert burst.tolist() == [False, True, False, False, False, False]


def test_trace_adds_one_at_once_and_decays():
    trace = trace_at(np.array([0.0, 0.1]), np.array([-0.1, 0.0, 0.05, 0.1]), 0.1)
    np.testing.assert_allclose(trace, [0, 1, np.exp(-0.5), 1 + np.exp(-1)])


def test_a_burst_potentiates_and_an_event_depresses_by_the_running_fraction():
    rule = Rule(eta=2.0, tau_trace=0.05, tau_average=10.0)
    pre = np.array([0.0])
    event = weight_change(pre, np.array([0.05]), rule, events=5, bursts=1)
    assert event == pytest.approx(-2 * 0.2 * np.exp(-1))
    burst = weight_change(pre, np.array([0.05, 0.06]), rule, events=5, bursts=1)
    assert burst == pytest.approx(event + 2 * np.exp(-1.2))


def test_the_running_fraction_moves_after_the_weight():
    rule = Rule(eta=1.0, tau_trace=1e9, tau_average=2.0)
    post = np.array([1.0, 1.01, 3.0])
    first = 1 / 5
    decay = np.exp(-3 / 2)
    events = 5 * decay + np.exp(-2 / 2) / 2
    bursts = 1 * decay + np.exp(-1.99 / 2) / 2
    assert weight_change(np.array([0.0]), post, rule, 5, 1) == pytest.approx(-first + 1 - bursts / events)


def test_forced_bursts_follow_the_closed_form_in_the_mean():
    pairs = burst_poisson(np.random.default_rng(5), duration=60, repeats=40)
    probability, mean = curve(pairs, np.array([p.published_change() for p in pairs]), "burst Poisson", 10.0)
    # Pbar relaxes from 0.2 to the burst fraction: eta rate^2 tau_trace tau_average (1 - exp(-T/tau_average)).
    expected = 0.1 * 100 * 0.05 * 15 * (1 - np.exp(-60 / 15)) * (probability - 0.2)
    # One pair scatters by about 0.7.
    np.testing.assert_allclose(mean, expected, atol=4 * 0.7 / np.sqrt(40))


@pytest.fixture(scope="module")
def short(numpy_runtime):
    generator = np.random.default_rng(2)
    return [*periodic(4), *poisson(generator, 10, 2), *burst_poisson(generator, 10, 3)]


def test_the_circuit_follows_the_published_rule_in_all_pairings(short):
    published = np.array([pair.published_change() for pair in short])
    rows = {row.quantity: row for row in pairing_rows(short, changes(short), published)}
    assert rows["pairing: largest deviation from the published rule"].value < 0.1
    assert rows["periodic pairing: change of sign"].verdict == HOLDS


def test_a_rule_without_depression_turns_the_rows_red(short, monkeypatch):
    monkeypatch.setattr(
        plasticity, "RESET", plasticity.RESET.replace("burst - burst_fraction", "burst + burst_fraction")
    )
    published = np.array([pair.published_change() for pair in short])
    rows = {row.quantity: row for row in pairing_rows(short, changes(short), published)}
    assert rows["pairing: largest deviation from the published rule"].verdict == FAILS
    assert rows["periodic pairing: change of sign"].verdict == FAILS
    assert rows["burst fraction without change, 10 Hz"].verdict == FAILS


def test_spontaneous_cells_learn_what_their_spikes_say(short):
    learned = learn(NAUD_SPREKELER, 1.5)
    error = spontaneous_rows(learned)[0]
    assert error.value < 0.01 and np.abs(learned.by_hand).max() > 0.05
    assert learned.by_hand.shape == learned.change.shape == (learned.event_rate.size, INPUTS)
    published = np.array([pair.published_change() for pair in short])
    assert len(draw(learned, short, published, published).axes) == 5  # four panels, one colour bar
