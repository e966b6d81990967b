"""Synapses as a function of seed and neuron: in-degrees, order, independence."""

import numpy as np
import pytest

from apical.networks.circuits.cortex.network import Cortex
from apical.networks.circuits.cortex.sampling import Sampler

SEED = 3


@pytest.fixture(scope="module")
def sampler():
    """Two source populations onto three target populations, one of which the second source avoids."""
    outdegree = np.array([[12.5, 3.0, 0.4], [5.0, 0.0, 20.0]])
    return Sampler("example", 1, np.array([0, 4000, 6000]), np.array([0, 300, 420, 1000]), outdegree)


def test_in_degrees_are_binomial_with_the_given_mean(sampler):
    source, target = sampler.pairs(SEED)
    for p, (low, high) in enumerate(zip(sampler.first[:-1], sampler.first[1:], strict=True)):
        for q, (first, last) in enumerate(zip(sampler.targets[:-1], sampler.targets[1:], strict=True)):
            mine = target[(source >= low) & (source < high)]
            in_degree = np.bincount(mine, minlength=1000)[first:last]
            probability = sampler.outdegree[p, q] / (last - first)
            mean, variance = (high - low) * probability, (high - low) * probability * (1 - probability)
            assert abs(in_degree.mean() - mean) <= 5 * np.sqrt(variance / (last - first)) + 1e-12
            if variance:
                assert in_degree.var() == pytest.approx(variance, rel=5 * np.sqrt(2 / (last - first)))


def test_targets_come_in_order_and_rarely_twice(sampler):
    source, target = sampler.pairs(SEED)
    assert np.all(np.diff(source) >= 0)
    same = np.diff(source) == 0
    assert np.all(np.diff(target)[same] >= 0)
    assert np.mean(np.diff(target)[same] == 0) < 0.03  # only across the border of two units


def test_seeds_and_groups_differ_and_neurons_do_not_depend_on_each_other(sampler):
    once, again, other = sampler.pairs(SEED), sampler.pairs(SEED), sampler.pairs(SEED + 1)
    assert np.array_equal(once, again)
    assert once[1][:50].tolist() != other[1][:50].tolist()
    alone = sampler.target(SEED, 4321, np.arange(sampler.points(np.array([4321]))[0]))
    assert alone[alone >= 0].tolist() == once[1][once[0] == 4321].tolist()


def test_more_synapses_than_targets_are_several_of_a_pair():
    sampler = Sampler("dense", 2, np.array([0, 50]), np.array([0, 10]), np.array([[35.0]]))
    _, target = sampler.pairs(SEED)
    assert np.bincount(target, minlength=10).mean() == pytest.approx(175, rel=0.02)


def test_the_network_has_the_in_degrees_of_its_table():
    s = Cortex(0.02, 0.3)
    expected = dict(zip(("L23 E", "L4 E", "L6 E"), (0, 0, 0), strict=True))
    for c in s.connections:
        if c.target == "point":
            _, target = c.sampler.pairs(SEED)
            for name in expected:
                _, first, last = s.places[name]
                expected[name] += np.sum((target >= first) & (target < last)) / (last - first)
    from apical.networks.circuits.cortex.projections import projections

    for name, found in expected.items():
        mean = 0.3 * sum(p.in_degree for p in projections() if p.target == name)
        assert found == pytest.approx(mean, abs=5 * np.sqrt(mean / s.sizes[name]))
