"""The CUDA program on a GPU: the C++ program's spikes and weights in every bit."""

import json

import numpy as np
import pytest

from apical.networks.experiments.spontaneous.activity import events
from apical.networks.experiments.spontaneous.options import checked
from apical.networks.experiments.spontaneous.run import simulate
from apical.networks.training.cohort import Cohort
from apical.networks.training.config import Config
from apical.networks.training.run import train

pytestmark = [pytest.mark.gpu, pytest.mark.slow]

COHORT = dict(mice=13, cells=80, threads=1)  # 1040 pyramidal cells, no multiple of a block of threads
GPU = dict(device="cuda_standalone", **COHORT)
DURATION = 0.4


def test_spikes_weights_and_state_are_those_of_the_cpp_program(excerpt, differences):
    expected, found = excerpt(Config(**COHORT), DURATION), excerpt(Config(**GPU), DURATION)
    assert expected.events("spikes")[0].sum() > 500
    assert (np.ptp(expected.state("feed_forward.w"), axis=1) > 0).all()
    assert differences(expected, found) == []


def test_a_run_is_the_same_again(excerpt, differences):
    assert differences(excerpt(Config(**GPU), DURATION), excerpt(Config(**GPU), DURATION)) == []


def test_a_value_given_to_the_program_acts_as_in_the_cpp_program(excerpt, differences):
    other = {"eta": "0.5 pA", "g_gaba": "5 nS"}
    found = excerpt(Config(**GPU, parameters=other), DURATION)
    assert "feed_forward.w" in differences(found, excerpt(Config(**GPU), DURATION))
    assert differences(found, excerpt(Config(**COHORT, parameters=other), DURATION)) == []
    assert Cohort(Config(**GPU, parameters=other)).program.was_cached


def test_single_precision_fires_as_often(excerpt):
    double, single = (
        excerpt(Config(**GPU, precision=precision), DURATION).events("spikes")[0].sum()
        for precision in ("double", "single")
    )
    assert abs(single - double) < 0.05 * double


def test_a_short_day_trains_to_the_spikes_of_the_cpp_program(brief_days, tmp_path):
    hashes = []
    for options in (COHORT, GPU):
        run = train(Config(**options, days=1, protocol="short"), tmp_path / options.get("device", "cpp"))
        hashes.append(json.loads((run / "run.json").read_text())["spike_sha256"])
    assert hashes[0] == hashes[1]


def test_the_cortical_network_fires_the_spikes_of_the_cpp_program():
    found = []
    for device in ("cpp_standalone", "cuda_standalone"):
        config = checked(scale=0.02, in_degree=0.1, seconds=0.4, device=device)
        found.append(events(config.structure, simulate(config)[0]))
    expected, cuda = found
    assert expected.time.size > 2000
    np.testing.assert_array_equal(expected.neuron, cuda.neuron)
    np.testing.assert_array_equal(expected.time, cuda.time)
