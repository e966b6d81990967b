import numpy as np
import pytest

from apical.analysis.statistics.published import PUBLISHED, compare


def values(mean, sem, n=6):
    """`n` values with this mean and standard error."""
    spread = np.linspace(-1, 1, n)
    return mean + sem * np.sqrt(n) * spread / spread.std(ddof=1)


@pytest.mark.parametrize(
    ("name", "value", "sem", "n"),
    [
        ("error_contrast_p_plus", 0.08, 0.03, 6),
        ("error_contrast_p_minus", -0.15, 0.03, 6),
        ("error_contrast_difference", 0.23, 0.05, 6),
        ("residual_decreases_p_minus", -0.13, 0.02, None),
        ("residual_increases_p_plus", -0.10, 0.02, None),
        ("event_rate_ratio_p_minus", 0.60, 0.037, 27),
        ("hit_rate_last_6_days_ndnf", 0.56, 0.04, 4),
        ("outcome_decoding_after", 0.63, None, None),
        ("residual_shift_ndnf", -0.9, None, None),
        ("line_over_exponential_delta_aic", 13.8, None, 543),
    ],
)
def test_published_numbers(name, value, sem, n):
    entry = PUBLISHED[name]
    assert (entry.name, entry.value, entry.sem, entry.n) == (name, value, sem, n)


def test_every_entry_is_whole():
    for entry in PUBLISHED.values():
        assert entry.unit and entry.where and entry.per
        assert entry.sem is None or entry.sem > 0
        if entry.unit == "p":
            assert 0 < entry.value < 1
            assert entry.reference is None


def test_difference_of_the_published_contrasts_is_the_published_difference():
    plus, minus, both = (PUBLISHED[f"error_contrast_{n}"].value for n in ("p_plus", "p_minus", "difference"))
    assert plus - minus == pytest.approx(both)


@pytest.mark.parametrize(
    ("mean", "same_sign", "within"),
    [(0.08, True, True), (0.165, True, False), (0.15, True, True), (-0.005, False, False), (0.01, True, True)],
)
def test_two_standard_errors_of_both_are_the_limit(mean, same_sign, within):
    # 2 sqrt(0.03^2 + 0.028^2) = 0.082
    result = compare("error_contrast_p_plus", values(mean, 0.028))
    assert (result.same_sign, result.within_2_sem) == (same_sign, within)
    assert result.model == pytest.approx(mean)
    assert result.sem == pytest.approx(0.028)
    assert (result.n, result.published, result.published_sem) == (6, 0.08, 0.03)
    assert result.sem_of == "model and paper"


@pytest.mark.parametrize(
    ("mean", "same_sign", "within"), [(0.62, True, True), (0.48, False, False), (0.6, True, False)]
)
def test_accuracies_count_from_chance_and_without_published_error(mean, same_sign, within):
    result = compare("outcome_decoding_after", values(mean, 0.01))
    assert (result.same_sign, result.within_2_sem) == (same_sign, within)
    assert (result.published_sem, result.sem_of) == (None, "model")


def test_ratios_count_from_one():
    assert compare("event_rate_ratio_p_minus", values(0.9, 0.01)).same_sign
    assert not compare("event_rate_ratio_p_minus", values(1.1, 0.01)).same_sign


def test_values_above_a_lower_bound_agree():
    assert compare("hit_rate_days_9_14_above", values(0.9, 0.01)).within_2_sem
    assert not compare("hit_rate_days_9_14_above", values(0.7, 0.01)).within_2_sem


def test_rates_have_no_side():
    result = compare("event_rate_day_1_p0", values(0.03, 0.002))
    assert (result.same_sign, result.within_2_sem) == (None, True)


def test_p_values_have_no_interval():
    assert compare("ndnf_residual_increases_p", values(0.5, 0.1)).within_2_sem is None


@pytest.mark.parametrize(
    ("k", "n", "same_sign"), [(2, 2, True), (1, 2, False), (4, 6, True), (3, 6, False), (1, 4, False)]
)
def test_mice_with_the_sign_are_counted_out_of_the_mice_of_the_model(k, n, same_sign):
    result = compare("error_contrast_mice_with_sign", np.arange(n) < k)
    assert (result.model, result.n, result.published, result.published_n) == (k, n, 6, 6)
    assert (result.sem, result.same_sign, result.within_2_sem) == (None, same_sign, None)


def test_few_mice():
    one = compare("error_contrast_p_minus", np.array([-0.1, np.nan]))
    assert (one.model, one.sem, one.n, one.same_sign, one.within_2_sem) == (-0.1, None, 1, True, None)
    none = compare("error_contrast_p_minus", np.array([]))
    assert (none.model, none.n, none.same_sign, none.within_2_sem) == (None, 0, None, None)


def test_unknown_names_are_refused():
    with pytest.raises(KeyError, match="error_contrast_p_plus"):
        compare("nonsense", np.ones(3))


def test_what_rounding_leaves_of_zero_has_no_sign():
    assert compare("residual_shift_light_only", np.full(4, -3e-17)).same_sign is False
    assert compare("residual_shift_light_only", np.full(4, -1e-3)).same_sign is True
