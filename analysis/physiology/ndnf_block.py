"""Neurogliaform cells onto the apical dendrite of a pyramidal cell: inhibitory potentials, and the block of BAC firing.

BAC pairing (Hay et al. 2011): 1.9 nA into the soma for 5 ms makes an action potential, an EPSC-like current into the
apical dendrite 5 ms after its start a plateau, and so a burst. Neurogliaform cells fire by light pulses before it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from brian2 import Clock, Network, NeuronGroup, SpikeMonitor, StateMonitor, TimedArray, ms, mV, nA, pA

from equations import noise, pyramidal
from equations.interneurons import synapses
from equations.parameters import declarations
from models.interneurons import LONG_AGO, interneurons, set_parameters, volume_transmission

STEP = 0.1  # ms
SOMATIC, SOMATIC_LENGTH, EPSC_DELAY = 1900.0, 5.0, 5.0  # pA, ms, ms
EPSC_RISE, EPSC_DECAY = 0.5, 5.0  # ms
LIGHT, LIGHT_LENGTH = 600.0, 6.0  # pA, ms: one spike per pulse
BURST_WINDOW = 60.0  # ms from the start of the pairing


@dataclass(frozen=True)
class Trial:
    """What one pyramidal cell and its neurogliaform cell are given.

    light : onsets of the light pulses (ms); pairing : its onset (ms), None for none; epsc : its peak (nA)
    gaba_a, gaba_b : factors of the two conductances, 0 with the receptor blocked
    """

    light: tuple[float, ...] = ()
    pairing: float | None = None
    epsc: float = 0.0
    gaba_a: float = 1.0
    gaba_b: float = 1.0


@dataclass(frozen=True)
class Recording:
    """What came of a trial: spikes (ms) of the pyramidal and the neurogliaform cell, potentials (mV) at `time` (ms)."""

    trial: Trial
    spikes: np.ndarray
    ndnf: np.ndarray
    time: np.ndarray
    v_soma: np.ndarray
    v_apical: np.ndarray

    @property
    def burst(self) -> int:
        """Action potentials of the pairing."""
        since = self.spikes - self.trial.pairing
        return int(np.sum((since >= 0) & (since < BURST_WINDOW)))


@dataclass(frozen=True)
class Patched:
    """Pyramidal cells at rest, with the receptors `synapses.APICAL`; conductances g_gaba_a, g_gaba_b of each cell.

    soma, apical : names of the potentials
    inject : what applies the currents ``somatic(t, i)`` and ``apical(t, i)`` at each step
    """

    cells: NeuronGroup
    soma: str
    apical: str
    inject: str


def naud_sprekeler(count: int, clock: Clock) -> Patched:
    """The two-compartment cell without bias and background."""
    table = pyramidal.PARAMETERS | synapses.SLOW_PARAMETERS
    cells = NeuronGroup(
        count,
        pyramidal.EQUATIONS
        + synapses.APICAL
        + "teaching : 1\n"
        + declarations(table, frozenset({"g_gaba_a", "g_gaba_b"})),
        method="euler",
        threshold=pyramidal.SPIKE,
        reset=pyramidal.RESET,
        namespace=noise.FUNCTIONS,
        clock=clock,
    )
    set_parameters(cells, table)
    cells.i_bias_soma = cells.i_bias_apical = cells.sigma_soma = cells.sigma_apical = 0 * pA
    cells.v_soma = cells.v_apical = pyramidal.PARAMETERS["e_leak"].value
    cells.v_threshold = pyramidal.PARAMETERS["v_threshold_rest"].value
    cells.last_spike = LONG_AGO
    return Patched(cells, "v_soma", "v_apical", "i_input = somatic(t, i)\ni_background_apical = apical(t, i)")


#: Pyramidal cells that the protocol knows.
CELLS: dict[str, Callable[[int, Clock], Patched]] = {"naud_sprekeler": naud_sprekeler}


def record(trials: list[Trial], duration: float, cell: str) -> list[Recording]:
    """Run all trials of `duration` ms in one network, with a pyramidal and a neurogliaform cell each."""
    clock, count = Clock(STEP * ms), len(trials)
    patched = CELLS[cell](count, clock)
    cells = patched.cells
    cells.g_gaba_a = cells.g_gaba_a[:] * [trial.gaba_a for trial in trials]
    cells.g_gaba_b = cells.g_gaba_b[:] * [trial.gaba_b for trial in trials]
    ndnf = interneurons("neurogliaform", count, clock)
    release = volume_transmission(ndnf, cells, clock, mice=count)
    t = np.arange(round(duration / STEP) + 1) * STEP
    columns = lambda current: TimedArray(np.array([current(t, trial) for trial in trials]).T * pA, dt=STEP * ms)  # noqa: E731
    cells.run_regularly(patched.inject, clock=clock)
    ndnf.run_regularly("i_stimulus = light(t, i)", clock=clock)
    spikes, fired = SpikeMonitor(cells), SpikeMonitor(ndnf)
    voltage = StateMonitor(cells, [patched.soma, patched.apical], record=True, clock=clock)
    Network(cells, ndnf, release, spikes, fired, voltage).run(
        duration * ms,
        namespace={"somatic": columns(_somatic), "apical": columns(_apical), "light": columns(_light)},
    )
    time = np.asarray(voltage.t / ms)
    trains = [[np.asarray(m.t / ms)[m.i == n] for n in range(count)] for m in (spikes, fired)]
    v = [np.asarray(getattr(voltage, name) / mV) for name in (patched.soma, patched.apical)]
    return [Recording(*parts[:3], time, *parts[3:]) for parts in zip(trials, *trains, *v, strict=True)]


def _pulse(t, onset, length):
    return (t > onset - STEP / 2) & (t < onset + length - STEP / 2)


def _somatic(t, trial):
    return np.zeros(t.size) if trial.pairing is None else SOMATIC * _pulse(t, trial.pairing, SOMATIC_LENGTH)


def _apical(t, trial):
    if trial.pairing is None:
        return np.zeros(t.size)
    since = np.maximum(t - trial.pairing - EPSC_DELAY, 0)
    shape = lambda s: np.exp(-s / EPSC_DECAY) - np.exp(-s / EPSC_RISE)  # noqa: E731
    peak = np.log(EPSC_DECAY / EPSC_RISE) * EPSC_DECAY * EPSC_RISE / (EPSC_DECAY - EPSC_RISE)
    return float(trial.epsc * nA / pA) * shape(since) / shape(peak)


def _light(t, trial):
    return LIGHT * sum((_pulse(t, onset, LIGHT_LENGTH) for onset in trial.light), np.zeros(t.size))
