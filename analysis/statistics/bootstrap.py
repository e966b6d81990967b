"""Confidence intervals of means over few mice."""

import numpy as np
from scipy import stats

LEVEL = 0.95
RESAMPLES = 9999


def finite(values: np.ndarray) -> np.ndarray:
    """The numbers among `values`, (n,) float: mice without a value count as not there."""
    values = np.asarray(values, float).ravel()
    return values[np.isfinite(values)]


def expanded_level(df: float) -> float:
    """Level of a percentile bootstrap that covers as a 95 % interval should with `df` degrees of freedom.

    The percentile interval of n values is too narrow, by sqrt((n - 1)/n) and as the normal is against Student's t;
    Hesterberg 2015 (The American Statistician 69, 371) widens its level by both.
    """
    tail = stats.norm.cdf(np.sqrt((df + 1) / df) * stats.t.ppf((1 - LEVEL) / 2, df))
    return float(1 - 2 * tail)


def interval(values: np.ndarray, null: np.ndarray | None = None, seed: int = 0) -> tuple[float, float, float]:
    """Mean over mice, or difference of two means, with its 95 % confidence interval: (value, low, high).

    values, null : (mice,); NaN left out; mice are drawn anew with replacement, of both groups independently
    The expanded percentile bootstrap, see `expanded_level`; of two groups with the degrees of freedom of the
    smaller. No interval reaches beyond the values there are: with four mice at most 88 % are covered. NaN limits
    for fewer than two mice in a group.
    """
    groups = [finite(values)] + ([] if null is None else [finite(null)])
    smallest = min(group.size for group in groups)
    if smallest == 0:
        return np.nan, np.nan, np.nan
    value = groups[0].mean() - (groups[1].mean() if len(groups) > 1 else 0.0)
    if smallest < 2:
        return float(value), np.nan, np.nan

    def statistic(first, *second, axis=-1):
        return first.mean(axis) - (second[0].mean(axis) if second else 0.0)

    level = expanded_level(smallest - 1)
    drawn = stats.bootstrap(
        groups, statistic, n_resamples=RESAMPLES, confidence_level=level, method="percentile", rng=seed
    )
    return float(value), float(drawn.confidence_interval.low), float(drawn.confidence_interval.high)


def effect_size(values: np.ndarray, null: np.ndarray | None = None) -> float:
    """Cohen's d: mean over s.d., or difference over the pooled s.d. of both groups; NaN for fewer than two mice."""
    groups = [finite(values)] + ([] if null is None else [finite(null)])
    if min(group.size for group in groups) < 2:
        return np.nan
    variance = sum((group.size - 1) * group.var(ddof=1) for group in groups) / sum(group.size - 1 for group in groups)
    value = groups[0].mean() - (groups[1].mean() if len(groups) > 1 else 0.0)
    return float(value / np.sqrt(variance)) if variance > 0 else np.nan
