"""A mouse is the same alone, in any cohort, on any number of threads and on each device."""

import numpy as np
import pytest

from apical.networks.training.cohort import Cohort
from apical.networks.training.config import Config
from apical.networks.training.day import Training

# Not a multiple of eight: the last cells of a vector loop are computed by its scalar remainder.
CELLS = 21

pytestmark = pytest.mark.usefixtures("brief_days")


@pytest.fixture
def train(tmp_path):
    """Train for two days: (options) to the record of day 2 and the slow state after it."""

    def days(**options):
        training = Training(Cohort(Config(cells=CELLS, protocol="short", **options)))
        state = training.first_state()
        for day in (1, 2):
            record, state, _ = training.day(day, state, tmp_path / f"{len(list(tmp_path.iterdir()))}")
        return record, state

    return days


def spikes_of(record, mouse):
    ends = np.cumsum(record["spike_row_size"])
    part = slice(ends[mouse] - record["spike_row_size"][mouse], ends[mouse])
    return record["spike_cell"][part], record["spike_step"][part]


def same_mouse(one, other):
    """Whether two (training, mouse) pairs have identical spikes and slow state."""
    (record, state), mouse = one
    (other_record, other_state), other_mouse = other
    spikes = zip(spikes_of(record, mouse), spikes_of(other_record, other_mouse), strict=True)
    return all(np.array_equal(a, b) for a, b in spikes) and all(
        np.array_equal(state[name][mouse], other_state[name][other_mouse]) for name in state
    )


def test_a_mouse_in_a_cohort_is_the_same_mouse_alone(train):
    cohort = train(mice=4, threads=2)
    assert cohort[0]["spike_row_size"].min() > 500
    assert same_mouse((cohort, 3), (train(mice=1, first_mouse=3), 0))
    assert not same_mouse((cohort, 3), (cohort, 2))


def test_threads_do_not_change_the_result_and_seeds_do(train):
    one, again, two = train(mice=2, threads=1), train(mice=2, threads=1), train(mice=2, threads=2)
    other_seed = train(mice=2, threads=1, seed=2)
    for mouse in (0, 1):
        assert same_mouse((one, mouse), (again, mouse))
        assert same_mouse((one, mouse), (two, mouse))
        assert not same_mouse((one, mouse), (other_seed, mouse))


def test_parameters_that_differ_between_mice_act_on_each_mouse_alone(train):
    rates = ["0.03 pA", "0.12 pA"]
    cohort = train(mice=2, threads=1, parameters={"eta": rates})
    for mouse in (0, 1):
        alone = train(mice=1, first_mouse=mouse, parameters={"eta": rates[mouse]})
        assert same_mouse((cohort, mouse), (alone, 0))


def test_other_values_and_conditions_compile_nothing():
    Cohort(Config(mice=2, cells=CELLS, threads=1))
    other = Config(mice=2, cells=CELLS, threads=1, condition="ndnf_opto", seed=7, parameters={"g_gaba": "1 nS"})
    assert Cohort(other).program.was_cached


def test_the_runtime_device_agrees_with_the_compiled_program(tmp_path, numpy_runtime):
    spikes, voltages = {}, {}
    for device in ("cpp_standalone", "runtime"):
        training = Training(Cohort(Config(mice=2, cells=CELLS, protocol="short", threads=1, device=device)))
        results = training._run(1, 0, training.first_state(), tmp_path / device, 1.0)
        spikes[device] = results.events("spikes")
        voltages[device] = results.state("pyramidal.v_soma")
    # NumPy rounds exp, log and cos differently in the last place, too little to move a spike within a second.
    for compiled, runtime in zip(spikes["cpp_standalone"], spikes["runtime"], strict=True):
        np.testing.assert_array_equal(compiled, runtime)
    np.testing.assert_allclose(voltages["cpp_standalone"], voltages["runtime"], atol=1e-9)


def test_conductance_cells_fire_as_in_vivo_and_alike_at_any_place_of_a_cohort(excerpt):
    options = {"mice": 2, "cells": 13, "protocol": "short", "threads": 1, "pyramidal": "conductance"}
    seconds = 20.0
    first, second = (excerpt(Config(first_mouse=n, **options), seconds) for n in (0, 1))
    one, other = (r.events("spikes") for r in (first, second))
    assert np.array_equal(one[1][one[0][0] :], other[1][: other[0][0]])  # mouse 1: its cells,
    assert np.array_equal(one[2][one[0][0] :], other[2][: other[0][0]])  # and steps
    assert one[0][0] != one[0][1]
    events, bursts = (first.state(f"pyramidal.{name}_count").sum() for name in ("event", "burst"))
    assert 3 < events / (2 * 13 * seconds) < 8
    assert 0.1 < bursts / events < 0.3
    lit = excerpt(Config(condition="ndnf_opto", **options), seconds)
    # Light leaves about a fifth of the plateaus; 300 of them in the dark.
    assert lit.events("plateaus")[0].sum() < 0.4 * first.events("plateaus")[0].sum()
