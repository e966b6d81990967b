"""Neurogliaform cells onto the apical dendrite of a pyramidal cell: inhibitory potentials, and the block of BAC firing.

BAC pairing (Hay et al. 2011): 1.9 nA into the soma for 5 ms makes an action potential, an EPSC-like current into the
apical dendrite 5 ms after its start a plateau, and so a burst. Neurogliaform cells fire by light pulses before it.
"""

from dataclasses import dataclass

import numpy as np

from apical.models.cells import Cell
from apical.networks.experiments.current_clamp import Stimulus, experiment

SOMATIC, SOMATIC_LENGTH, EPSC_DELAY = 1.9, 5.0, 5.0  # nA, ms, ms
LIGHT, LIGHT_LENGTH = 0.6, 6.0  # nA, ms: one spike per pulse
BURST_WINDOW = 60.0  # ms from the start of the pairing


@dataclass(frozen=True)
class Trial:
    """Input to one pyramidal cell and its neurogliaform cell.

    light : onsets of evenly spaced light pulses (ms); pairing : its onset (ms) or None; epsc : its peak (nA)
    gaba_a, gaba_b, ih : factors of these conductances, 0 when they are blocked
    """

    light: tuple[float, ...] = ()
    pairing: float | None = None
    epsc: float = 0.0
    gaba_a: float = 1.0
    gaba_b: float = 1.0
    ih: float = 1.0


@dataclass(frozen=True)
class Recording:
    """Result of a trial: spikes (ms) of the pyramidal and the neurogliaform cell, potentials (mV) at `time` (ms)."""

    trial: Trial
    spikes: np.ndarray
    ndnf: np.ndarray
    time: np.ndarray
    v_apical: np.ndarray

    @property
    def burst(self) -> int:
        """Action potentials of the pairing."""
        since = self.spikes - self.trial.pairing
        return int(np.sum((since >= 0) & (since < BURST_WINDOW)))


def record(trials: list[Trial], duration: float, cell: Cell) -> list[Recording]:
    """Run all trials of `duration` ms side by side, with a pyramidal and a neurogliaform cell each."""
    blocked = {"g_gaba_a": "gaba_a", "g_gaba_b": "gaba_b"} | dict.fromkeys(ih_conductances(cell), "ih")
    table = cell.parameters | cell.slow_gaba
    given = {
        name: float(table[name].value) * np.array([getattr(trial, factor) for trial in trials])
        for name, factor in blocked.items()
    }
    r = experiment(cell, [_stimulus(trial) for trial in trials], duration, given, layer_1=True)
    each = zip(trials, r.spikes, r.releases, r.voltage[cell.apical], strict=True)
    return [Recording(trial, spikes, ndnf, r.time, v) for trial, spikes, ndnf, v in each]


def ih_conductances(cell: Cell) -> list[str]:
    """Names of the cell's conductances of I_h."""
    return [name for name in cell.parameters if name.startswith("gmax_ih")]


def _stimulus(trial: Trial) -> Stimulus:
    given = {}
    if trial.light:
        period = float(np.diff(trial.light).mean()) if len(trial.light) > 1 else 1e6
        given = {"amplitude": LIGHT, "onset": trial.light[0], "width": LIGHT_LENGTH, "period": period}
        given = {f"{name}_light": value for name, value in (given | {"count": len(trial.light)}).items()}
    if trial.pairing is not None:
        given |= {"amplitude_soma": SOMATIC, "onset_soma": trial.pairing, "width_soma": SOMATIC_LENGTH}
        given |= {"epsc_peak_apical": trial.epsc, "epsc_onset_apical": trial.pairing + EPSC_DELAY}
    return given
