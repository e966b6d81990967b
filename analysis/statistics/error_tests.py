"""Tests of the error table: analysis of variance over mice, post-hoc tests over neurons, contrasts over mice."""

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.formula.api import mixedlm
from statsmodels.stats.anova import AnovaRM
from statsmodels.stats.multitest import multipletests

from apical.analysis.statistics.error_table import DECREASES, INCREASES
from apical.networks.training.cohort import ROLES

EFFECTS = ("role", "error", "role:error")


def anova(neurons: pd.DataFrame) -> pd.DataFrame:
    """Repeated-measures ANOVA of the residual over mice: role (P+, P-), error (decreases, increases), interaction.

    neurons : table of `statistics.error_table.per_neuron`; a mouse counts with the mean of its neurons in each of
        the four cells of the table
    Returns effect, f, df_effect, df_error, p, method. When a mouse lacks a cell, a mixed model over the means there
    are, with a random intercept per mouse: f is its Wald chi-squared over one degree of freedom, df_error infinite.
    Raises ValueError when fewer than two mice have neurons.
    """
    bci = neurons[neurons.role.isin(["P+", "P-"])]
    means = bci.groupby(["mouse", "role", "error"], as_index=False).residual.mean()
    mice = means.mouse.nunique()
    if mice < 2:
        raise ValueError(f"{mice} mice: an analysis of variance needs two")
    if len(means) == 4 * mice:
        table = AnovaRM(means, "residual", "mouse", within=["role", "error"]).fit().anova_table.loc[list(EFFECTS)]
        table.columns = ["f", "df_effect", "df_error", "p"]
        return table.rename_axis("effect").reset_index().assign(method="repeated measures")
    model = mixedlm("residual ~ C(role, Sum) * C(error, Sum)", means, groups=means.mouse).fit()
    z = model.tvalues.iloc[1:4].to_numpy()
    p = model.pvalues.iloc[1:4].to_numpy()
    columns = {"effect": EFFECTS, "f": z**2, "df_effect": 1.0, "df_error": np.inf, "p": p, "method": "mixed model"}
    return pd.DataFrame(columns)


def post_hoc(neurons: pd.DataFrame) -> pd.DataFrame:
    """t tests over neurons: P+ against P- within each class (Welch), and the classes within each role (paired).

    neurons : table of `statistics.error_table.per_neuron`
    Returns comparison, difference, t, df, p, p_holm (corrected over the five tests after Holm) and n, the neurons of
    the smaller group; NaN where a group has fewer than two.
    """
    rows = []
    for error in (DECREASES, INCREASES):
        own = neurons[neurons.error == error]
        groups = [own[own.role == role].residual.to_numpy() for role in ("P+", "P-")]
        rows.append((f"P+ - P-, error {error}", *_t_test(groups[0], groups[1], paired=False)))
    for role in ROLES:
        own = neurons[neurons.role == role]
        both = own.pivot_table(index=["mouse", "cell"], columns="error", values="residual")
        both = both.reindex(columns=[DECREASES, INCREASES]).dropna().to_numpy()
        rows.append((f"{role}, decreases - increases", *_t_test(both[:, 0], both[:, 1], paired=True)))
    table = pd.DataFrame(rows, columns=["comparison", "difference", "t", "df", "p", "n"])
    tested = table.p.notna()
    table["p_holm"] = np.nan
    if tested.any():
        table.loc[tested, "p_holm"] = multipletests(table.p[tested], method="holm")[1]
    return table[["comparison", "difference", "t", "df", "p", "p_holm", "n"]]


def _t_test(first: np.ndarray, second: np.ndarray, paired: bool) -> tuple[float, float, float, float, int]:
    n = min(first.size, second.size)
    if n < 2:
        return np.nan, np.nan, np.nan, np.nan, n
    result = stats.ttest_rel(first, second) if paired else stats.ttest_ind(first, second, equal_var=False)
    return first.mean() - second.mean(), result.statistic, result.df, result.pvalue, n


def contrasts(mice: pd.DataFrame) -> pd.DataFrame:
    """Mean contrast over mice of P+, P-, P0 and of the difference of P+ and P-.

    mice : table of `statistics.error_table.per_mouse`
    Returns name, mean, sem, n, t, p (one sample against 0).
    """
    rows = []
    for name in (*ROLES, "difference"):
        own = mice[name].dropna().to_numpy(float)
        mean, sem = _mean_sem(own)
        one = stats.ttest_1samp(own, 0) if own.size > 1 else None
        t, p = (one.statistic, one.pvalue) if one else (np.nan, np.nan)
        rows.append({"name": name, "mean": mean, "sem": sem, "n": own.size, "t": t, "p": p})
    return pd.DataFrame(rows)


def _mean_sem(values: np.ndarray) -> tuple[float, float]:
    if not values.size:
        return np.nan, np.nan
    return values.mean(), stats.sem(values) if values.size > 1 else np.nan
