"""The network on which Brian2 and NEST are timed: the same synapses, and spikes that are alike."""

import pytest
from brian2.stateupdaters.explicit import rk4

from apical.benchmarks import nest as recipe
from apical.networks.circuits.recurrent import SEED, Recurrent

pytestmark = [pytest.mark.nest, pytest.mark.slow]


def test_a_small_network_is_timed_in_both_engines_and_their_spikes_are_equal(nest_module, monkeypatch):
    monkeypatch.setattr(recipe, "INTEGRATORS", {"rk4": rk4})  # Euler's method takes as long to compile again
    measured, (verdict,) = recipe.measure(nest_module, [120], 30, [1], 0.5, 2, lambda text: None, check_seconds=2.0)
    brian, nest = measured
    synapses = len(Recurrent(120, 30).sampler.pairs(SEED)[0])
    for run in nest.runs:
        assert run.events / run.spikes == pytest.approx(synapses / 120)
    for name, distance in verdict.statistics.items():
        print(name, distance)
    assert verdict.equal
    (ratio,) = recipe.ratios(measured, [verdict])
    assert ratio["same_spikes"] and ratio["ratio"] > 0
    assert brian.compile > 0 and all(run.memory > 0 for m in measured for run in m.runs)
