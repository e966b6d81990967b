"""Tests of the SD residual: the shape of the relation, independence of the soma, latency of amplified events.

All take one row per event, as `imaging.residual.residuals` gives them. A neuron is a cell of a mouse;
where there is a column ``session``, its line is that of a session.
"""

import numpy as np
import pandas as pd
from scipy.optimize import curve_fit
from scipy.stats import f as f_distribution
from scipy.stats import spearmanr, wilcoxon

from apical.analysis.imaging.residual import MIN_EVENTS

MODELS = ("line", "exponential", "logarithm")
BINS = 5


def _groups(events: pd.DataFrame, names: tuple[str, ...] = ("mouse", "session", "cell")) -> np.ndarray:
    """Number of the neuron (and session, when lines are by session) of each event, from 0 without gaps."""
    return events.groupby([name for name in names if name in events]).ngroup().to_numpy()


def aic(x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Akaike information criterion of y = a + b x, a exp(b x) and a + b ln x, least squares with Gaussian errors.

    x, y : magnitudes, (events,), x > 0
    Returns the AIC by name: n ln(RSS/n) + 2 k with k = 3 each (two coefficients, variance); less is better. NaN where
    a fit does not converge or leaves no error.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    scale = x.mean()
    fits = {"line": _linear(x, y), "exponential": _exponential(x / scale, y), "logarithm": _linear(np.log(x), y)}
    errors = {name: np.sum((y - fit) ** 2) for name, fit in fits.items()}
    tiny = 1e-20 * np.sum(y**2)
    return {name: y.size * np.log(e / y.size) + 6 if e > tiny else np.nan for name, e in errors.items()}


def _linear(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.polynomial.Polynomial.fit(x, y, 1)(x)


def _exponential(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    curve = lambda x, a, b: a * np.exp(b * x)  # noqa: E731
    positive = y > 0
    start = (y.mean(), 0.0)
    if positive.sum() > 2:
        b, log_a = np.polyfit(x[positive], np.log(y[positive]), 1)
        start = (np.exp(log_a), b)
    try:
        return curve(x, *curve_fit(curve, x, y, start, maxfev=2000)[0])
    except RuntimeError:
        return np.full(y.shape, np.nan)


def compare_models(events: pd.DataFrame, min_events: int = MIN_EVENTS) -> pd.DataFrame:
    """Compare how much worse an exponential and a logarithm describe dendritic against somatic magnitude than a line.

    The paper reports 13.8 and 12.1 with n = 543 and does not say whether these are events or neurons; here are both.
    events : with magnitude_soma and magnitude_apical; neurons with fewer than `min_events` are left out
    Returns two rows, ``pooled`` (all events in one fit, each neuron's magnitudes in units of their means; n events)
    and ``per neuron`` (mean over the fits of single neurons; n neurons), with the columns ``exponential`` and
    ``logarithm``: AIC minus that of the line, > 0 where the line is better; and ``n``.
    """
    events = events.dropna(subset=["magnitude_soma", "magnitude_apical"])
    of = _groups(events)
    pairs = events[["magnitude_soma", "magnitude_apical"]]
    own = [pairs.to_numpy()[rows] for rows in pd.Series(of).groupby(of).indices.values() if rows.size >= min_events]
    own = [pair for pair in own if np.ptp(pair[:, 0]) > 0]
    if not own:
        nothing = {"exponential": np.nan, "logarithm": np.nan, "n": 0}
        return pd.DataFrame([nothing] * 2, index=["pooled", "per neuron"])
    differences = [{name: one[name] - one["line"] for name in MODELS[1:]} for one in (aic(*pair.T) for pair in own)]
    together = aic(*np.concatenate([pair / pair.mean(0) for pair in own]).T)
    pooled = {name: together[name] - together["line"] for name in MODELS[1:]} | {"n": sum(map(len, own))}
    by_neuron = pd.DataFrame(differences).mean().to_dict() | {"n": len(own)}
    return pd.DataFrame([pooled, by_neuron], index=["pooled", "per neuron"])


def independence(events: pd.DataFrame, bins: int = BINS) -> dict:
    """Test whether the residual depends on the somatic magnitude in a way that the lines have not taken out.

    The correlation with it is 0 by construction where the lines were fitted to these very events. The binned test
    goes beyond: the events of each neuron are divided into bins of equal number by somatic magnitude, and an F test
    asks whether bin means, common to all neurons, explain more than each neuron's line (its two degrees of freedom are
    accounted for).
    events : with magnitude_soma and residual; NaN rows do not count
    Returns ``n`` (events), ``neurons``, ``correlation`` (Pearson; somatic magnitude z-scored per neuron),
    ``rank_correlation`` (Spearman), ``bin_means`` and ``bin_sems`` (bins,), ``f``, ``p``; NaN without enough events.
    """
    events = events.dropna(subset=["magnitude_soma", "residual"])
    of = _groups(events)
    groups = of.max() + 1 if of.size else 0
    result = {"n": of.size, "neurons": groups, "correlation": np.nan, "rank_correlation": np.nan}
    result |= {"bin_means": np.full(bins, np.nan), "bin_sems": np.full(bins, np.nan), "f": np.nan, "p": np.nan}
    if of.size - 2 * groups <= bins:
        return result
    count = np.bincount(of)

    def centred(values):
        return values - (np.bincount(of, values) / count)[of]

    soma, residual = events["magnitude_soma"].to_numpy(float), events["residual"].to_numpy(float)
    z = centred(soma)
    spread = np.bincount(of, z**2)

    def without_line(values):
        values = centred(values)
        slope = np.divide(np.bincount(of, z * values), spread, out=np.zeros(groups), where=spread > 0)
        return values - slope[of] * z

    rank = events["magnitude_soma"].groupby(of).rank(method="first").to_numpy() - 1
    place = (rank * bins / count[of]).astype(int)
    z_score = z / np.sqrt(np.where(spread > 0, spread / count, 1))[of]
    result["correlation"] = np.corrcoef(z_score, residual)[0, 1]
    result["rank_correlation"] = float(spearmanr(z_score, residual).statistic)
    by_bin = pd.Series(residual).groupby(place)
    result["bin_means"] = by_bin.mean().reindex(range(bins)).to_numpy()
    result["bin_sems"] = by_bin.sem().reindex(range(bins)).to_numpy()

    design = np.column_stack([without_line((place == n).astype(float)) for n in range(bins)])
    remaining = without_line(residual)
    coefficients, _, rank_of_design, _ = np.linalg.lstsq(design, remaining, rcond=1e-9)
    left = np.sum((remaining - design @ coefficients) ** 2)
    freedom = of.size - 2 * groups - rank_of_design
    if rank_of_design > 0 and freedom > 0 and left > 0:
        result["f"] = (np.sum(remaining**2) - left) / rank_of_design / (left / freedom)
        result["p"] = float(f_distribution.sf(result["f"], rank_of_design, freedom))
    return result


def latency_difference(events: pd.DataFrame) -> dict:
    """Test whether amplified events peak earlier in the dendrite, relative to the soma, than attenuated ones.

    events : with latency (dendritic minus somatic peak, s) and residual; NaN rows do not count
    Returns ``amplified`` and ``attenuated`` (mean latency over all such events, s) with ``n_amplified`` and
    ``n_attenuated``; ``difference`` (s), the mean over neurons of amplified minus attenuated, < 0 where amplified
    events are earlier, with ``sem`` and ``neurons``; ``p`` of the Wilcoxon signed-rank test over neurons (two-sided;
    events of a neuron are not independent). NaN without neurons that have both.
    """
    events = events.dropna(subset=["latency", "residual"])
    latency, residual = events["latency"].to_numpy(), events["residual"].to_numpy()
    neuron = _groups(events, ("mouse", "cell"))
    result, means = {}, []
    for name, own in (("amplified", residual > 0), ("attenuated", residual < 0)):
        result[name] = latency[own].mean() if own.any() else np.nan
        result[f"n_{name}"] = int(own.sum())
        means.append(pd.Series(latency[own]).groupby(neuron[own]).mean())
    difference = (means[0] - means[1]).dropna()
    result |= {"difference": difference.mean(), "sem": difference.sem(), "neurons": len(difference), "p": np.nan}
    if (difference != 0).sum() > 1:
        result["p"] = float(wilcoxon(difference).pvalue)
    return result
