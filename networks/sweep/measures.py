"""Measures that a sweep keeps of each mouse and day. Definitions are those of `statistics.learning`."""

import hashlib

import numpy as np

from apical.networks.training.cohort import ROLES, Values
from apical.networks.training.day import Training
from apical.networks.training.trials import trial_table

#: name: (dimensions after mouse and session, unit, long name)
MEASURES = {
    "hit_rate": ((), "1", "fraction of closed-loop trials that end with a hit"),
    "probe_hit_rate": ((), "1", "the same of open-loop probes: what was learned, without teaching; NaN without probes"),
    "rewards_per_min": ((), "1/min", "rewards per minute of the closed loop"),
    "latency": ((), "s", "mean time to a hit"),
    "threshold": ((), "1", "readout that ends a trial with a hit"),
    "event_rate": (("role",), "Hz", "somatic events (spikes and bursts count once)"),
    "plateau_rate": (("role",), "Hz", "apical plateaus"),
    "burst_fraction": (("role",), "1", "part of the somatic events that are bursts"),
    "weight": (("role",), "pA", "mean feed-forward weight at the end of the session"),
    "feedback": (("role",), "1", "mean signed weight of the teaching signal, as delivered"),
    "spike_hash": ((), "1", "first eight bytes of the SHA-256 of all spikes (steps, cells)"),
}


def day_measures(record: Values, training: Training, mice: int, healthy: np.ndarray) -> Values:
    """`MEASURES` of the first `mice` mice of a day's record, (mice, ...); NaN (hash 0) where not `healthy` (mice,)."""
    seconds = training.protocol.closed_loop_run
    role = training.cohort.roles()
    by_role = lambda values: np.stack([_mean(values[:mice, role == name]) for name in ROLES], axis=1)  # noqa: E731
    events = record["event_count"].astype(float)
    bursts = by_role(record["burst_count"].astype(float))
    measured = {
        "threshold": record["threshold"][:mice],
        "event_rate": by_role(events) / seconds,
        "plateau_rate": by_role(record["plateau_count"].astype(float)) / seconds,
        "burst_fraction": bursts / np.where(by_role(events) > 0, by_role(events), np.nan),
        "weight": by_role(record["weight"].mean(axis=2)),
        "feedback": by_role(record["feedback"]),
    }
    trials = [_trials(record, mouse, seconds) if healthy[mouse] else (np.nan,) * 4 for mouse in range(mice)]
    measured |= dict(zip(("hit_rate", "probe_hit_rate", "rewards_per_min", "latency"), np.array(trials).T, strict=True))
    for values in measured.values():
        values[~healthy] = np.nan
    return measured | {"spike_hash": np.where(healthy, _hashes(record, mice), np.uint64(0))}


def _mean(values: np.ndarray) -> np.ndarray:
    """Mean over the cells of a role, (mice,); NaN when it has none."""
    return values.mean(axis=1) if values.shape[1] else np.full(len(values), np.nan)


def _trials(record: Values, mouse: int, seconds: float) -> tuple[float, float, float, float]:
    trials = trial_table(record["phase"][mouse], record["probe"][mouse])
    hit, probe = trials["trial_hit"] == 1, trials["trial_probe"] == 1
    closed, opened = (hit[kind].mean() if kind.any() else np.nan for kind in (~probe, probe))
    latency = trials["trial_latency"][hit].mean() if hit.any() else np.nan
    return float(closed), float(opened), float(60 * hit.sum() / seconds), float(latency)


def _hashes(record: Values, mice: int) -> np.ndarray:
    ends = np.cumsum(record["spike_row_size"])[:mice]
    found = np.zeros(mice, np.uint64)
    for mouse, (first, last) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
        digest = hashlib.sha256()
        for name in ("spike_step", "spike_cell"):
            digest.update(np.ascontiguousarray(record[name][first:last], dtype=np.int64).tobytes())
        found[mouse] = int.from_bytes(digest.digest()[:8], "little")
    return found
