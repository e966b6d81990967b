import logging

import numpy as np
import pytest
from brian2 import Clock, NeuronGroup, TimedArray, get_device, linked_var, ms, mV, pA, prefs, set_device

from equations.task import FRAME_RATE
from models.pyramidal import LINKED, PARAMETERS, pyramidal_cells


@pytest.fixture(scope="module")
def numpy_runtime():
    """Brian2's runtime device with the NumPy target: nothing is compiled. Both are restored."""
    logging.getLogger("brian2").setLevel(logging.INFO)  # a failing test shows no generated code
    device, target = get_device(), prefs.codegen.target
    set_device("runtime")
    prefs.codegen.target = "numpy"
    yield
    prefs.codegen.target = target
    set_device(device)


@pytest.fixture(scope="session")
def ornstein_uhlenbeck():
    """Make Ornstein-Uhlenbeck noise of unit variance: (shape, correlation time in samples, generator)."""

    def make(shape, tau, generator):
        decay = np.exp(-1 / tau)
        x = generator.standard_normal(shape)
        for k in range(1, shape[-1]):
            x[..., k] = decay * x[..., k - 1] + np.sqrt(1 - decay**2) * x[..., k]
        return x

    return make


@pytest.fixture(scope="session")
def resting_cells():
    """Make pyramidal cells at rest, without bias and noise unless given, and a group in place of their mice.

    (count, dt in ms, other parameters) to (cells, mice, clock of the steps, clock of the frames)
    """

    def make(count, dt, **values):
        clock, frames = Clock(dt * ms, name="step_clock"), Clock(1 / FRAME_RATE, name="frame_clock")
        cells = pyramidal_cells(count, frozenset(), clock, frames)
        mice = NeuronGroup(count, "".join(f"{n} : {unit}\n" for n, unit in LINKED.items()), clock=clock)
        for name in LINKED:
            setattr(cells, name, linked_var(mice, name))
        none = dict.fromkeys(("i_bias_soma", "i_bias_apical", "sigma_soma", "sigma_apical"), 0 * pA)
        for name, parameter in PARAMETERS.items():
            setattr(cells, name, (none | values).get(name, parameter.value))
        cells.v_soma = cells.v_apical = -70 * mV
        cells.v_threshold = -50 * mV
        cells.last_spike = round(-1000 / dt)
        cells.f0 = 1
        mice.cursor_variance = 1
        return cells, mice, clock, frames

    return make


@pytest.fixture(scope="session")
def forced_spikes():
    """Make the mV that lift each cell over any threshold: (times of each cell in ms, duration, dt)."""

    def make(times, duration, dt):
        lift = np.zeros((round(duration / dt) + 1, len(times)))
        for cell, row in enumerate(times):
            lift[np.rint(np.array(row) / dt).astype(int), cell] = 100
        return TimedArray(lift * mV, dt=dt * ms)

    return make
