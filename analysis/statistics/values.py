"""The statistics of a run that the paper publishes, as values over mice or neurons, for `statistics.published`."""

import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats
from scipy.optimize import linear_sum_assignment

from apical.analysis.imaging.residual import lines, residuals
from apical.analysis.statistics.error_table import error_table, per_mouse, per_neuron
from apical.analysis.statistics.error_tests import post_hoc
from apical.analysis.statistics.learning import EVENT_RATE_DAYS, hit_rate, late_sessions, rewards_per_minute
from apical.analysis.statistics.residual_tests import compare_models
from apical.analysis.statistics.tables import Tables

#: Values of statistics over mice or neurons, by name.
Samples = dict[str, np.ndarray]

#: Suffix of the names of statistics by role.
SUFFIX = {"P+": "p_plus", "P-": "p_minus", "P0": "p0"}


def learning_values(data: xr.Dataset) -> Samples:
    """Hit rates and rewards over mice: day 1 and the late days (9-14, see `late_sessions`)."""
    hits, rewards = (rate.transpose("session", "mouse").values for rate in (hit_rate(data), rewards_per_minute(data)))
    late = late_sessions(len(hits))
    known = len(hits) > 1
    return {
        "hit_rate_day_1": hits[0],
        "hit_rate_late": hits[late].mean(0) if known else np.full(hits.shape[1], np.nan),
        "rewards_per_min_day_1": rewards[0],
        "rewards_per_min_late": rewards[late].mean(0) if known else np.full(hits.shape[1], np.nan),
    }


def activity_values(cells: pd.DataFrame, seconds: float) -> Samples:
    """Rates of inferred somatic events over neurons, by role: on day 1 (Hz), and late (days 10-14) over day 1.

    The paper matches P0 to the BCI neurons in activity: of each mouse, as many P0 as it has P+ and P-, of least summed
    difference in their rates on day 1.
    cells : table of `Tables`; seconds : length of the closed loop
    """
    by_day = cells.pivot_table(values="soma", index=["mouse", "cell", "role"], columns="session") / seconds
    days = by_day.shape[1]
    first, late = by_day.iloc[:, 0], by_day.iloc[:, late_sessions(days, EVENT_RATE_DAYS)].mean(axis=1)
    table = pd.DataFrame({"first": first, "ratio": late / first.where((first > 0) & (days > 1))}).reset_index()
    values: Samples = {}
    for role, suffix in SUFFIX.items():
        values[f"event_rate_day_1_{suffix}"] = table[table.role == role]["first"].to_numpy()
        values[f"event_rate_ratio_{suffix}"] = table[table.role == role].ratio.to_numpy()
    matched = []
    for _, own in table.groupby("mouse"):
        p0, bci = own[own.role == "P0"], own[own.role != "P0"]
        chosen = linear_sum_assignment(np.abs(np.subtract.outer(bci["first"].to_numpy(), p0["first"].to_numpy())))[1]
        matched.append(p0.ratio.to_numpy()[chosen])
    values["event_rate_ratio_p0_activity_matched"] = np.concatenate(matched)
    ratios = [values[f"event_rate_ratio_{SUFFIX[role]}"] for role in ("P+", "P-")]
    p = stats.ttest_ind(*ratios, equal_var=False, nan_policy="omit").pvalue if days > 1 else np.nan
    return values | {"event_rate_ratio_p_plus_against_p_minus_p": np.array([p])}


def residual_values(events: pd.DataFrame) -> Samples:
    """The error table over neurons and mice, its p values, and how the line compares with other curves.

    ``error_contrast_mice_with_sign`` : (mice,) 1 where the contrasts of both P+ and P- have the published sign, else 0
    """
    models = compare_models(events)
    values: Samples = {
        f"line_over_{name}_delta_aic": np.array([models.loc["per neuron", name]])
        for name in ("exponential", "logarithm")
    }
    neurons = per_neuron(events.dropna(subset=["error"]))
    for error in ("decreases", "increases"):
        for role, suffix in SUFFIX.items():
            own = neurons[(neurons.role == role) & (neurons.error == error)]
            values[f"residual_{error}_{suffix}"] = own.residual.to_numpy()
    tests = post_hoc(neurons).set_index("comparison")
    for error in ("decreases", "increases"):
        values[f"residual_{error}_p"] = np.array([tests.loc[f"P+ - P-, error {error}", "p"]])
    mice = per_mouse(neurons)
    values["error_contrast_p_plus"], values["error_contrast_p_minus"] = mice["P+"].to_numpy(), mice["P-"].to_numpy()
    values["error_contrast_difference"] = mice["difference"].to_numpy()
    signed = ((mice["P+"] > 0) & (mice["P-"] < 0)).where(mice["difference"].notna())
    values["error_contrast_mice_with_sign"] = signed.to_numpy(float)
    return values


def decoding_values(network: pd.DataFrame, outcome: pd.DataFrame) -> Samples:
    """Accuracies of the decoders; of the outcome, balanced over hits and misses, over mice."""
    significant = network[network.significant.astype(bool)] if len(network) else network
    values: Samples = {
        "network_decoding_significant_share": network.significant.to_numpy(float),
        "network_decoding_accuracy_significant": significant.accuracy.to_numpy(float),
        "network_decoding_accuracy_significant_p0": significant[significant.role == "P0"].accuracy.to_numpy(float),
        "network_decoding_above_shuffles": _above_shuffles(network),
    }
    for window in ("before", "after"):
        own = outcome[outcome.window == window]
        values[f"outcome_decoding_{window}"] = own.balanced_accuracy.to_numpy(float)
        values[f"outcome_above_shuffles_{window}"] = (own.balanced_accuracy - own.shuffled).to_numpy(float)
    return values


def _above_shuffles(network: pd.DataFrame) -> np.ndarray:
    if network.empty:
        return np.array([])
    return (network.balanced_accuracy - network.shuffled).groupby(network.mouse).mean().to_numpy(float)


def unexplained(events: pd.DataFrame) -> np.ndarray:
    """Share of the variance of dendritic magnitude that the line does not explain, mean over neurons, (mice,)."""
    known = events.dropna(subset=["residual"])
    own = known.groupby(["mouse", "session", "cell"])
    explained = own[["magnitude_soma", "magnitude_apical"]].corr().iloc[0::2, -1] ** 2
    return (1 - explained).groupby("mouse").mean().to_numpy()


def shift_values(tables: Tables, reference: Tables, seconds: float) -> Samples:
    """Compare the same mice on day 1 with and without light: shift of the residual, change of the event rate.

    reference : tables of the same mice without light; its lines are what the residual is taken from
    """
    shifts = []
    for mouse, own in tables.events[tables.events.session == 1].groupby("mouse"):
        dark = reference.events[(reference.events.mouse == mouse) & (reference.events.session == 1)]
        shifts.append(residuals(own, lines(dark)).groupby("cell").residual.mean())
    keys = ["mouse", "cell"]
    first = [t.cells[t.cells.session == 1].set_index(keys).soma / seconds for t in (tables, reference)]
    change = (first[0] - first[1]).dropna()
    return {
        "residual_shift": pd.concat(shifts).dropna().to_numpy() if shifts else np.array([]),
        "event_rate_change": change.to_numpy(),
    }


def published_table(events: pd.DataFrame) -> pd.DataFrame:
    """The error table as printed: role, error, mean, sem, n over neurons, of the column ``residual``."""
    return error_table(per_neuron(events.dropna(subset=["error"])))
