"""Growth of sessions to criterion with the number of BCI neurons: exponent of a power law, with censored mice."""

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from apical.analysis.statistics.bootstrap import LEVEL

RESAMPLES = 1999
STEPS = 60
#: Variance, in squared log sessions, that is added to the residual one: it keeps the likelihood of ties finite.
FLOOR = 1e-4


@dataclass(frozen=True)
class Exponent:
    """Sessions to criterion ~ size ** value. value; low, high : 95 % confidence interval over mice, infinite where
    censoring leaves that side open; intercept : log of the sessions at size 1; spread : s.d. of the log of the
    sessions; mice : number with a value; censored : of these, that did not reach the criterion; reason : why value
    or limits are NaN, else empty."""

    value: float
    low: float
    high: float
    intercept: float
    spread: float
    mice: int
    censored: int
    reason: str = ""

    def at(self, size: np.ndarray) -> np.ndarray:
        """Median sessions to criterion at `size`, (n,)."""
        return np.exp(self.intercept) * np.asarray(size, float) ** self.value


def scaling_exponent(size: np.ndarray, sessions: np.ndarray, censored: np.ndarray, seed: int = 0) -> Exponent:
    """Fit log(sessions) = a + b log(size) + normal error by maximum likelihood; b is the exponent.

    size : (n,) positive, e.g. number of BCI neurons of each mouse
    sessions : (n,) positive; of a censored mouse, those it trained: it needs more. NaN (failed) is left out
    censored : (n,) bool
    An accelerated failure time model with right-censored mice. The interval is that of the percentile bootstrap with
    mice drawn anew within each size, at a level that makes up for few mice (as `statistics.bootstrap.expanded_level`,
    with n mice of k sizes in place of n of one); mice of different sizes count as independent. Whole sessions flatten
    the law: where few suffice, an exponent of 0.5 comes out as some 0.46, and mice at the criterion in their first
    session, which may have needed less, flatten it more. All NaN, with a `reason`, when all mice are censored, there is
    one size only, or mice reached the criterion at one size only; NaN limits when each size has but one mouse.
    """
    size, sessions = np.asarray(size, float), np.asarray(sessions, float)
    there = np.isfinite(sessions)
    size, sessions, censored = size[there], sessions[there], np.asarray(censored, bool)[there]
    sizes, group = np.unique(size, return_inverse=True)
    reason = (
        "no mouse has a value" * (not sessions.size)
        or "all mice have one size" * (sizes.size == 1)
        or f"none of {sessions.size} mice reached the criterion" * bool(censored.all())
        or f"mice reached the criterion at size {size[~censored].max():g} only" * (np.unique(size[~censored]).size == 1)
    )
    counts = sessions.size, int(censored.sum())
    if reason:
        return Exponent(np.nan, np.nan, np.nan, np.nan, np.nan, *counts, reason)
    x, y = np.log(size), np.log(sessions)
    middle = x.mean()
    a, b, spread = _fit(x - middle, y, censored, np.ones((1, x.size)))[0]
    found = float(b), *_interval(x - middle, y, censored, group, seed), float(a - b * middle), float(spread)
    return Exponent(*found, *counts, "one mouse per size, no interval" if np.isnan(found[1]) else "")


def _interval(x, y, censored, group, seed) -> tuple[float, float]:
    n, k = x.size, group.max() + 1
    if n == k:
        return np.nan, np.nan
    weights = _resample(group, np.random.default_rng(seed))
    sizes_reached = _sizes(weights[:, ~censored], group[~censored], k)
    identified = sizes_reached.sum(1) >= 2
    low, high = np.full(RESAMPLES, -np.inf), np.full(RESAMPLES, np.inf)
    low[identified] = high[identified] = _fit(x, y, censored, weights[identified])[:, 1]
    # Reached at one size and never at any larger (smaller): the exponent has no upper (lower) bound there.
    others = _sizes(weights[:, censored], group[censored], k) & ~sizes_reached
    place = np.arange(k)
    first = np.where(sizes_reached, place, k).min(1)
    one = sizes_reached.sum(1) == 1
    low[one & ~(others & (place < first[:, None])).any(1)] = np.inf
    high[one & ~(others & (place > first[:, None])).any(1)] = -np.inf
    tail = stats.norm.cdf(np.sqrt(n / (n - k)) * stats.t.ppf((1 - LEVEL) / 2, n - k))
    return _order(low, tail, np.floor), _order(high, 1 - tail, np.ceil)


def _resample(group: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Number of times that each mouse is drawn, with replacement within its group, (RESAMPLES, n)."""
    weights = np.empty((RESAMPLES, group.size))
    for own in (np.flatnonzero(group == k) for k in range(group.max() + 1)):
        weights[:, own] = generator.multinomial(own.size, np.full(own.size, 1 / own.size), RESAMPLES)
    return weights


def _sizes(weights: np.ndarray, group: np.ndarray, k: int) -> np.ndarray:
    """True for those of the k sizes of which any mouse was drawn, (RESAMPLES, k) bool."""
    return weights @ np.eye(k)[group] > 0


def _order(values: np.ndarray, quantile: float, rounding) -> float:
    """A quantile that is one of the values: they may be infinite."""
    return float(np.sort(values)[int(rounding(quantile * (values.size - 1)))])


def _fit(x: np.ndarray, y: np.ndarray, censored: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Intercept, slope and s.d. of a right-censored normal regression of y on x for each row of weights, (rows, 3).

    x, y, censored : (n,); weights : (rows, n), with uncensored mice at two or more x in each row
    Newton's method in 1/s.d., intercept/s.d., slope/s.d., in which the likelihood is concave (Olsen 1978, Econometrica
    46, 1211), damped by the Newton decrement.
    """
    design = np.stack([y, -np.ones_like(y), -x], axis=1)
    seen, unseen = weights[:, ~censored], weights[:, censored]
    events = seen.sum(1)
    slope, level = np.polyfit(x, y, 1)
    start = 1 / np.sqrt(np.var(y - level - slope * x) + FLOOR)
    theta = np.tile(start * np.array([1, level, slope]), (len(weights), 1))
    for _ in range(STEPS):
        r = theta @ design.T
        above = r[:, censored]
        hazard = np.exp(stats.norm.logpdf(above) - special.log_ndtr(-above))
        pull = np.zeros_like(r)
        pull[:, ~censored], pull[:, censored] = seen * r[:, ~censored], unseen * hazard
        bend = weights.copy()
        bend[:, censored] *= hazard * (hazard - above)
        gradient = -pull @ design
        gradient[:, 0] += events * (1 / theta[:, 0] - FLOOR * theta[:, 0])
        curvature = np.einsum("bn,ni,nj->bij", bend, design, design, optimize=True)
        curvature[:, 0, 0] += events * (1 / theta[:, 0] ** 2 + FLOOR)
        step = np.linalg.solve(curvature, gradient[..., None])[..., 0]
        decrement = np.sqrt((step * gradient).sum(1))
        theta += step / np.where(decrement < 0.25, 1, 1 + decrement)[:, None]
        if decrement.max() < 1e-8:
            break
    return np.column_stack([theta[:, 1] / theta[:, 0], theta[:, 2] / theta[:, 0], 1 / theta[:, 0]])
