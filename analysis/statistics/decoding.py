"""Does the activity of all other somata before an event tell whether the dendrite amplified or attenuated it?

A linear decoder per neuron, after Francioni et al. 2026, Methods.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.stats import binomtest, false_discovery_control

from apical.analysis.statistics.svm import decode
from apical.networks.training.protocols import RATE

WINDOW = 2.0  # s before an event
ALPHA = 0.05
LEAST = 7  # events of the rarer class: SMOTE takes five neighbours, and one is held out

# Limits that keep a study of 15 mice and 14 sessions within minutes; none is the paper's.
P0_CELLS = 24  # per mouse, at random; P+ and P- all
MOST_EVENTS = 200  # per neuron, at random
MOST_FOLDS = 100  # leave-one-out up to here
SHUFFLES, MOST_SHUFFLES, POOL = 4, 40, 500  # per neuron at least and at most; to have of all neurons together

Rates = Callable[[int, int], np.ndarray]


def preceding_rate(rate: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Mean rate of each cell in the 2 s before each time, (times, cells); the frame of the event is not in it.

    rate : (cells, frames) at 15.46 Hz
    times : (times,) in s from the first frame; NaN rows where fewer than 2 s lie before
    """
    total = np.concatenate([np.zeros((len(rate), 1)), np.cumsum(rate, axis=1, dtype=float)], axis=1)
    length = round(WINDOW * RATE)
    stop = np.round(np.asarray(times) * RATE).astype(int)
    inside = (stop >= length) & (stop <= rate.shape[1])
    stop = np.where(inside, stop, length)
    return np.where(inside[:, None], ((total[:, stop] - total[:, stop - length]) / length).T, np.nan)


def chosen_cells(residuals: pd.DataFrame, p0: int = P0_CELLS, seed: int = 0) -> pd.DataFrame:
    """Neurons with enough events to decode: all P+ and P-, and at most `p0` P0 per mouse at random.

    residuals : coincident events (mouse, cell, role, residual); at least seven amplified and seven attenuated
    Returns mouse, cell, role.
    """
    count = residuals.assign(up=residuals.residual > 0, down=residuals.residual < 0)
    count = count.groupby(["mouse", "cell", "role"], as_index=False)[["up", "down"]].sum()
    enough = count[count[["up", "down"]].min(axis=1) >= LEAST].sort_values(["mouse", "cell"])
    generator = np.random.default_rng(seed)
    kept = [
        own if role != "P0" else own.iloc[np.sort(generator.permutation(len(own))[:p0])]
        for (_, role), own in enough.groupby(["mouse", "role"])
    ]
    columns = ["mouse", "cell", "role"]
    return pd.concat(kept)[columns].sort_values(columns[:2], ignore_index=True) if kept else enough[columns]


