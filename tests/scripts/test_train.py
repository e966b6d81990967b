"""What ``apical train`` says at the end."""

import pytest

from apical.scripts.train import _table


@pytest.mark.parametrize(
    ("days", "named", "mean"), [(14, "days 9-14", "11.50"), (8, "days 5-8", "6.50"), (2, "day 2", "2.00")]
)
def test_the_table_names_the_late_days_and_shows_their_mean(days, named, mean):
    values = [float(day) for day in range(1, days + 1)]
    result = {"condition": "control", "n_mice": 2, "realtime_factor": 10.0}
    result |= {"hit_rate_by_session": values, "rewards_per_min_by_session": values}
    table = _table(result | {f"event_rate_ratio_{role}": 1.0 for role in ("pplus", "pminus", "p0")})
    assert [column.header for column in table.columns] == ["", "day 1", named]
    assert [next(iter(column.cells)) for column in table.columns] == ["hit rate", "1.00", mean]
