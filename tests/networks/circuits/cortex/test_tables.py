"""Numbers, in-degrees and currents against those of Potjans & Diesmann 2014."""

import re
from pathlib import Path

import numpy as np
import pytest
from brian2 import mV, pA

from apical.equations.currents import PARAMETERS, background, pulse
from apical.equations.point import PARAMETERS as POINT
from apical.networks.circuits.cortex.network import Cortex
from apical.networks.circuits.cortex.populations import BASE_NUMBERS, POPULATIONS, numbers
from apical.networks.circuits.cortex.projections import STRONG, projections
from apical.networks.circuits.cortex.values import afferent, values, weights
from apical.networks.experiments.spontaneous.options import checked


def total(source, target):
    """In-degree of the base: mean over the target's parts of the sum over the source's."""
    parts = {n: p.share for n, p in POPULATIONS.items() if p.base == target}
    found = {n: sum(p.in_degree for p in projections() if p.target == n and p.source.startswith(source)) for n in parts}
    return sum(parts[n] * found[n] for n in parts) / sum(parts.values())


def test_the_full_network_has_the_neurons_of_the_base():
    found = numbers(1.0)
    for base in BASE_NUMBERS:
        if base != "L1I":
            parts = sum(found[name] for name, p in POPULATIONS.items() if p.base == base)
            assert abs(parts - BASE_NUMBERS[base]) <= 1
    assert sum(BASE_NUMBERS.values()) - BASE_NUMBERS["L1I"] == 77169


@pytest.mark.parametrize(("scale", "near"), [(1.0, r"77,?7\d\d"), (0.02, r"1,?55\d(?= neurons)")])
def test_the_pages_name_the_numbers_of_neurons_that_there_are(scale, near):
    root = Path(__file__).parents[4]
    for page in (root / "README.md", *(root / "docs").glob("*.md")):
        found = {int(number.replace(",", "")) for number in re.findall(near, page.read_text())}
        assert found <= {sum(numbers(scale).values())}, page


def test_in_degrees_are_those_of_the_base():
    # K = ln(1 - C) / ln(1 - 1/(N_pre N_post)) / N_post, by hand
    assert total("L23 E", "L23E") == pytest.approx(20683 * -np.log(1 - 0.1009), rel=1e-4)
    assert total("L4 E", "L4I") == pytest.approx(21915 * -np.log(1 - 0.0794), rel=1e-4)
    # All inhibition of the base is of PV cells; SOM cells reach the dendrites of layer 5 besides.
    assert total("L5 PV", "L5E") == pytest.approx(1065 * -np.log(1 - 0.3726), rel=1e-4)
    assert total("L4 PV", "L4E") == pytest.approx(5479 * -np.log(1 - 0.135), rel=1e-4)
    assert total("L5 SOM", "L5E") == pytest.approx(0.45 * 1065 * -np.log(1 - 0.3726), rel=1e-4)


def test_signs_and_exceptions():
    found = {(p.source, p.target): p for p in projections()}
    for (source, target), p in found.items():
        assert (p.psp > 0 * mV) == POPULATIONS[source].base.endswith("E"), (source, target)
    assert ("L23 SOM", "L23 SOM") not in found and ("L5 PV", "L5 SOM") not in found
    assert {POPULATIONS[t].cell for s, t in found if POPULATIONS[s].cell == "som"} == {
        "thick",
        "thin",
        "neurogliaform",
        "canopy",
    }
    assert found["L5 SOM", "L5 thick"].compartment == "i_input_apical"
    assert found["L5 PV", "L5 thick"].compartment == "i_input"
    assert found["L4 E", "L23 E"].strength == STRONG["L4 E", "L23 E"] == 2


def test_the_current_of_a_point_cell_is_the_published_one():
    current = pulse(0.15 * mV, POINT["tau_membrane"].value, POINT["c_membrane"].value)
    assert float(current / pA) == pytest.approx(87.81, abs=0.01)  # Potjans & Diesmann 2014: 87.8 pA


def test_background_has_mean_and_variance_of_the_spikes_it_stands_for():
    rate, weight, dt = 12800.0, 87.8e-12, 1e-4
    tau = float(PARAMETERS["tau_synapse"].value)
    mean, kick = background(np.array(rate), np.array(weight), dt)
    spikes = np.random.default_rng(1).poisson(rate * dt, 400_000) * weight
    current, total = 0.0, []
    for spike in spikes:  # the synapse of Brian2 with forward Euler
        current += spike - current * dt / tau
        total.append(current)
    late = np.array(total[1000:])
    assert mean == pytest.approx(late.mean(), rel=0.01)
    decay = 1 - dt / tau
    assert kick / np.sqrt(1 - decay**2) == pytest.approx(late.std(), rel=0.02)


@pytest.mark.parametrize("in_degree", [0.05, 0.4])
def test_a_thinner_network_keeps_mean_and_variance_of_the_input(in_degree):
    full, thin = Cortex(0.1, 1.0), Cortex(0.1, in_degree)
    of_full, of_thin = weights(full), weights(thin)
    assert all(of_thin[n] ** 2 * in_degree == pytest.approx(of_full[n] ** 2) for n in of_full)

    def mean(s):
        given = values(s, 1, 1.0)
        first = s.places["L4 E"][1]
        tau = float(PARAMETERS["tau_synapse"].value)
        synaptic = 0.0
        for p in projections():
            if p.target == "L4 E":
                name = f"{s.places[p.source][0]}_to_point"
                rate = s.in_degree * p.in_degree * POPULATIONS[p.source].rate
                synaptic += rate * float(weights(s)[f"{name}.weight"]) * tau
        return given["point.mean_i_input"][first] + synaptic

    assert mean(thin) == pytest.approx(mean(full))


def test_rates_of_axons_from_elsewhere_add_to_their_targets_alone():
    rest, driven = (afferent("L4 E", "i_input", {"thalamus": rate}) for rate in (0.0, 30.0))
    assert driven[0] > rest[0] and driven[1] > rest[1]
    assert afferent("L23 E", "i_input", {"thalamus": 30.0}) == afferent("L23 E", "i_input", {})


@pytest.mark.parametrize(("scale", "part"), [(0.02, 0.1), (0.1, 0.1), (0.3, 0.3), (2.0, 1.0)])
def test_a_small_network_keeps_a_tenth_of_its_synapses(scale, part):
    assert checked(scale=scale).structure.in_degree == part
    assert checked(scale=scale, in_degree=0.05).structure.in_degree == 0.05
