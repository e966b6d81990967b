"""What the model is for: signed teaching sorts the weights, and the NDNF+ cells decide whether it does."""

import numpy as np
import pytest

import apical.networks.training.day
from apical.networks.training.cohort import Cohort
from apical.networks.training.config import Config
from apical.networks.training.day import Training
from apical.networks.training.protocols import Protocol

DAYS = 3


@pytest.fixture
def trained(tmp_path, monkeypatch):
    """Train four mice for three days that learn fast: (options) to the last record and state."""
    days = Protocol(baseline=120.0, closed_loop=240.0, learning_rate_scale=60.0)
    monkeypatch.setitem(apical.networks.training.day.PROTOCOLS, "short", days)

    def run(**options):
        training = Training(Cohort(Config(mice=4, cells=21, threads=2, protocol="short", **options)))
        state = training.first_state()
        for day in range(1, DAYS + 1):
            record, state, _ = training.day(day, state, tmp_path / str(len(list(tmp_path.iterdir()))))
        return record, state

    return run


def contrast(record):
    """Mean weight (pA) of the task pool on P+ minus that on P-, per mouse."""
    task = record["weight"][:, :, :50].mean(axis=2)
    return task[:, :5].mean(axis=1) - task[:, 5:10].mean(axis=1)


def test_teaching_raises_weights_of_p_plus_over_p_minus_unless_ndnf_cells_are_switched_on(trained):
    control, _ = trained(feedback="aligned")
    light, _ = trained(feedback="aligned", condition="ndnf_opto")
    led_only, _ = trained(feedback="aligned", condition="light_only")
    assert (contrast(control) > 2).all()
    # Without plateaus there are no bursts, so that no synapse learns in either direction.
    assert np.abs(contrast(light)).max() < 0.1 * contrast(control).mean()
    assert light["plateau_count"].sum() < 0.1 * control["plateau_count"].sum()
    # Light without opsin does nothing at all: identical spikes.
    np.testing.assert_array_equal(led_only["spike_step"], control["spike_step"])
    assert (led_only["light"] == 1).all() and (control["light"] == 0).all()


def test_signs_learned_locally_agree_with_the_roles(trained):
    # The scaled average would span 5 s; 100 s give the correlations of single cells the precision of a day.
    _, state = trained(parameters={"tau_alignment": "6000 s"})
    alignment = state["pyramidal.alignment"]
    alignment = alignment - alignment.mean(axis=1, keepdims=True)
    right = np.c_[alignment[:, :5] > 0, alignment[:, 5:10] < 0]
    assert right.mean() >= 0.9


@pytest.mark.parametrize("condition", ["no_teaching", "scalar"])
def test_without_signed_teaching_p_plus_and_p_minus_do_not_part(trained, condition):
    record, _ = trained(feedback="aligned", condition=condition)
    control, _ = trained(feedback="aligned")
    # The burst rule is noisy: four mice scatter by about a tenth of what teaching does.
    assert abs(contrast(record).mean()) < 0.35 * contrast(control).mean()


def test_teaching_into_the_soma_does_not_sort_weights_as_teaching_into_the_dendrite(trained):
    soma, _ = trained(feedback="aligned", condition="somatic_teaching")
    control, _ = trained(feedback="aligned")
    assert contrast(soma).mean() < 0.5 * contrast(control).mean()