def network_decoding(
    residuals: pd.DataFrame,
    rates: Rates,
    p0: int = P0_CELLS,
    shuffles: int | None = None,
    most_events: int = MOST_EVENTS,
    most_folds: int = MOST_FOLDS,
    seed: int = 0,
    jobs: int = 2,
) -> pd.DataFrame:
    """Amplified against attenuated events of each neuron from the activity of all other somata, one row per neuron.

    residuals : coincident events: mouse, session, cell (row of the rates), role, time_soma (s), residual
    rates : ``rates(mouse, session)`` gives the inferred rates (cells, frames); called once per mouse and session
    p0, most_events, most_folds : see `chosen_cells`; events per neuron; leave-one-out up to that many events
    shuffles : labels permuted within sessions, at least 2 per neuron; when None, 4 and as many more, up to 40, as give
        500 over all neurons; jobs : processes

    The result has n, n_amplified, accuracy, balanced_accuracy, both of the shuffles (``shuffled...``, their mean),
    p_binomial (accuracy above the shuffled one, naive: held-out predictions are taken as independent), p, q,
    significant and significant_corrected. p is a permutation test: balanced accuracy minus the mean of the neuron's
    shuffles, over its binomial error, ranked among the same of all shuffles of all neurons; q is corrected after
    Benjamini and Hochberg over all neurons of the table. Significant: p, or q, below 0.05.
    Raises ValueError for fewer than two shuffles.
    """
    chosen = chosen_cells(residuals, p0, seed)
    if shuffles is None:
        shuffles = int(np.clip(np.ceil(POOL / max(len(chosen), 1)), SHUFFLES, MOST_SHUFFLES))
    if shuffles < 2:
        raise ValueError(f"{shuffles} shuffles: the control needs two")
    generator = np.random.default_rng([seed, 0])
    rows, results = [], []
    with Parallel(jobs) as parallel:
        for mouse, cells in chosen.groupby("mouse"):
            events = residuals[(residuals.mouse == mouse) & residuals.cell.isin(cells.cell) & (residuals.residual != 0)]
            events = _with_predictors(events.dropna(subset=["residual"]), mouse, rates)
            tasks = []
            for _, neuron in cells.iterrows():
                own = np.flatnonzero(events.cell == neuron.cell)
                own = np.sort(generator.permutation(own)[:most_events])
                labels = events.residual[own] > 0
                if min(labels.sum(), (~labels).sum()) < LEAST:
                    continue
                others = np.delete(events.predictors[own], neuron.cell, axis=1)
                rows.append(neuron.to_dict() | {"n": own.size, "n_amplified": labels.sum()})
                seeds = [seed, 1, int(mouse), int(neuron.cell)]
                tasks.append((others, labels, events.session[own], most_folds, shuffles, seeds))
            results += parallel(delayed(decode)(*task) for task in tasks)
    if not rows:
        return pd.DataFrame(columns=["mouse", "cell", "role", "n", "n_amplified", *_MEASURES, *_TESTS])
    return _tested(pd.DataFrame(rows), np.array(results))


class _Events:
    """Columns of the events of a mouse as arrays, with their predictors (events, cells)."""

    def __init__(self, table: pd.DataFrame, predictors: np.ndarray):
        self.cell, self.session, self.residual = (table[n].to_numpy() for n in ("cell", "session", "residual"))
        self.predictors = predictors


def _with_predictors(events: pd.DataFrame, mouse: int, rates: Rates) -> _Events:
    days = list(events.groupby("session"))
    predictors = np.concatenate([preceding_rate(rates(mouse, day), own.time_soma) for day, own in days])
    whole = np.isfinite(predictors).any(1)
    # A soma that was not recorded on each day tells nothing.
    predictors = np.nan_to_num(predictors[whole] * np.where(np.isnan(predictors[whole]).any(0), 0, 1))
    return _Events(pd.concat([own for _, own in days])[whole], predictors)


_MEASURES = ["accuracy", "shuffled_accuracy", "balanced_accuracy", "shuffled"]
_TESTS = ["p_binomial", "p", "q", "significant", "significant_corrected"]


def _tested(table: pd.DataFrame, results: np.ndarray) -> pd.DataFrame:
    """results : (neurons, 2, 1 + shuffles) of `statistics.svm.decode`"""
    accuracy, balanced = results[:, 0], results[:, 1]
    table["accuracy"], table["shuffled_accuracy"] = accuracy[:, 0], accuracy[:, 1:].mean(1)
    table["balanced_accuracy"], table["shuffled"] = balanced[:, 0], balanced[:, 1:].mean(1)
    table["p_binomial"] = [
        binomtest(round(row.accuracy * row.n), row.n, np.clip(row.shuffled_accuracy, 0, 1), "greater").pvalue
        for row in table.itertuples()
    ]
    error = np.sqrt(0.25 / table.n_amplified + 0.25 / (table.n - table.n_amplified)).to_numpy() / 2
    excess = (table.balanced_accuracy - table.shuffled).to_numpy() / error
    shuffled = balanced[:, 1:]
    n = shuffled.shape[1]
    # Each shuffle against the mean of the others, brought to the variance that the excess has.
    null = (shuffled - shuffled.mean(1, keepdims=True)) * n / (n - 1) / error[:, None]
    null = np.sort((null * np.sqrt((1 + 1 / n) / (1 + 1 / (n - 1)))).ravel())
    at_least = null.size - np.searchsorted(null, excess - 1e-9)
    table["p"] = (1 + at_least) / (1 + null.size)
    table["q"] = false_discovery_control(table.p)
    table["significant"], table["significant_corrected"] = table.p < ALPHA, table.q < ALPHA
    return table
