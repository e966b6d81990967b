import numpy as np
import pytest
from scipy import stats

from apical.analysis.statistics.bootstrap import effect_size, interval
from apical.analysis.statistics.four_criteria import causal_sign, independent_information, necessity, task_encoding

MICE = 6
WITHOUT = np.array([-0.01, 0.02, 0.0, -0.02, 0.01, 0.0])  # nothing, mouse by mouse
NAN = np.full(MICE, np.nan)


def around(mean, spread=0.02, n=MICE):
    """`n` values with this mean and standard deviation."""
    values = np.linspace(-1, 1, n)
    return mean + spread * values / values.std(ddof=1)


@pytest.mark.parametrize("n", [6, 10])
def test_interval_covers_as_it_says(n):
    generator = np.random.default_rng(0)
    bounds = np.array([interval(generator.normal(0.3, 1, n), seed=k)[1:] for k in range(400)])
    covered = np.mean((bounds[:, 0] < 0.3) & (bounds[:, 1] > 0.3))
    assert 0.91 < covered < 0.98


def test_interval_of_a_difference_covers_as_it_says():
    generator = np.random.default_rng(1)
    draws = [(generator.normal(1, 1, 6), generator.normal(0.2, 2, 6)) for _ in range(400)]
    bounds = np.array([interval(a, b, seed=k)[1:] for k, (a, b) in enumerate(draws)])
    assert 0.91 < np.mean((bounds[:, 0] < 0.8) & (bounds[:, 1] > 0.8)) < 0.99


def test_interval_of_many_mice_is_that_of_student():
    values = np.random.default_rng(2).normal(1, 1, 60)
    expected = stats.ttest_1samp(values, 0).confidence_interval()
    value, low, high = interval(values)
    assert value == pytest.approx(values.mean())
    np.testing.assert_allclose([low, high], expected, atol=0.03)


def test_interval_leaves_missing_mice_out_and_needs_two():
    assert interval(np.append(around(0.5), np.nan)) == interval(around(0.5))
    assert interval(around(0.5), seed=3) == interval(around(0.5), seed=3)
    np.testing.assert_equal(interval(np.array([0.5, np.nan])), (0.5, np.nan, np.nan))
    np.testing.assert_equal(interval(NAN), (np.nan,) * 3)


def test_effect_size_is_cohens_d():
    assert effect_size(np.array([1.0, 2.0, 3.0])) == pytest.approx(2.0)
    first, second = np.array([1.0, 2.0, 3.0]), np.array([0.0, 4.0])
    pooled = np.sqrt((2 * 1 + 1 * 8) / 3)
    assert effect_size(first, second) == pytest.approx(0.0 / pooled)
    assert effect_size(first, second - 1) == pytest.approx(1.0 / pooled)
    assert np.isnan(effect_size(np.ones(3)))


@pytest.mark.parametrize(
    ("decoding", "unexplained", "null", "verdict"),
    [
        (0.1, 0.5, 0.0, "holds"),
        (0.1, 0.5, 0.1, "holds in part"),  # what the null explains
        (0.1, 0.5, None, "holds in part"),
        (0.0, 0.5, 0.0, "holds in part"),
        (0.1, 0.0, 0.0, "holds in part"),
        (0.0, 0.0, 0.0, "does not hold"),
        (-0.1, 0.0, 0.0, "does not hold"),
        (np.nan, 0.5, 0.0, "cannot be tested"),
    ],
)
def test_independent_information(decoding, unexplained, null, verdict):
    result = independent_information(around(unexplained), around(decoding), None if null is None else around(null))
    assert result.verdict == verdict
    assert ("no null run" in result.why) == (null is None)


@pytest.mark.parametrize(
    ("outcome", "error", "null", "verdict"),
    [
        (0.1, 0.2, 0.0, "holds"),
        (0.1, -0.2, 0.0, "holds"),
        (0.1, 0.2, 0.2, "holds in part"),
        (0.1, 0.2, None, "holds in part"),
        (0.0, 0.2, 0.0, "holds in part"),
        (-0.1, 0.0, 0.0, "does not hold"),
        (np.nan, 0.2, 0.0, "cannot be tested"),
    ],
)
def test_task_encoding(outcome, error, null, verdict):
    result = task_encoding(around(outcome), around(error), None if null is None else around(null))
    assert result.verdict == verdict


@pytest.mark.parametrize(
    ("plus", "minus", "null", "verdict"),
    [
        (0.1, -0.2, (0.0, 0.0), "holds"),
        (0.4, 0.1, (0.3, 0.3), "holds"),  # only after the null is subtracted have both the sign
        (0.4, 0.1, (0.0, 0.0), "holds in part"),
        (0.1, -0.2, None, "holds in part"),
        (0.1, -0.2, (0.1, -0.2), "does not hold"),
        (-0.1, 0.2, (0.0, 0.0), "does not hold"),
        (np.nan, -0.2, (0.0, 0.0), "cannot be tested"),
    ],
)
def test_causal_sign(plus, minus, null, verdict):
    null = None if null is None else tuple(map(around, null))
    result = causal_sign(around(plus), around(minus), null)
    assert result.verdict == verdict
    if null is None and verdict == "holds in part":
        assert result.value == pytest.approx(0.3)
        assert result.low > 0


@pytest.mark.parametrize(
    ("gain", "without", "verdict"),
    [
        (0.25, 0.0, "holds"),
        (0.25, -0.1, "holds"),
        (0.25, 0.1, "holds in part"),
        (0.25, 0.25, "does not hold"),
        (0.1, 0.3, "does not hold"),
        (0.0, 0.0, "cannot be tested"),
        (0.25, np.nan, "cannot be tested"),
    ],
)
def test_necessity(gain, without, verdict):
    result = necessity(around(gain), around(without, n=4))
    assert result.verdict == verdict
    if np.isfinite(without):
        assert result.value == pytest.approx(gain - without)
        assert result.n == 4


def test_two_mice_are_too_few():
    result = causal_sign(around(0.1, n=2), around(-0.2, n=2), (around(0.0), around(0.0)))
    assert (result.verdict, result.n) == ("cannot be tested", 2)
    assert "fewer than 3 mice" in result.why


def test_chance_rarely_holds():
    generator = np.random.default_rng(4)
    draw = lambda: generator.normal(0, 1, MICE)  # noqa: E731
    verdicts = [causal_sign(draw(), draw(), (draw(), draw()), seed=k).verdict for k in range(150)]
    assert np.mean([v != "does not hold" for v in verdicts]) < 0.06
