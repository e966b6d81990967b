import numpy as np
import pytest
from scipy import optimize, stats

from apical.analysis.statistics import power_law as scaling
from apical.analysis.statistics.power_law import scaling_exponent

SIZES = (2, 4, 8, 16, 32)
SPREAD = 0.4


def planted(exponent, limit=np.inf, mice=6, seed=0, sizes=SIZES):
    """Sizes, sessions and censoring of mice that need size ** exponent sessions, with log-normal errors."""
    size = np.repeat(np.array(sizes, float), mice)
    sessions = np.exp(0.7 + exponent * np.log(size) + SPREAD * np.random.default_rng(seed).standard_normal(size.size))
    return size, np.minimum(sessions, limit), sessions > limit


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    monkeypatch.setattr(scaling, "RESAMPLES", 299)


@pytest.mark.parametrize("limit", [np.inf, 12, 6])
@pytest.mark.parametrize("exponent", [-0.3, 0.0, 0.6])
def test_exponent_spread_and_sessions_of_many_mice(exponent, limit):
    found = scaling_exponent(*planted(exponent, limit, mice=100))
    assert found.value == pytest.approx(exponent, abs=0.06)
    assert found.low < found.value < found.high
    assert found.spread == pytest.approx(SPREAD, abs=0.06)
    np.testing.assert_allclose(found.at([2, 32]), np.exp(0.7) * np.array([2, 32]) ** exponent, rtol=0.15)
    assert (found.mice, found.reason) == (500, "")
    assert (found.censored > 100) == (exponent == 0.6 and limit < np.inf)


def test_leaving_out_censored_mice_would_be_wrong():
    size, sessions, censored = planted(0.6, limit=6, mice=100)
    seen = scaling_exponent(size[~censored], sessions[~censored], censored[~censored])
    assert seen.value < 0.4
    assert scaling_exponent(size, sessions, censored).value == pytest.approx(0.6, abs=0.06)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_maximum_of_the_likelihood(seed):
    size, sessions, censored = planted(0.5, limit=8, seed=seed)

    def surprise(parameters):
        intercept, slope, spread = parameters
        z = (np.log(sessions) - intercept - slope * np.log(size)) / spread
        seen = np.log(spread) - stats.norm.logpdf(z) + scaling.FLOOR / 2 / spread**2
        return np.where(censored, -stats.norm.logsf(z), seen).sum()

    best = optimize.minimize(surprise, [1, 0.3, 0.5], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
    found = scaling_exponent(size, sessions, censored)
    np.testing.assert_allclose([found.intercept, found.value, found.spread], best.x, rtol=1e-4)


def test_without_censoring_it_is_the_regression_line():
    size, sessions, censored = planted(0.5)
    line = stats.linregress(np.log(size), np.log(sessions))
    found = scaling_exponent(size, sessions, censored)
    assert found.value == pytest.approx(line.slope)
    assert found.intercept == pytest.approx(line.intercept)


@pytest.mark.parametrize("limit", [np.inf, 8])
@pytest.mark.slow
def test_the_interval_misses_in_five_percent(limit):
    fits = [scaling_exponent(*planted(0.4, limit, seed=seed)) for seed in range(400)]
    misses = np.mean([not found.low <= 0.4 <= found.high for found in fits])
    assert 0.02 <= misses <= 0.08


def test_the_interval_knows_few_mice_from_many():
    few, many = (scaling_exponent(*planted(0.5, mice=mice)) for mice in (4, 64))
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(4, rel=0.4)


def test_same_seed_same_interval():
    assert scaling_exponent(*planted(0.5)) == scaling_exponent(*planted(0.5))


def test_mice_without_a_value_are_left_out():
    size, sessions, censored = planted(0.5, limit=8)
    size, sessions, censored = np.append(size, 512), np.append(sessions, np.nan), np.append(censored, False)
    assert scaling_exponent(size, sessions, censored) == scaling_exponent(*planted(0.5, limit=8))


@pytest.mark.parametrize(
    ("size", "sessions", "censored", "reason"),
    [
        ([2, 2, 8, 8], [14] * 4, [True] * 4, "none of 4 mice reached the criterion"),
        ([8, 8, 8], [3, 4, 5], [False] * 3, "all mice have one size"),
        ([2, 2, 8, 8], [3, 4, 14, 14], [False, False, True, True], "mice reached the criterion at size 2 only"),
        ([2, 8], [np.nan, np.nan], [False, False], "no mouse has a value"),
    ],
)
def test_no_exponent_has_a_reason(size, sessions, censored, reason):
    found = scaling_exponent(size, sessions, censored)
    assert found.reason == reason
    assert np.isnan([found.value, found.low, found.high, found.spread]).all()
    assert found.censored == sum(censored)


def test_one_mouse_per_size_has_no_interval():
    found = scaling_exponent([2, 4, 8], [2, 3, 6], [False] * 3)
    assert found.value == pytest.approx(0.79, abs=0.01)
    assert found.reason == "one mouse per size, no interval"
    assert np.isnan([found.low, found.high]).all()


def test_an_interval_is_open_where_hardly_any_mouse_reached_the_criterion():
    # At size 8 one mouse of four did: it is missing from a third of the resamples.
    sessions, censored = [2, 3, 3, 4, 14, 14, 14, 10], [False] * 4 + [True] * 3 + [False]
    found = scaling_exponent([2] * 4 + [8] * 4, sessions, censored)
    assert 0.5 < found.low < found.value < found.high == np.inf
    mirrored = scaling_exponent([8] * 4 + [2] * 4, sessions, censored)
    assert mirrored.low == -np.inf
    assert mirrored.value == pytest.approx(-found.value)


def test_ties_do_not_break_the_fit():
    found = scaling_exponent([2] * 3 + [8] * 3 + [32] * 3, [2] * 3 + [4] * 3 + [8] * 2 + [5], [False] * 8 + [True])
    assert found.value == pytest.approx(0.5, abs=0.01)
    assert np.isfinite([found.low, found.high]).all()
