"""Interneurons and their synapses against closed forms."""

import numpy as np
import pytest
from brian2 import Clock, Network, NeuronGroup, SpikeGeneratorGroup, SpikeMonitor, StateMonitor, ms, mV, nS, pA, second
from scipy.optimize import brentq

from apical.equations import noise
from apical.equations.interneurons import neurogliaform, pv, som, synapses
from apical.equations.parameters import declarations
from apical.models.interneurons import TYPES, connection, interneurons, set_parameters, volume_transmission

pytestmark = pytest.mark.usefixtures("numpy_runtime")

DT = 0.1  # ms


def si(table, *names):
    return [float(table[name].value) for name in names]


@pytest.mark.parametrize("kind", TYPES)
def test_a_cell_without_current_stays_at_rest(kind):
    clock = Clock(DT * ms)
    cells = interneurons(kind, 1, clock)
    spikes, voltage = SpikeMonitor(cells), StateMonitor(cells, "v", record=True)
    Network(cells, spikes, voltage).run(300 * ms)
    assert spikes.num_spikes == 0
    np.testing.assert_allclose(voltage.v / mV, cells.e_leak / mV, atol=0.7)


def test_rates_are_those_of_the_leaky_integrator_when_the_spike_starts_sharply():
    clock, currents = Clock(0.02 * ms), np.array([250, 300, 400])
    cells = interneurons("pv", currents.size, clock)
    cells.d_spike = 0.01 * mV
    cells.i_stimulus = currents * pA
    spikes = SpikeMonitor(cells)
    Network(cells, spikes).run(500 * ms)
    g, c, leak, threshold, reset, dead = si(
        pv.PARAMETERS, "g_leak", "c_membrane", "e_leak", "v_spike", "v_reset", "refractory_period"
    )
    drive = currents * 1e-12 / g
    period = dead + c / g * np.log((drive - reset + leak) / (drive - threshold + leak))
    for n in range(currents.size):
        assert np.diff(spikes.t[spikes.i == n] / second).mean() == pytest.approx(period[n], rel=0.02)


@pytest.mark.parametrize(("cell", "rheobase"), [(pv, 200e-12), (som, 25e-12)], ids=["pv", "som"])
def test_the_spike_starts_where_the_published_rheobase_puts_it(cell, rheobase):
    g, leak, start, slope = si(cell.PARAMETERS, "g_leak", "e_leak", "v_spike", "d_spike")
    a = si(cell.PARAMETERS, "a_adaptation")[0] if cell is som else 0
    # The largest current that leak, adaptation and spike current still balance.
    v = start + slope * np.log(1 + a / g)
    assert (g + a) * (v - leak) - g * slope * np.exp((v - start) / slope) == pytest.approx(rheobase, rel=1e-4)


def test_neurogliaform_cells_settle_where_their_currents_balance():
    clock, currents = Clock(DT * ms), np.array([-50.0, 0.0, 50.0])
    cells = interneurons("neurogliaform", 3, clock)
    cells.i_stimulus = currents * pA
    Network(cells).run(2 * second)
    p = {name: float(parameter.value) for name, parameter in neurogliaform.PARAMETERS.items()}

    def balance(v, current):
        sigmoid = lambda x: 1 / (1 + np.exp(-x))  # noqa: E731
        gates = sigmoid((v - p["v_open"]) / p["d_open"]) * sigmoid((p["v_inactive"] - v) / p["d_inactive"])
        spike = p["d_spike"] * np.exp((v - p["v_spike"]) / p["d_spike"])
        return p["g_leak"] * (p["e_leak"] - v + spike) + p["g_potassium"] * gates * (p["e_potassium"] - v) + current

    expected = [brentq(balance, -0.1, -0.05, args=(current * 1e-12,)) for current in currents]
    np.testing.assert_allclose(np.asarray(cells.v), expected, atol=5e-6)


