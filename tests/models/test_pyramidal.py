"""Physiology of the single cell without background noise or bias: published protocols, many cells at once.

Reference values: the neuron of Naud & Sprekeler 2018, forward Euler at 0.1 ms.
"""

from dataclasses import dataclass, field

import numpy as np
import pytest
from brian2 import EventMonitor, Network, SpikeMonitor, StateMonitor, TimedArray, ms, mV, pA, second

from apical.equations.pyramidal import steps_from_onset

DURATION, PULSE = 150.0, 60.0  # ms; a dendritic pulse starts at PULSE and lasts 10 ms
#: Threshold (nA) of the pulse by the delay (ms) from a spike of the soma to the pulse; None: no spike.
THRESHOLDS = {None: 0.94, -5: 0.32, 0: 0.36, 2: 0.46, 5: 0.67, 10: 0.92}
AROUND = np.arange(-0.08, 0.09, 0.02)
INTERVALS = [[12, 12, 12], [20, 12, 20], [12, 20, 12], [15.5, 16.5], [5, 5, 30]]


@dataclass
class Cell:
    """What one cell is given (ms, pA) and what it did."""

    spikes_at: list = field(default_factory=list)
    apical: float = 0.0
    somatic: float = 0.0
    gaba: float = 0.0
    result: dict = field(default_factory=dict)


def protocols() -> dict:
    cells = {
        "rest": Cell(),
        "somatic step": Cell(somatic=100),
        "one spike": Cell([PULSE]),
        "strong pulse": Cell(apical=1200),
        "paired pulse": Cell([PULSE], apical=700),
        "70 Hz": Cell([PULSE + n * 1000 / 70 for n in range(4)]),
        "100 Hz": Cell([PULSE + n * 1000 / 100 for n in range(4)]),
        # One release of all NDNF+ cells is 1, decaying with 180 ms: 13 Hz in the dark, 62 Hz under light.
        "dark": Cell([PULSE], apical=1200, gaba=13 * 0.18),
        "light": Cell([PULSE], apical=1200, gaba=62 * 0.18),
    }
    for delay, reference in THRESHOLDS.items():
        for current in reference + AROUND:
            cells[delay, current] = Cell([] if delay is None else [PULSE - delay], apical=1000 * current)
    for start in (50, 53.5, 61):
        for intervals in INTERVALS:
            times = [start + sum(intervals[:n]) for n in range(len(intervals) + 1)]
            cells[start, *intervals] = Cell(times)
    for start in np.arange(40, 60):
        cells[start, 16] = Cell([start, start + 16])
    return cells


@pytest.fixture(scope="module", params=[0.1, 0.5], ids=lambda dt: f"dt {dt} ms")
def cells(request, numpy_runtime, resting_cells, forced_spikes):
    """All protocols at one time step, with what the cells did."""
    dt, given = request.param, protocols()
    group, mice, clock, _ = resting_cells(len(given), dt, tau_gaba=1e9 * second)  # GABA as held by ongoing release
    group.gaba = [cell.gaba for cell in given.values()]
    t = np.arange(round(DURATION / dt) + 1)[:, None] * dt
    in_pulse = (t > PULSE - dt / 2) & (t < PULSE + 10 - dt / 2)
    namespace = {
        "apical": TimedArray(in_pulse * [cell.apical for cell in given.values()] * pA, dt=dt * ms),
        "somatic": TimedArray((t > PULSE - dt / 2) * [c.somatic for c in given.values()] * pA, dt=dt * ms),
        "lift": forced_spikes([cell.spikes_at for cell in given.values()], DURATION, dt),
    }
    group.run_regularly(
        "i_background_apical = apical(t, i)\ni_input = somatic(t, i)\nv_soma += lift(t, i)", clock=clock
    )
    spikes, plateaus = SpikeMonitor(group), EventMonitor(group, "plateau")
    voltage = StateMonitor(group, ["v_soma", "v_apical"], record=True, clock=clock)
    Network(group, mice, spikes, plateaus, voltage).run(DURATION * ms, namespace=namespace)
    for n, cell in enumerate(given.values()):
        cell.result = {
            "dt": dt,
            "v_soma": voltage.v_soma[n] / mV,
            "v_apical": voltage.v_apical[n] / mV,
            "spikes": np.rint(spikes.t[spikes.i == n] / ms / dt).astype(int),
            "plateaus": np.rint(plateaus.t[plateaus.i == n] / ms / dt).astype(int),
            "events": group.event_count[n],
            "bursts": group.burst_count[n],
        }
    return {name: cell.result for name, cell in given.items()}


def stays(cell):
    """First step and length (ms) of each stay of the apical potential above half-activation (-38 mV)."""
    edges = np.diff(np.r_[0, cell["v_apical"] > -38, 0])
    first, last = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return first, (last - first) * cell["dt"]


def width(cell):
    return max(stays(cell)[1], default=0)


def has_plateau(cell):
    """Plateaus are all or none: stays last less than 15 ms or more than 22 ms, hardly ever in between."""
    return width(cell) > 20


