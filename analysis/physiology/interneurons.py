"""Current clamp of interneurons: steps of current, and trains of light pulses that leave persistent firing behind."""

from dataclasses import dataclass

import numpy as np
from brian2 import Clock, Network, SpikeMonitor, StateMonitor, ms, mV, pA, second

from apical.models.interneurons import interneurons

STEP = 0.1  # ms
ONSET, LENGTH, AFTER = 200.0, 1000.0, 100.0  # ms, of a step of current
TEST = -50.0  # pA, for input resistance and time constant
CURRENTS = np.concatenate([[TEST], np.arange(5.0, 401.0, 5.0)])  # pA

TRAIN_RATE, TRAIN, TRAINS = 28.0, 0.25, 8  # Hz, s; one train per second (Hartung 2024)
TONIC_RATE = 13.0  # Hz
PULSE, PULSE_CURRENT = 6.0, 600.0  # ms, pA
PERSISTENT_CURRENT = 220.0  # pA
WATCH = 2.0  # s after the last train


@dataclass(frozen=True)
class Steps:
    """Responses to steps of `currents` (pA): spikes (ms from the onset) and potentials (mV; current, time in ms)."""

    currents: np.ndarray
    spikes: list[np.ndarray]
    time: np.ndarray
    v: np.ndarray

    @property
    def rates(self) -> np.ndarray:
        """Spikes per second of each step."""
        return np.array([train.size for train in self.spikes]) / (LENGTH / 1000)

    @property
    def at_rheobase(self) -> int:
        """Index of the smallest current that makes a spike."""
        return int(np.argmax(self.rates > 0))

    @property
    def rest(self) -> float:
        """Potential before the step (mV)."""
        return self.v[0, self.time < ONSET][-1]

    @property
    def input_resistance(self) -> float:
        """Steady deflection by the test current (MOhm)."""
        return 1e3 * (self._test()[-1] - self.rest) / TEST

    @property
    def time_constant(self) -> float:
        """Time (ms) to 63 % of that deflection."""
        deflection = (self._test() - self.rest) / (self._test()[-1] - self.rest)
        return STEP * np.interp(1 - np.exp(-1), deflection, np.arange(deflection.size))

    @property
    def latency(self) -> float:
        """Time from the onset to the first spike at rheobase (ms)."""
        return self.spikes[self.at_rheobase][0]

    def interval_ratio(self, factor: float = 2) -> float:
        """Last over first interspike interval at `factor` times rheobase; above 1 the cell adapts."""
        near = np.argmin(np.abs(self.currents - factor * self.currents[self.at_rheobase]))
        intervals = np.diff(self.spikes[near])
        return intervals[-1] / intervals[0]

    def _test(self) -> np.ndarray:
        return self.v[0, (self.time > ONSET - STEP / 2) & (self.time < ONSET + LENGTH - STEP / 2)]


def steps(kind: str, currents: np.ndarray = CURRENTS) -> Steps:
    """All steps at once, one cell of `kind` each; the first is `TEST`."""
    clock = Clock(STEP * ms)
    cells = interneurons(kind, currents.size, clock)
    spikes, voltage = SpikeMonitor(cells), StateMonitor(cells, "v", record=True, clock=clock)
    network = Network(cells, spikes, voltage)
    for length, on in ((ONSET, 0), (LENGTH, 1), (AFTER, 0)):
        cells.i_stimulus = on * currents * pA
        network.run(length * ms)
    trains = [np.sort(np.asarray(spikes.t / ms)[spikes.i == n]) - ONSET for n in range(currents.size)]
    return Steps(currents, trains, np.asarray(voltage.t / ms), np.asarray(voltage.v / mV))


def persistence() -> tuple[np.ndarray, np.ndarray]:
    """Spikes (s) of a neurogliaform cell capable of persistent firing: trains of light, and as long 13 Hz."""
    clock = Clock(0.5 * ms)
    cells = interneurons("neurogliaform", 2, clock)
    cells.i_persistence = PERSISTENT_CURRENT * pA
    pulse = (
        f"i_stimulus = {PULSE_CURRENT}*pA*int(t < {TRAINS}*second)*"
        f"int(i == 0 and t % second < {TRAIN}*second - dt/2 and t % second % ({1 / TRAIN_RATE}*second) < {PULSE}*ms"
        f" or i == 1 and t % ({1 / TONIC_RATE}*second) < {PULSE}*ms)"
    )
    cells.run_regularly(pulse, clock=clock)
    spikes = SpikeMonitor(cells)
    Network(cells, spikes).run((TRAINS + WATCH) * second)
    return tuple(np.sort(np.asarray(spikes.t / second)[spikes.i == n]) for n in range(2))


def rate_afterwards(spikes: np.ndarray) -> float:
    """Rate (Hz) after the drive of `persistence`, from 0.1 s on."""
    return np.sum(spikes > TRAINS + 0.1) / (WATCH - 0.1)
