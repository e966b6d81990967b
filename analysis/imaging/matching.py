"""Events of two series that belong together: pairs one to one, nearest first."""

import numpy as np


def match(first: np.ndarray, second: np.ndarray, window: float) -> tuple[np.ndarray, np.ndarray]:
    """Pair times of two series that lie within a window: positions in `first` and in `second`, by time.

    No time is used twice. The nearest two are paired first, then the nearest of those left; of equally near ones
    the earlier.

    first, second : times, ascending; window : largest distance in the same unit, included
    """
    first, second = np.asarray(first, float), np.asarray(second, float)
    free, other = np.arange(first.size), np.arange(second.size)
    pairs = []
    # Two that are nearest to each other are what nearest-first takes next, wherever they are.
    while free.size and other.size:
        to, distance = _nearest(first[free], second[other])
        back, _ = _nearest(second[other], first[free])
        mutual = np.flatnonzero((back[to] == np.arange(free.size)) & (distance <= window))
        if mutual.size == 0:
            break
        pairs.append((free[mutual], other[to[mutual]]))
        free, other = np.delete(free, mutual), np.delete(other, to[mutual])
    if not pairs:
        return np.empty(0, int), np.empty(0, int)
    one, two = (np.concatenate(positions) for positions in zip(*pairs, strict=True))
    order = np.argsort(one)
    return one[order], two[order]


def _nearest(times: np.ndarray, among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Position of the nearest of `among` for each time, and its distance."""
    after = np.searchsorted(among, times).clip(1, max(among.size - 1, 1))
    before = after - 1
    after = np.minimum(after, among.size - 1)
    to_before, to_after = np.abs(times - among[before]), np.abs(times - among[after])
    earlier = to_before <= to_after
    return np.where(earlier, before, after), np.where(earlier, to_before, to_after)
