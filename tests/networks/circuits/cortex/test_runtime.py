"""The network on NumPy, where nothing is compiled."""

import numpy as np
import pytest
from brian2 import StateMonitor, second

from apical.networks.circuits.cortex.network import build
from apical.networks.circuits.cortex.values import values
from apical.networks.devices.runtime import arrays_of
from apical.networks.experiments.spontaneous.activity import events, offsets, roles, statistics
from apical.networks.experiments.spontaneous.run import on_runtime

BRIEF = 0.04  # seconds


@pytest.fixture(scope="module")
def run(numpy_runtime, tiny):
    """(seed, other values) to arrays of a brief run."""

    def go(seed=1, **changed):
        s = tiny().structure
        arrays, _ = on_runtime(s, values(s, seed, BRIEF) | changed)
        return s, arrays

    return go


@pytest.fixture(scope="module")
def once(run):
    return run()


def test_synapses_are_those_of_the_samplers(once):
    s, arrays = once
    for c in s.connections:
        source, target = c.sampler.pairs(1)
        assert np.array_equal(arrays[f"{c.name}._synaptic_pre"], source), c.name
        assert np.array_equal(arrays[f"{c.name}._synaptic_post"], target), c.name


def test_delays_differ_between_synapses_as_published(numpy_runtime, tiny):
    s = tiny().structure

    def delays(seed):
        def give_seed(network):
            for group in s.groups:
                network[group].seed = seed

        network = build(s, give_seed)
        return {c.name: np.array(network[c.name].delay_) for c in s.connections}

    found, again, other = delays(1), delays(1), delays(2)
    for c in s.connections:
        delay, mean = found[c.name], 1.5e-3 if c.kind == "E" else 0.75e-3  # Potjans & Diesmann 2014
        assert np.array_equal(delay, again[c.name])
        assert delay.min() >= 1e-4 and delay.max() <= 2 * mean
        if delay.size > 500:
            # With a s.d. of half the mean before numbers beyond two s.d. became two s.d., .96 of it after.
            assert delay.mean() == pytest.approx(mean, abs=5 * mean / 2 / np.sqrt(delay.size)), c.name
            assert delay.std() == pytest.approx(0.96 * mean / 2, rel=5 / np.sqrt(2 * delay.size)), c.name
            assert not np.array_equal(delay[:100], other[c.name][:100])


def test_the_same_seed_gives_the_same_spikes_and_another_others(run, once):
    s, arrays = once
    spikes = events(s, arrays)
    assert spikes.time.size > 10
    again, other = (events(s, run(seed)[1]) for seed in (1, 2))
    assert np.array_equal(spikes.time, again.time) and np.array_equal(spikes.neuron, again.neuron)
    assert not np.array_equal(spikes.neuron, other.neuron)


def test_spikes_are_numbered_through_the_populations(once):
    s, arrays = once
    spikes = events(s, arrays)
    first = offsets(s)
    for name, (group, low, high) in s.places.items():
        index = arrays[f"{group}_spikes.i"]
        mine = (spikes.neuron >= first[name]) & (spikes.neuron < first[name] + s.sizes[name])
        assert mine.sum() == np.sum((index >= low) & (index < high))
    assert np.all(np.diff(spikes.time) >= 0)


def test_inhibition_lowers_and_excitation_raises_the_currents_of_its_targets(run):
    s, _ = run()
    silent = {f"{g}.kick_i_input": np.zeros(sum(s.sizes[p] for p in n)) for g, n in s.groups.items()}
    silent["pyramidal.kick_i_input_apical"] = np.zeros(s.sizes["L5 thick"] + s.sizes["L5 thin"])
    none = {f"{g}.mean_i_input": 0 * silent[f"{g}.kick_i_input"] for g in s.groups}
    none |= {f"{g}.i_input": 0 * silent[f"{g}.kick_i_input"] for g in s.groups}
    for driven, sign in (("pv", -1), ("pyramidal", 1)):
        mean = {f"{driven}.mean_i_input": none[f"{driven}.mean_i_input"] + 2e-9}
        _, arrays = run(**silent | none | mean)
        assert arrays[f"{driven}_spikes.i"].size > 0
        low, high = arrays["point.v"].min(), arrays["point.v"].max()
        rest = -0.065
        assert (low < rest - 1e-3) if sign < 0 else (high > rest + 1e-3), driven


def test_statistics_know_the_ranges_and_the_plateaus(once):
    s, arrays = once
    rows = statistics(s, events(s, arrays), events(s, arrays, plateaus=True), 1.0)
    assert [r["population"] for r in rows] == list(s.sizes)
    for r in rows:
        assert r["in_range"] == (r["low"] <= r["rate"] <= r["high"])
        assert (r["plateau_rate"] is None) == (r["population"] not in ("L5 thick", "L5 thin"))


def test_the_time_of_a_plateau_is_its_onset(numpy_runtime, tiny):
    s = tiny().structure
    given = values(s, 1, 0.06, biases={"L5 thick.i_input_apical": 1500})

    def prepare(network):
        for name, value in given.items():
            group, variable = name.split(".")
            if group in network:
                network[group].variables[variable].set_value(value)

    network = build(s, prepare)
    prepare(network)
    potential = StateMonitor(network["pyramidal"], "v_apical", record=True, clock=network["pyramidal"].clock)
    network.add(potential)
    network.run(0.06 * second)
    found = events(s, arrays_of(network), plateaus=True)
    assert found.time.size > 5
    for time, neuron in zip(found.time, found.neuron - offsets(s)["L5 thick"], strict=True):
        step = round(time / 1e-4)
        above = np.asarray(potential.v_apical[neuron]) > -38e-3
        assert above[step : step + 150].all() and not above[step - 1]


def test_the_first_thick_tufted_cells_are_those_of_the_interface(tiny):
    found = roles(tiny(scale=0.1).structure)
    assert found.tolist() == ["P+"] * 5 + ["P-"] * 5 + ["P0"] * (found.size - 10)
