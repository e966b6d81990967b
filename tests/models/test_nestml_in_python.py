"""The NESTML twins as NESTML's Python target runs them, without NEST, beside the Brian2 equations."""

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from brian2 import Clock, Network, SpikeMonitor, StateMonitor, ms, mV, pA

from apical import models
from apical.models.interneurons import interneurons
from apical.networks.nest.in_brian import INTERNEURONS, PYRAMIDAL, inject, pyramidal_cells

pytest.importorskip("pynestml", reason='needs NESTML; pip install "apical[test]"')
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("numpy_runtime")]

DT = 0.1  # ms
DURATION = 150  # ms
#: Somatic current in pA from 10 ms on: several spikes of each type.
CURRENT = {PYRAMIDAL: 700, "ndnf_neuron": 260, "pv_neuron": 300, "som_neuron": 150}
GENERATE = """
import sys
from pynestml.frontend.pynestml_frontend import generate_python_standalone_target
generate_python_standalone_target(sys.argv[2:], target_path=sys.argv[1], module_name="twins", logging_level="ERROR")
"""


@pytest.fixture(scope="module")
def twins(tmp_path_factory):
    """Make a neuron of the generated package: name to object."""
    folder = tmp_path_factory.mktemp("python_target")
    sources = sorted((Path(models.__path__[0]) / "nestml").glob("*_neuron.nestml"))
    command = [sys.executable, "-c", GENERATE, folder / "twins", *sources]
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-500:]
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)

        def make(name):
            module = importlib.import_module(f"twins.{name}")
            module.random_normal = lambda mean, deviation: mean  # this target has no random numbers
            return getattr(module, f"Neuron_{name}")(DT)

        yield make
    for name in [name for name in sys.modules if name.split(".")[0] == "twins"]:
        del sys.modules[name]


def in_python(neuron, current):
    """Somatic voltage (mV) after, and number of, the steps with a spike under `current` (pA, one per ms)."""
    voltage, spikes, name = [], [], "v_soma" if hasattr(neuron, "get_v_soma") else "v"
    for step in range(round(DURATION / DT)):
        neuron.B_.i_stimulus = current[int(step * DT + 1e-9)]
        neuron.step(step * DT, DT)
        voltage.append(getattr(neuron, f"get_{name}")())
        if neuron.get_since_spike() == 0:
            spikes.append(step)
    return np.array(voltage), np.array(spikes)


def in_brian(name, current):
    clock = Clock(DT * ms)
    if name == PYRAMIDAL:
        cells = pyramidal_cells(1, clock, "rk4")
        cells.sigma_soma = cells.sigma_apical = 0 * pA
        cells.i_bias_apical = 200 * pA
        inject(cells, "i_bias_soma", current[None])
        shown = "v_soma"
    else:
        cells = interneurons(INTERNEURONS[name], 1, clock)
        cells.state_updater.method_choice = "rk4"
        inject(cells, "i_stimulus", current[None])
        shown = "v"
    spikes, trace = SpikeMonitor(cells), StateMonitor(cells, shown, record=True, when="end", clock=clock)
    Network(cells, *cells.contained_objects, spikes, trace).run(DURATION * ms)
    return np.asarray(getattr(trace, shown)[0] / mV), np.rint(spikes.t / (DT * ms)).astype(int)


@pytest.mark.parametrize("name", CURRENT)
def test_spikes_and_potential_are_those_of_the_brian2_equations(name, twins):
    current = np.where(np.arange(DURATION + 1) < 10, 0.0, CURRENT[name])
    python, brian = in_python(twins(name), current), in_brian(name, current)
    assert len(python[1]) >= 3
    np.testing.assert_array_equal(python[1], brian[1])
    # Both integrate to better than 1 uV in a step; a spike, whose upstroke is cut, may be wrong by more.
    assert np.median(np.abs(python[0] - brian[0])) < 0.01
