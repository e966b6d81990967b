"""The table of trials, read off the recorded phases of the trial machine."""

import numpy as np

from apical.equations.task import FREEZE, TIME_OUT, TRIAL
from apical.networks.training.protocols import RATE

COLUMNS = ("trial_start", "trial_end", "trial_latency", "trial_hit", "trial_probe")


def trial_table(phase: np.ndarray, probe: np.ndarray) -> dict[str, np.ndarray]:
    """Finished trials of one mouse and session.

    phase, probe : (frames,) as recorded, after each frame's update
    Returns start and end in seconds from the start of the closed loop, latency (s) to hit or time-out,
    hit (1 or 0) and probe (1 or 0); a trial cut off by the end of the session is left out.
    """
    phase = phase.astype(int)
    entered = np.flatnonzero((phase[1:] == TRIAL) & (phase[:-1] != TRIAL)) + 1
    left = np.flatnonzero((phase[:-1] == TRIAL) & (phase[1:] != TRIAL)) + 1
    entered = entered[: left.size]
    outcome = phase[left]
    assert np.isin(outcome, (FREEZE, TIME_OUT)).all()
    return {
        "trial_start": entered / RATE,
        "trial_end": left / RATE,
        "trial_latency": (left - entered) / RATE,
        "trial_hit": (outcome == FREEZE).astype(float),
        "trial_probe": probe[entered].astype(float),
    }
