"""What a compiled program would silently leave out or get wrong is refused before it is built."""

import numpy as np
import pytest
from brian2 import Clock, Network, NetworkOperation, NeuronGroup, Synapses, ms

from apical.networks.circuits.circuit import Structure, build
from apical.networks.devices.guards import check_network
from apical.networks.errors import UserError


@pytest.fixture
def network(numpy_runtime):
    """Two cells and the synapses between them: (delays in ms, one number or a list; time step of the synapses)."""

    def make(delays, dt=0.1):
        cells = NeuronGroup(2, "v : 1", threshold="v > 1", clock=Clock(0.1 * ms), name="cells")
        one = {"delay": delays * ms} if np.isscalar(delays) else {}
        synapses = Synapses(cells, cells, on_pre="v += 1", clock=Clock(dt * ms), name="synapses", **one)
        synapses.connect()
        if not one:
            synapses.delay = np.resize(delays, 4) * ms
        return Network(cells, synapses)

    return make


def test_the_circuit_of_a_cohort_passes(numpy_runtime):
    check_network(build(Structure(mice=2, cells=21)), cuda=True)


def test_python_in_the_time_loop_is_refused(network):
    python = network(1.0)
    python.add(NetworkOperation(lambda: None, name="report"))
    with pytest.raises(UserError, match="report runs Python in each step"):
        check_network(python, cuda=False)


@pytest.mark.parametrize("delays", [20.0, [0.1, 20.0]], ids=["one", "differing"])
def test_delays_may_be_long(network, delays):
    check_network(network(delays), cuda=True)


@pytest.mark.parametrize("delays", [1.0, [0.1, 1.0]], ids=["one", "differing"])
def test_delays_need_the_time_step_of_the_source_on_cuda(network, delays):
    slower = network(delays, dt=0.2)
    check_network(slower, cuda=False)
    with pytest.raises(UserError, match=r"synapses.*0.1 ms, not 0.2 ms"):
        check_network(slower, cuda=True)
