"""The burst rule of Payeur et al. 2021 from spike times alone: plain NumPy, exponentials instead of time steps."""

from dataclasses import dataclass

import numpy as np

from apical.equations.pyramidal import BURST_INTERVAL


@dataclass(frozen=True)
class Rule:
    """eta : weight change per burst and trace; tau_trace, tau_average : s; burst_interval : s, closer spikes burst."""

    eta: float = 0.1
    tau_trace: float = 0.05
    tau_average: float = 15.0
    burst_interval: float = BURST_INTERVAL


#: Pairing protocols of Payeur et al. 2021.
PUBLISHED = Rule()

#: Spikes whose times (s) differ by less are simultaneous; all protocols lie on a coarser grid.
TOLERANCE = 1e-4


def classify(spikes: np.ndarray, interval: float) -> tuple[np.ndarray, np.ndarray]:
    """Find spikes (s) that open an event, and those that turn one into a burst: booleans of the shape of `spikes`."""
    event = np.diff(spikes, prepend=-np.inf) > interval - TOLERANCE
    return event, ~event & np.concatenate([[False], event[:-1]])


def trace_at(pre: np.ndarray, times: np.ndarray, tau: float) -> np.ndarray:
    """Trace of the spikes `pre` at `times` (s): a spike adds 1, at once."""
    after = np.zeros(pre.size + 1)
    for n, gap in enumerate(np.diff(pre, prepend=0)):
        after[n + 1] = 1 + after[n] * np.exp(-gap / tau)
    last = np.searchsorted(pre, times + TOLERANCE)
    since = times - np.concatenate([[0], pre])[last]
    return after[last] * np.exp(-since / tau)


def weight_change(pre: np.ndarray, post: np.ndarray, rule: Rule, events: float, bursts: float) -> float:
    """Sum over the postsynaptic spikes of eta (B - Pbar E) times the presynaptic trace; spikes in s.

    events, bursts : averages at time 0 (Hz)
    """
    event, burst = classify(post, rule.burst_interval)
    fraction = np.empty(post.size)
    clock = 0.0
    for n, t in enumerate(post):
        decay, clock = np.exp(-(t - clock) / rule.tau_average), t
        events, bursts = events * decay, bursts * decay
        fraction[n] = min(bursts / events, 1)
        events, bursts = events + event[n] / rule.tau_average, bursts + burst[n] / rule.tau_average
    return rule.eta * np.sum((burst - fraction * event) * trace_at(pre, post, rule.tau_trace))
