import numpy as np
import pytest
from brian2.utils.stringtools import get_identifiers

from apical.equations import alignment as synapse
from apical.networks.training.cohort import Cohort
from apical.networks.training.conditions import CONDITIONS, none, random, scalar, shuffled, vector
from apical.networks.training.config import Config
from apical.networks.training.day import Training

MICE, CELLS = 3, 40


@pytest.fixture
def intact():
    """Signed weights of a few cells of each mouse, of different size between mice."""
    weights = np.zeros((MICE, CELLS))
    weights[:, :5], weights[:, 5:10] = 1, -1
    return weights * np.array([[0.2], [0.6], [1.0]])


@pytest.fixture
def generators():
    return lambda: [np.random.default_rng([3, mouse]) for mouse in range(MICE)]


@pytest.fixture
def training():
    """A cohort under a condition; the runtime device builds nothing before it runs."""

    def make(**options):
        return Training(Cohort(Config(mice=MICE, cells=CELLS, device="runtime", **options)))

    return make


@pytest.fixture
def alignment():
    return np.random.default_rng(4).normal(0.05, 0.15, (MICE, CELLS))


@pytest.mark.parametrize("kind", [vector, scalar, shuffled, random])
def test_each_kind_of_teaching_has_the_power_of_the_intact_signal(kind, intact, generators):
    delivered = kind(intact, generators())
    assert delivered.shape == intact.shape
    np.testing.assert_allclose(np.sum(delivered**2, axis=1), np.sum(intact**2, axis=1), rtol=1e-12)


def test_kinds_of_teaching_are_what_they_are_called(intact, generators):
    np.testing.assert_array_equal(vector(intact, generators()), intact)
    assert not none(intact, generators()).any()
    same = scalar(intact, generators())
    assert np.all(same == same[:, :1]) and np.all(same > 0)
    permuted = shuffled(intact, generators())
    np.testing.assert_array_equal(np.sort(permuted), np.sort(intact))
    for other in (permuted, random(intact, generators())):
        # Of 40 independent pairs the correlation has an s.d. of 1/sqrt(40) = 0.16.
        assert np.abs([np.corrcoef(a, b)[0, 1] for a, b in zip(other, intact, strict=True)]).max() < 0.6


@pytest.mark.parametrize("kind", [shuffled, random])
def test_a_mouse_keeps_its_permutation_and_has_its_own(kind, intact, generators):
    today = kind(intact, generators())
    np.testing.assert_array_equal(kind(intact, generators()), today)
    np.testing.assert_allclose(kind(2 * intact, generators()), 2 * today, rtol=1e-12)
    assert not np.array_equal(today[0] / intact[0].max(), today[1] / intact[1].max())
    np.testing.assert_array_equal(kind(intact[1:], generators()[1:]), today[1:])


def test_consolidation_removes_the_mean_keeps_the_sign_and_is_bounded(alignment):
    weights = synapse.consolidate(alignment)
    centred = alignment - alignment.mean(axis=1, keepdims=True)
    assert np.abs(weights).max() == 1
    np.testing.assert_array_equal(np.sign(weights), np.sign(centred))
    inside = np.abs(weights) < 1
    assert 0.3 < inside.mean() < 1
    np.testing.assert_allclose(weights[inside], 4 * centred[inside], rtol=1e-12)
    np.testing.assert_allclose(synapse.consolidate(alignment + 0.3), weights, atol=1e-12)


def test_teaching_follows_the_cells_when_they_change_places(alignment, training):
    """A rule that knew roles or places would not be equivariant."""
    order = np.random.default_rng(5).permutation(CELLS)
    # The mean of a mouse is summed in another order: rounding.
    permuted = synapse.consolidate(alignment[:, order])
    np.testing.assert_allclose(permuted, synapse.consolidate(alignment)[:, order], rtol=0, atol=1e-14)
    learner = training(feedback="learned")
    original = learner.delivered({"pyramidal.alignment": alignment})
    permuted = learner.delivered({"pyramidal.alignment": alignment[:, order]})
    np.testing.assert_allclose(permuted, original[:, order], rtol=0, atol=1e-14)
    assert np.abs(original).max() == 1


def test_learned_teaching_depends_on_the_alignment_alone(alignment, training, monkeypatch):
    learner = training(feedback="learned")
    alone = learner.delivered({"pyramidal.alignment": alignment})
    generator = np.random.default_rng(6)
    state = {name: generator.random(np.shape(values)) for name, values in learner.first_state().items()}
    np.testing.assert_array_equal(learner.delivered(state | {"pyramidal.alignment": alignment}), alone)

    def unreadable(*_):
        raise AssertionError("the roles were read")

    monkeypatch.setattr(learner.cohort, "readout_weights", unreadable)
    monkeypatch.setattr(learner.cohort, "roles", unreadable)
    np.testing.assert_array_equal(learner.delivered({"pyramidal.alignment": alignment}), alone)


def test_what_a_synapse_uses_to_learn_its_sign_is_its_own_or_sent_to_it():
    own = {"ca_soma", "activity_mean", "activity_variance", "alignment", "deviation", "correlation"}
    sent = {"closed_loop", "cursor", "cursor_mean", "cursor_deviation", "cursor_variance"}
    constant = set(synapse.PARAMETERS) | set(synapse.CURSOR_PARAMETERS) | {"frame_interval", "sqrt"}
    used = get_identifiers(synapse.FRAME) | get_identifiers(synapse.CURSOR_FRAME)
    assert used <= own | sent | constant
    assert not used & {"readout_weight", "role", "feedback_apical", "feedback_soma", "cell", "i", "x"}


def test_aligned_teaching_has_the_sign_of_the_role_and_spares_the_others(training):
    given = training(feedback="aligned").delivered({})
    np.testing.assert_array_equal(given[:, :10], np.tile([1] * 5 + [-1] * 5, (MICE, 1)))
    assert not given[:, 10:].any()


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_removes_one_thing(condition, training, alignment):
    changed, control = training(condition=condition), training()
    values, reference = changed.fixed, control.fixed
    different = {name for name in values if not np.array_equal(values[name], reference[name])}
    expected = {
        "light_only": {"readout.session_light"},
        "ndnf_opto": {"readout.session_light", "ndnf.opsin"},
        "no_ndnf": {"ndnf.release"},
    }
    assert different == expected.get(condition, set())
    state = {"pyramidal.alignment": alignment}
    same = np.array_equal(changed.delivered(state), control.delivered(state))
    assert same == (condition not in {"scalar", "no_teaching", "shuffled", "random_feedback"})
    at_soma = changed._current(np.ones_like(alignment))["pyramidal.feedback_soma"]
    assert at_soma.any() == (condition == "somatic_teaching")
