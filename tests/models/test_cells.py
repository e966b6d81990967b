"""A cell in a script of one's own is the cell of the experiments."""

import numpy as np
import pytest
from brian2 import Clock, EventMonitor, Network, SpikeMonitor, StateMonitor, TimedArray, ms, mV, nA, nS, pA

from apical.equations import noise
from apical.models.cells import CELLS, NAUD_SPREKELER
from apical.models.interneurons import interneurons
from apical.networks.experiments.current_clamp import experiment

pytestmark = pytest.mark.usefixtures("numpy_runtime")


@pytest.mark.parametrize("cell", CELLS.values(), ids=str)
def test_nothing_happens_at_rest(cell):
    group = cell.group(2)
    spikes, plateaus = SpikeMonitor(group), EventMonitor(group, "plateau")
    potentials = StateMonitor(group, list(cell.compartments.values()), record=True, dt=1 * ms)
    Network(group, spikes, plateaus, potentials).run(200 * ms)
    assert spikes.num_spikes == plateaus.num_events == 0
    for name in cell.compartments.values():
        potential = getattr(potentials, name) / mV
        # The calcium current that is open at rest lifts the soma by 0.3 mV; a spike that only propagates back by 20 mV.
        np.testing.assert_allclose(potential, potential[0, 0], rtol=0, atol=0.5)


@pytest.mark.parametrize("cell", CELLS.values(), ids=str)
def test_a_current_makes_it_fire_as_in_the_experiment(cell):
    soma, apical = [0.4, 0.8, 0.6], [0.0, 0.0, 0.9]
    stimuli = [
        {f"{name}_{site}": value for site in ("soma", "apical") for name, value in (("onset", 20), ("width", 80))}
        | {"amplitude_soma": s, "amplitude_apical": a}
        for s, a in zip(soma, apical, strict=True)
    ]
    expected = experiment(cell, stimuli, 150, compiled=False).spikes
    group = cell.group(3)
    spikes, network = SpikeMonitor(group), Network(group)
    network.add(spikes)
    network.run(20 * ms)
    group.i_soma, group.i_apical = soma * nA, apical * nA
    network.run(80 * ms)
    group.i_soma = group.i_apical = 0 * nA
    network.run(50 * ms)
    assert [train.size for train in expected][1] > 2
    for n, train in enumerate(expected):
        np.testing.assert_allclose(spikes.spike_trains()[n] / ms, train, atol=1e-6)


def test_parameters_of_a_group_may_differ_between_its_cells_and_are_checked():
    cell = CELLS["naud_sprekeler"]
    group = cell.group(2, {"b_soma": [0, -400] * pA, "g_gaba": 3 * nS})
    spikes = SpikeMonitor(group)
    group.i_soma = 700 * pA
    Network(group, spikes).run(300 * ms)
    assert spikes.count[0] > 1.5 * spikes.count[1] > 0, "adaptation slows a cell down"
    assert group.g_gaba == 3 * nS
    with pytest.raises(ValueError, match="unknown parameter 'b_som'; did you mean 'b_soma'"):
        cell.group(2, {"b_som": 1 * pA})
    with pytest.raises(ValueError, match="b_soma is a quantity in amp"):
        cell.group(2, {"b_soma": 1 * ms})


def test_a_current_may_be_that_of_an_equation():
    group = CELLS["naud_sprekeler"].group(1)
    steps = TimedArray([0, 0.8, 0] * nA, dt=100 * ms)
    group.namespace["steps"] = steps
    group.run_regularly("i_soma = steps(t)", when="start")
    spikes = SpikeMonitor(group)
    Network(group, spikes).run(300 * ms)
    assert spikes.count[0] and np.all((spikes.t > 100 * ms) & (spikes.t < 230 * ms))


def test_what_a_script_adds_to_a_group_stays_out_of_the_cell(numpy_runtime):
    before = set(NAUD_SPREKELER.functions)
    NAUD_SPREKELER.group(1).namespace["mine"] = 1.0
    interneurons("pv", 1, Clock(0.1 * ms)).namespace["mine"] = 1.0
    assert set(NAUD_SPREKELER.functions) == set(noise.FUNCTIONS) == before
