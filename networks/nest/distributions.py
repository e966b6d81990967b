"""Statistics by which two engines run "the same" network: distributions over cells, and their distance.

As for the microcircuit of Potjans & Diesmann (van Albada et al. 2018, Front Neurosci 12:291): the distance between
engines is read against the distance between seeds of one engine. Kolmogorov-Smirnov distances throughout.
"""

from itertools import combinations, product

import numpy as np
from scipy.stats import ks_2samp

from apical.equations.pyramidal import BURST_INTERVAL

BIN = 20.0  # ms, of spike counts that are correlated
CORRELATED = 60  # cells whose pairs are looked at


def statistics(time: np.ndarray, index: np.ndarray, cells: int, warm_up: float, duration: float) -> dict:
    """Distributions of one run; times in ms, in order.

    rate : Hz, (cells,); cv : CV of the intervals of cells with 10 spikes or more; burst_fraction : bursts per event of
    cells with 5 events or more; correlation : correlation of the spike counts of pairs of cells
    """
    kept = time >= warm_up
    time, index = time[kept], index[kept]
    by_cell = np.argsort(index, kind="stable")
    trains = np.split(time[by_cell], np.searchsorted(index[by_cell], range(1, cells)))
    bins = np.arange(warm_up, duration + BIN / 2, BIN)
    counts = np.array([np.histogram(train, bins)[0] for train in trains[:CORRELATED]])
    matrix = np.corrcoef(counts[counts.any(1)])
    return {
        "rate": np.array([len(train) for train in trains]) / (duration - warm_up) * 1000,
        "cv": np.array([np.diff(t).std() / np.diff(t).mean() for t in trains if len(t) >= 10]),
        "burst_fraction": np.array([f for f in map(burst_fraction, trains) if np.isfinite(f)]),
        "correlation": matrix[np.triu_indices(len(matrix), 1)],
    }


def burst_fraction(train: np.ndarray) -> float:
    """Part of the events of a train (ms) that are bursts; NaN for fewer than 5 events."""
    if len(train) < 5:
        return np.nan
    opens = np.diff(train, prepend=-np.inf) > 1e3 * BURST_INTERVAL
    bursts = np.sum(opens[:-1] & ~opens[1:])
    return bursts / opens.sum() if opens.sum() >= 5 else np.nan


def distances(one: list[dict], other: list[dict], name: str) -> tuple[np.ndarray, np.ndarray]:
    """Kolmogorov-Smirnov distances of statistic `name`: between runs of the two engines, and within each engine."""
    distance = lambda a, b: ks_2samp(a[name], b[name]).statistic  # noqa: E731
    between = [distance(a, b) for a, b in product(one, other)]
    within = [distance(a, b) for runs in (one, other) for a, b in combinations(runs, 2)]
    return np.array(between), np.array(within)
