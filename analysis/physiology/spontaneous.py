"""The learning rule in pyramidal cells that fire by themselves: noisy drives of soma and dendrite, Poisson inputs."""

from dataclasses import dataclass, replace

import numpy as np

from apical.analysis.physiology.by_hand import PUBLISHED, classify, weight_change
from apical.analysis.physiology.noisy_drive import DENDRITIC, SIGMA, SOMATIC
from apical.analysis.physiology.pairing import Pair, changes, on_grid
from apical.models.cells import Cell
from apical.networks.experiments.current_clamp import experiment

INPUTS, INPUT_RATE = 8, 8.0  # for each cell; Hz
#: Averages at the start (Hz): a running burst fraction of 0.2, which 300 s of memory hold.
EVENTS, BURSTS = 5.0, 1.0
RULE = replace(PUBLISHED, tau_average=300.0)


@dataclass(frozen=True)
class Learned:
    """Events (Hz) and burst fraction of each cell; weight change, and the same by hand, of each cell and input."""

    event_rate: np.ndarray
    burst_fraction: np.ndarray
    change: np.ndarray
    by_hand: np.ndarray


def learn(cell: Cell, seconds: float = 10.0, seed: int = 1) -> Learned:
    """All drives of `noisy_drive`, `seconds` s each; the circuit's rule sees the spikes of the cells and of inputs."""
    stimuli = [
        {"mean_soma": soma, "mean_apical": apical, "sigma_soma": SIGMA, "sigma_apical": SIGMA}
        for soma in SOMATIC
        for apical in DENDRITIC
    ]
    post = [on_grid(train / 1000, seconds) for train in experiment(cell, stimuli, 1000 * seconds, traces=1.0).spikes]
    generator = np.random.default_rng(seed)
    count = generator.poisson(INPUT_RATE * seconds, (len(post), INPUTS))
    pairs = [
        Pair(on_grid(np.sort(generator.uniform(0, seconds, n)), seconds), train, EVENTS, BURSTS, ("spontaneous",))
        for train, row in zip(post, count, strict=True)
        for n in row
        if train.size
    ]
    change = changes(pairs, RULE)
    by_hand = [weight_change(pair.pre_events, pair.post, RULE, EVENTS, BURSTS) for pair in pairs]
    fired = [train for train in post if train.size]
    events, bursts = np.array([[kind.sum() for kind in classify(train, RULE.burst_interval)] for train in fired]).T
    shape = (len(fired), INPUTS)
    return Learned(events / seconds, bursts / events, change.reshape(shape), np.reshape(by_hand, shape))