@pytest.mark.parametrize("receptor", ["a", "b"])
def test_slow_receptors_peak_at_one_at_the_time_of_two_exponentials(receptor):
    clock = Clock(DT * ms)
    table = synapses.SLOW_PARAMETERS
    equations = synapses.SLOW + declarations(table)
    dendrite = NeuronGroup(1, equations, method="euler", namespace=noise.FUNCTIONS, clock=clock)
    set_parameters(dendrite, table)
    source = SpikeGeneratorGroup(1, [0], [0] * ms, clock=clock)
    monitor = StateMonitor(dendrite, f"gaba_{receptor}", record=True, clock=clock)
    Network(dendrite, source, volume_transmission(source, dendrite, clock), monitor).run(300 * ms)
    trace = np.asarray(getattr(monitor, f"gaba_{receptor}"))[0]
    rise, decay = si(table, f"tau_rise_{receptor}", f"tau_decay_{receptor}")
    peak = 1e3 * np.log(decay / rise) * rise * decay / (decay - rise)
    assert DT * np.argmax(trace) == pytest.approx(peak, rel=0.02)
    assert trace.max() == pytest.approx(1, rel=0.01)


PLASTIC = {
    "pyramidal to PV": synapses.PYRAMIDAL_DEPRESSING,
    "pyramidal to SOM": synapses.PYRAMIDAL_FACILITATING,
    "interneurons": synapses.INHIBITORY_DEPRESSING,
}


@pytest.mark.parametrize("rate", [5.0, 50.0])
@pytest.mark.parametrize("kind", PLASTIC)
def test_a_regular_train_brings_release_to_its_steady_state(kind, rate):
    kinds = next(k for k, c in synapses.CONNECTIONS.items() if c.dynamics is PLASTIC[kind])
    clock = Clock(1 * ms)
    times = np.arange(0, 6, 1 / rate)
    source = SpikeGeneratorGroup(1, np.zeros(times.size, int), times * second, clock=clock)
    target = interneurons(kinds[1], 1, clock)
    made = connection(source, target, kinds, clock)
    Network(source, target, made).run((times[-1] + 1.5e-3) * second)
    rest, step, depression, facilitation = si(PLASTIC[kind], "u_rest", "u_step", "tau_depression", "tau_facilitation")
    kept_u, kept_x = np.exp(-1 / (rate * facilitation)), np.exp(-1 / (rate * depression))
    # Before a spike u and x are what they were before the last; thirty spikes leave 1e-4 of the start.
    u = (rest * (1 - kept_u) + step * kept_u) / (1 - (1 - step) * kept_u)
    x = (1 - kept_x) / (1 - (1 - u) * kept_x)
    assert float(made.u[0]) == pytest.approx(u + step * (1 - u), rel=1e-4)
    assert float(made.x[0]) == pytest.approx(x * (1 - u), rel=1e-4)


@pytest.mark.parametrize("kinds", synapses.CONNECTIONS, ids=" to ".join)
def test_a_first_spike_opens_the_weight_at_its_own_receptor(kinds):
    clock = Clock(DT * ms)
    source = SpikeGeneratorGroup(1, [0], [0] * ms, clock=clock)
    target = interneurons(kinds[1], 1, clock)
    Network(source, target, connection(source, target, kinds, clock)).run(DT * ms)
    kind = synapses.CONNECTIONS[kinds]
    opened = {"ampa": target.g_ampa[0] / nS, "gaba": target.g_gaba_fast[0] / nS}
    assert opened == {receptor: float(kind.weight / nS) * (receptor == kind.receptor) for receptor in opened}


def test_volume_transmission_reaches_all_of_a_mouse_and_no_other():
    clock = Clock(DT * ms)
    # All four cells of mouse 0 and one of mouse 1.
    source = SpikeGeneratorGroup(8, [0, 1, 2, 3, 6], [0] * 5 * ms, clock=clock)
    target = interneurons("pv", 6, clock)
    Network(source, target, volume_transmission(source, target, clock, mice=2)).run(DT * ms)
    np.testing.assert_allclose(target.late_b[:], [1, 1, 1, 0.25, 0.25, 0.25])