def test_the_soma_charges_with_its_membrane_time_constant(cells):
    step, rest = cells["somatic step"], cells["rest"]
    dt = step["dt"]
    # The difference is linear, whatever the dendrite does: I tau/C (1 - exp(-t/tau)).
    charged = (step["v_soma"] - rest["v_soma"])[round(PULSE / dt) :]
    t = np.arange(charged.size) * dt
    final = 100 * 16 / 370  # pA ms / pF = mV
    # Euler's error of an exponential is at most dt/(2 tau)/e of the step.
    tolerance = 1.05 * dt / (2 * 16) / np.e * final
    np.testing.assert_allclose(charged, final * (1 - np.exp(-t / 16)), rtol=0, atol=tolerance)
    assert charged[-1] > 0.99 * final


def thresholds(cells):
    found = {}
    for delay, reference in THRESHOLDS.items():
        fired = [has_plateau(cells[delay, current]) for current in reference + AROUND]
        assert not fired[0] and fired == sorted(fired), f"delay {delay}: no threshold in range: {fired}"
        found[delay] = float((reference + AROUND)[fired.index(True)]) if any(fired) else np.inf
    return found


def test_a_spike_lowers_the_threshold_of_the_dendritic_pulse(cells):
    found = thresholds(cells)
    # Alone: one step of the search. Paired: the threshold moves by 0.04 nA per ms of delay, and the reference
    # knows the arrival of the spike and the onset of a plateau to about 1.5 ms.
    assert abs(found[None] - THRESHOLDS[None]) < 0.021, found
    for delay, reference in THRESHOLDS.items():
        assert abs(found[delay] - reference) < 0.07, found
    # A coincident spike halves the threshold (Larkum et al. 1999); after 10 ms little is left of it.
    assert max(found[-5], found[0], found[2]) <= found[None] / 2, found
    assert found[2] < found[5] < found[10] <= found[None], found


def test_plateaus_last_25_to_50_ms_and_make_a_burst_of_spikes(cells):
    for name in ("strong pulse", "paired pulse"):
        assert 25 < width(cells[name]) < 50, (name, width(cells[name]))
    alone = cells["strong pulse"]
    # Two spikes, about 10 ms apart: one event that became a burst.
    assert np.diff(alone["spikes"]) * alone["dt"] == pytest.approx([10], abs=1)
    assert (alone["events"], alone["bursts"]) == (1, 1)
    assert cells["paired pulse"]["spikes"].size == 3


def test_a_spike_alone_makes_no_plateau(cells):
    assert width(cells["one spike"]) < 3 and cells["one spike"]["spikes"].size == 1
    assert 20 < cells["one spike"]["v_apical"].max() - cells["rest"]["v_apical"].max() < 46  # mV


def test_trains_of_four_spikes_make_a_plateau_above_a_critical_frequency(cells):
    for name, expected in (("70 Hz", False), ("100 Hz", True)):
        assert cells[name]["spikes"].size == 4
        assert has_plateau(cells[name]) == expected, (name, width(cells[name]))


def test_gaba_as_released_under_light_abolishes_the_plateau(cells):
    assert has_plateau(cells["dark"]) and not has_plateau(cells["light"])
    assert cells["light"]["plateaus"].size == 0
    assert cells["light"]["spikes"].size == 1  # the soma still fires


def test_a_plateau_is_reported_once_after_15_ms_above_half_activation(cells):
    for name, cell in cells.items():
        first, length = stays(cell)
        # A stay of n steps is known after the n-th: the report comes 15 ms after the first step, less one.
        expected = first[length > 15 - cell["dt"] / 2] + round(15 / cell["dt"]) - 1
        np.testing.assert_array_equal(cell["plateaus"], expected, err_msg=str(name))


def test_the_onset_of_a_plateau_is_the_first_step_above_half_activation(cells):
    for name, cell in cells.items():
        first, length = stays(cell)
        late = steps_from_onset(15e-3, 1e-3 * cell["dt"])
        np.testing.assert_array_equal(cell["plateaus"] - late, first[length > 15 - cell["dt"] / 2], err_msg=str(name))


def events_and_bursts(times):
    """Payeur et al. 2021: an event opens after a longer interval, its second spike makes it a burst."""
    events = bursts = 0
    opened = False
    for interval in np.diff(np.r_[-1000, times]):
        if interval >= 16:
            events, opened = events + 1, True
        elif opened:
            bursts, opened = bursts + 1, False
    return events, bursts


def test_spikes_less_than_16_ms_apart_are_one_event_and_one_burst(cells):
    for name, cell in cells.items():
        if 16 not in np.diff(cell["spikes"]) * cell["dt"]:
            expected = events_and_bursts(cell["spikes"] * cell["dt"])
            assert (cell["events"], cell["bursts"]) == expected, (name, cell["spikes"] * cell["dt"])


def test_spikes_exactly_16_ms_apart_are_two_events_at_any_time(cells):
    found = {start: (cells[start, 16]["events"], cells[start, 16]["bursts"]) for start in np.arange(40, 60)}
    assert set(found.values()) == {(2, 0)}, found
