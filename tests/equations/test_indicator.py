"""The indicator against the published fit, its photon noise, and the running F0 of the BCI."""

import numpy as np
import pytest
from brian2 import Network, StateMonitor, ms

from apical.equations import indicator
from apical.networks.training.calibration import running_percentile

RATE = 15.46  # Hz


@pytest.fixture(scope="module")
def imaged_cells(numpy_runtime, resting_cells, forced_spikes):
    """Calcium and dF/F of a cell with one spike at 20 ms, and the fluorescence of 149 cells at rest."""
    count, duration, dt = 150, 500.0, 0.5
    cells, mice, clock, frames = resting_cells(count, dt)
    cells.cell, cells.seed, cells.session = np.arange(count), 1, 2
    cells.run_regularly("v_soma += lift(t, i)", clock=clock)
    calcium = StateMonitor(cells, ["ca_soma", "dff_true_soma"], record=[0], clock=clock)
    frame = StateMonitor(cells, ["fluorescence_soma"], record=True, clock=frames, when="end")
    lift = forced_spikes([[20]] + [[]] * (count - 1), duration, dt)
    Network(cells, mice, calcium, frame).run(duration * ms, namespace={"lift": lift})
    return calcium.t / ms, calcium.ca_soma[0], calcium.dff_true_soma[0], frame.fluorescence_soma[1:]


def test_a_spike_makes_the_calcium_of_the_published_fit(imaged_cells):
    time, calcium, dff, _ = imaged_cells
    t = np.maximum(time - 20.5, 0)  # the spike shows from the step after it
    fit = (1 - np.exp(-t / 16.2)) * (np.exp(-t / 95.3) + 0.24 * np.exp(-t / 398))
    # The two rise terms are merged (1 % of the peak); Euler at 0.5 ms adds dt/(2 tau)/e of each amplitude, at
    # most 0.7 % of 1.24 for the rise.
    np.testing.assert_allclose(calcium, fit, rtol=0, atol=0.01 * fit.max() + 0.007 * 1.24)
    np.testing.assert_allclose(dff, 6.84 / (1 + np.exp(-0.423 * (calcium - 5.56))) - 0.593, rtol=0, atol=1e-9)


def test_photon_noise_is_5_percent_of_the_resting_fluorescence(imaged_cells):
    fluorescence = imaged_cells[-1]
    rest = 1 + 6.84 / (1 + np.exp(0.423 * 5.56)) - 0.593
    n = fluorescence.size
    # Four standard errors of mean and s.d.; 400 photons.
    assert fluorescence.mean() == pytest.approx(rest, abs=4 * 0.05 / np.sqrt(n))
    assert fluorescence.std() == pytest.approx(np.sqrt(rest / 400), rel=4 / np.sqrt(2 * n))


def imaged(cells, seconds, event_rate, burst_fraction, generator):
    """Fluorescence as the model makes it, from Poisson events of which some are bursts of three spikes."""
    p = {name: float(parameter.value) for name, parameter in indicator.PARAMETERS.items()}
    per_frame = 32
    step = 1 / RATE / per_frame
    events = generator.random((cells, int(seconds / step))) < event_rate * step
    bursts = events & (generator.random(events.shape) < burst_fraction)
    later = round(0.010 / step)
    spikes = events + np.roll(bursts, later, axis=1) + np.roll(bursts, 2 * later, axis=1)
    t = np.arange(0, 3, step)
    rise, fast, slow = (np.exp(-t / p[f"tau_ca_{name}"]) for name in ("rise", "fast", "slow"))
    kernel = fast + p["ca_slow_fraction"] * slow - (1 + p["ca_slow_fraction"]) * rise
    calcium = np.array([np.convolve(row, kernel)[: row.size : per_frame] for row in spikes.astype(float)])
    dff = p["dff_scale"] / (1 + np.exp(-p["dff_slope"] * (calcium - p["dff_half"]))) - p["dff_offset"]
    return 1 + dff + np.sqrt((1 + dff) / p["photons"]) * generator.standard_normal(dff.shape)


@pytest.mark.parametrize(("event_rate", "burst_fraction"), [(1, 0.1), (4.5, 0.2), (8, 0.3)])
def test_online_f0_follows_the_running_percentile_of_30_s(event_rate, burst_fraction):
    fluorescence = imaged(12, 270, event_rate, burst_fraction, np.random.default_rng(12))
    window = round(30 * RATE)
    exact = running_percentile(fluorescence, window)
    (line,) = [line for line in indicator.FRAME.splitlines() if line.startswith("f0 +=")]
    update = compile(line, "equations/indicator.py", "exec")
    values = {name: float(parameter.value) for name, parameter in indicator.PARAMETERS.items()}
    values |= {"int": lambda condition: condition.astype(int), "f0": exact[:, window - 1].copy()}
    online = np.full_like(exact, np.nan)
    for frame in range(window, fluorescence.shape[1]):
        exec(update, values | {"fluorescence_soma": fluorescence[:, frame]}, values)
        online[:, frame] = values["f0"]
    difference = ((online - exact) / exact)[:, 2 * window :]
    bias, sd = difference.mean(), difference.std()
    # Both are estimates of one percentile with about the same memory and differ by their sampling errors:
    # half of the photon noise of a single frame (5 %) at most, and no bias beyond a tenth of it.
    assert abs(bias) < 0.005 and sd < 0.025, f"bias {bias:.4f}, s.d. {sd:.4f} of F0"
