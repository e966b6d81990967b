"""What a compiled program would silently leave out or get wrong is refused before it is built."""

import numpy as np
import pytest
from brian2 import Clock, Network, NetworkOperation, NeuronGroup, Synapses, ms

from networks.circuit import Structure, build
from networks.errors import UserError
from networks.guards import check_network


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


@pytest.mark.parametrize("longest, refused", [(3.1, False), (3.2, True)])
def test_delays_that_differ_may_last_31_steps_on_cuda(network, longest, refused):
    differing = network([0.1, longest])
    check_network(differing, cuda=False)
    if refused:
        with pytest.raises(UserError, match=r"synapses.*31 steps of 0.1 ms, not 32"):
            check_network(differing, cuda=True)
    else:
        check_network(differing, cuda=True)


def test_one_delay_for_all_may_be_long(network):
    check_network(network(20.0), cuda=True)


def test_one_delay_needs_the_time_step_of_the_source_on_cuda(network):
    slower = network(1.0, dt=0.2)
    check_network(slower, cuda=False)
    with pytest.raises(UserError, match=r"synapses.*0.1 ms, not 0.2 ms"):
        check_network(slower, cuda=True)
