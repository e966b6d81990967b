import numpy as np
import pandas as pd
import pytest
from scipy import stats

from apical.analysis.statistics.error_tests import anova, contrasts, post_hoc


def neurons(effect=(0.0, 0.0, 0.0), mice=8, per_role=4, seed=0):
    """effect : of role, of error and of their interaction on the residual of a neuron"""
    generator = np.random.default_rng(seed)
    rows = []
    for mouse in range(mice):
        shift = generator.normal(0, 1)
        for r, role in ((0.5, "P+"), (-0.5, "P-"), (0.0, "P0")):
            for cell in range(per_role):
                for e, error in ((0.5, "decreases"), (-0.5, "increases")):
                    mean = shift + effect[0] * r + effect[1] * e + 2 * effect[2] * r * e
                    rows.append((mouse, f"{role}{cell}", role, error, generator.normal(mean, 0.3), 5))
    return pd.DataFrame(rows, columns=["mouse", "cell", "role", "error", "residual", "n"])


def cells_of_the_design(table):
    means = table.groupby(["mouse", "role", "error"]).residual.mean().unstack(["role", "error"])
    return {(r, e): means[(r, e)].to_numpy() for r in ("P+", "P-") for e in ("decreases", "increases")}


def test_anova_is_that_of_contrasts_per_mouse():
    table = neurons((0.2, -0.1, 0.3))
    result = anova(table).set_index("effect")
    m = cells_of_the_design(table)
    a, b, c, d = (m[k] for k in (("P+", "decreases"), ("P+", "increases"), ("P-", "decreases"), ("P-", "increases")))
    for effect, contrast in (("role", a + b - c - d), ("error", a - b + c - d), ("role:error", a - b - c + d)):
        t = stats.ttest_1samp(contrast, 0)
        assert result.f[effect] == pytest.approx(t.statistic**2)
        assert result.p[effect] == pytest.approx(t.pvalue)
        assert (result.df_effect[effect], result.df_error[effect]) == (1, 7)


@pytest.mark.parametrize("n", range(3))
def test_the_planted_effect_alone_is_found(n):
    p = anova(neurons(tuple(0.8 * (k == n) for k in range(3)))).p
    assert p[n] < 1e-3
    assert (p.drop(n) > 0.01).all()


def test_a_mouse_without_a_cell_of_the_design_takes_a_mixed_model():
    table = neurons((0.0, 0.0, 0.8))
    table = table[~((table.mouse == 2) & (table.role == "P+") & (table.error == "decreases"))]
    result = anova(table).set_index("effect")
    assert (result.method == "mixed model").all()
    assert result.p["role:error"] < 1e-3
    assert result.p["role"] > 0.01


def test_mixed_model_agrees_with_the_anova_where_both_apply():
    table = neurons((0.0, 0.1, 0.1), mice=40)
    full = anova(table).set_index("effect")
    # An extra mouse that has but one cell of the design.
    more = pd.concat([table, table[(table.mouse == 0) & (table.role == "P+")].assign(mouse=99).iloc[:1]])
    mixed = anova(more).set_index("effect")
    assert mixed.method.iloc[0] == "mixed model"
    np.testing.assert_allclose(mixed.f, full.f, rtol=0.25, atol=0.5)


def test_post_hoc_tests_by_hand():
    table = neurons((0.0, 0.0, 0.6))
    result = post_hoc(table).set_index("comparison")
    of = lambda role, error: table[(table.role == role) & (table.error == error)].residual.to_numpy()  # noqa: E731
    falling = stats.ttest_ind(of("P+", "decreases"), of("P-", "decreases"), equal_var=False)
    own = result.loc["P+ - P-, error decreases"]
    assert (own.p, own.t, own.n) == (pytest.approx(falling.pvalue), pytest.approx(falling.statistic), 32)
    assert own.difference > 0 > result.difference["P+ - P-, error increases"]
    paired = stats.ttest_rel(of("P-", "decreases"), of("P-", "increases"))
    assert result.p["P-, decreases - increases"] == pytest.approx(paired.pvalue)
    assert result.difference["P-, decreases - increases"] < 0 < result.difference["P+, decreases - increases"]
    # Holm: the smallest of five times five, the largest as it is, unless a smaller one is larger.
    ordered = result.sort_values("p")
    expected = np.maximum.accumulate(np.minimum(ordered.p * [5, 4, 3, 2, 1], 1))
    np.testing.assert_allclose(ordered.p_holm, expected)


def test_post_hoc_without_a_role_is_nan():
    table = neurons()
    result = post_hoc(table[table.role != "P0"]).set_index("comparison")
    assert np.isnan(result.p["P0, decreases - increases"])
    assert result.p_holm.notna().sum() == 4


def test_one_mouse_has_no_anova():
    with pytest.raises(ValueError, match="1 mice"):
        anova(neurons(mice=1))


def mice(means, n, seed, spread=0.1):
    generator = np.random.default_rng(seed)
    table = pd.DataFrame({"P+": generator.normal(means[0], spread, n), "P-": generator.normal(means[1], spread, n)})
    return table.assign(P0=generator.normal(0, spread, n), difference=table["P+"] - table["P-"], mouse=range(n))


def test_contrasts_are_tested_against_0_over_mice():
    own = mice((0.5, -0.1), 6, 1)
    result = contrasts(own).set_index("name")
    for name in ("P+", "P-", "P0", "difference"):
        assert result["mean"][name] == pytest.approx(own[name].mean())
        assert result["sem"][name] == pytest.approx(own[name].std() / np.sqrt(6))
        assert result.p[name] == pytest.approx(stats.ttest_1samp(own[name], 0).pvalue)


def test_contrast_of_a_single_mouse_has_no_error():
    result = contrasts(mice((0.5, -0.1), 1, 1))
    assert (result.n == 1).all()
    assert result[["sem", "t", "p"]].isna().all(axis=None)
