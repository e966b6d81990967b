import numpy as np
import pytest

from apical.analysis.imaging.matching import match


def by_hand(first, second, window):
    """All pairs, nearest first."""
    distance = np.abs(np.subtract.outer(first, second))
    pairs = []
    while distance.size and distance.min() <= window:
        one, two = np.unravel_index(distance.argmin(), distance.shape)
        pairs.append((one, two))
        distance[one], distance[:, two] = np.inf, np.inf
    return sorted(pairs)


@pytest.mark.parametrize("seed", range(30))
def test_nearest_first(seed):
    generator = np.random.default_rng(seed)
    first, second = (np.sort(generator.uniform(0, 20, generator.integers(0, 60))) for _ in range(2))
    assert list(zip(*match(first, second, 0.5), strict=True)) == by_hand(first, second, 0.5)


def test_a_nearer_pair_takes_the_event_away():
    assert [m.tolist() for m in match([1.0, 1.3], [1.4], 0.5)] == [[1], [0]]
    assert [m.tolist() for m in match([1.0, 1.3], [0.8, 1.25], 0.5)] == [[0, 1], [0, 1]]


def test_of_equally_near_ones_the_earlier():
    assert [m.tolist() for m in match([1.0], [0.75, 1.25], 0.5)] == [[0], [0]]
    assert [m.tolist() for m in match([0.0, 2.0, 4.0], [1.0, 3.0], 1.0)] == [[0, 1], [0, 1]]


def test_the_window_is_included_and_no_more():
    assert match([0.0], [0.5], 0.5)[0].size == 1
    assert match([0.0], [0.5001], 0.5)[0].size == 0
    assert match([], [1.0], 0.5)[0].size == 0
