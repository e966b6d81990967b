"""Background currents, latents and the noise of NDNF+ cells: s.d. and correlation time."""

import numpy as np
import pytest
from brian2 import Clock, Network, NeuronGroup, StateMonitor, linked_var, ms, mV, pA

from apical.equations.task import FRAME_RATE
from apical.models import inputs, ndnf

COUNT = 500


def set_parameters(group, table, **values):
    for name, parameter in table.items():
        setattr(group, name, values.get(name, parameter.value))
    group.seed = 1
    group.session = 2


def background(resting_cells, compartment):
    cells, mice, clock, _ = resting_cells(COUNT, 0.5, **{f"sigma_{compartment}": 300 * pA})
    cells.cell, cells.seed, cells.session = np.arange(COUNT), 1, 2
    return [cells, mice], cells, f"i_background_{compartment}", clock, 300e-12, 0.5 / 2


def latents(resting_cells):
    clock = Clock(1 / FRAME_RATE, name="frame_clock")
    group = inputs.slow_latents(COUNT, frozenset(), clock)
    set_parameters(group, inputs.LATENT_PARAMETERS)
    group.unit = np.arange(COUNT)
    return [group], group, "latent", clock, 1.0, 1 / 15.46


def ndnf_cells(resting_cells):
    clock = Clock(0.5 * ms, name="step_clock")
    group = ndnf.ndnf_cells(COUNT, frozenset(), clock)
    dark = NeuronGroup(1, "light : 1", clock=clock)
    group.light = linked_var(dark, "light", index=np.zeros(COUNT, int))
    quiet = {"i_bias_ndnf": 0 * pA, "v_threshold_ndnf": 1000 * mV}
    set_parameters(group, ndnf.PARAMETERS, **quiet)
    group.v, group.last_spike, group.unit = -67 * mV, -2000, np.arange(COUNT)
    return [group, dark], group, "v", clock, 5e-3, 0.5 / 12


CASES = {
    "soma": lambda make: background(make, "soma"),
    "apical": lambda make: background(make, "apical"),
    "latents": latents,
    "ndnf": ndnf_cells,
}


@pytest.mark.parametrize("case", CASES)
def test_noise_has_its_sd_and_correlation_time_at_any_step(case, numpy_runtime, resting_cells):
    objects, group, name, clock, sd, step = CASES[case](resting_cells)
    settle, steps = round(5 / step), 200
    monitor = StateMonitor(group, name, record=True, clock=clock)
    Network(*objects, monitor).run((settle + steps) * clock.dt)
    x = np.asarray(getattr(monitor, name))[:, settle:]
    x = x - x.mean()
    decay = np.mean(x[:, 1:] * x[:, :-1]) / np.mean(x**2)
    # Independent samples: one per cell and two correlation times. Four standard errors of an s.d.,
    # 1/sqrt(2 n), and of the decay of an autoregressive process, sqrt((1 - decay^2)/samples).
    independent = COUNT * (1 + steps * step / 2)
    assert x.std() / sd == pytest.approx(1, abs=4 / np.sqrt(2 * independent))
    assert decay == pytest.approx(1 - step, abs=4 * np.sqrt((1 - (1 - step) ** 2) / x.size))
