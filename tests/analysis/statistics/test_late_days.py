import numpy as np
import pytest

from apical.analysis.statistics.late_days import ACTIVITY_DAYS, HIT_RATE_DAYS, late_days


@pytest.mark.parametrize(
    ("sessions", "days", "expected"),
    [
        (14, HIT_RATE_DAYS, range(9, 15)),
        (14, ACTIVITY_DAYS, range(10, 15)),
        (16, HIT_RATE_DAYS, range(11, 17)),
        (8, HIT_RATE_DAYS, range(5, 9)),
        (5, HIT_RATE_DAYS, [3, 4, 5]),
        (3, ACTIVITY_DAYS, [2, 3]),
        (2, ACTIVITY_DAYS, [2]),
    ],
)
def test_late_days_are_the_last_of_training_or_its_later_half(sessions, days, expected):
    np.testing.assert_array_equal(1 + np.arange(sessions)[late_days(sessions, days)], expected)
