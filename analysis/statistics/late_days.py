"""The late days of training, which the paper compares with day 1."""

#: Days of 14 over which Francioni et al. 2026 take hit rates and rewards (9 to 14), and activity (10 to 14).
HIT_RATE_DAYS, ACTIVITY_DAYS = 6, 5


def late_days(sessions: int, days: int = HIT_RATE_DAYS) -> slice:
    """Places of the last `days` of so many sessions, but no more than their later half (of five, the last three)."""
    return slice(sessions - min(days, sessions - sessions // 2), sessions)
