"""Does the vector of somato-dendritic residuals before or after the outcome of a trial tell a hit from a miss?

A linear decoder per mouse, after Francioni et al. 2026, Methods.
"""

import numpy as np
import pandas as pd
import xarray as xr
from joblib import Parallel, delayed

from apical.analysis.statistics.svm import decode

WINDOW = 2.0  # s before and after the outcome
LEAST = 7  # trials of the rarer outcome: SMOTE takes five neighbours, and one fold is held out
FOLDS, SHUFFLES = 10, 20  # ours
MEASURES = ["accuracy", "shuffled_accuracy", "balanced_accuracy", "shuffled", "p"]


def trial_frame(data: xr.Dataset, probe: bool = False) -> pd.DataFrame:
    """Finished trials as a table: mouse, session, start and end (s from the start of the closed loop), hit (bool).

    data : dataset of `apical.open_run`; probe : take the open-loop probes instead of the closed-loop trials
    """
    names = {"trial_start": "start", "trial_end": "end", "trial_hit": "hit", "trial_probe": "probe"}
    table = data[list(names)].to_dataframe().reset_index().rename(columns=names)
    table = table[table.hit.notna() & (table.probe == int(probe))]
    table = table.astype({"start": float, "end": float, "hit": bool})
    return table[["mouse", "session", "start", "end", "hit"]].sort_values(["mouse", "session", "start"])


def residual_vectors(residuals: pd.DataFrame, sessions: np.ndarray, starts: np.ndarray, cells: int) -> np.ndarray:
    """Mean residual of each cell of a mouse in the 2 s from each start, (starts, cells); 0 (its mean) without event.

    residuals : events of one mouse: session, cell, time_soma (s), residual
    sessions, starts : (starts,) session and time (s) of each window
    """
    total, count = np.zeros((2, len(starts), cells))
    for day, own in residuals.groupby("session"):
        own = own.sort_values("time_soma")
        time, cell, value = (own[n].to_numpy() for n in ("time_soma", "cell", "residual"))
        for n in np.flatnonzero(sessions == day):
            part = slice(*np.searchsorted(time, (starts[n], starts[n] + WINDOW)))
            np.add.at(total[n], cell[part], value[part])
            np.add.at(count[n], cell[part], 1)
    return total / np.maximum(count, 1)


def outcome_decoding(
    residuals: pd.DataFrame,
    trials: pd.DataFrame,
    folds: int = FOLDS,
    shuffles: int = SHUFFLES,
    seed: int = 0,
    jobs: int = 2,
) -> pd.DataFrame:
    """Hit against miss from the vector of residuals 2 s before and after the outcome, a row per mouse and window.

    residuals : coincident events of all neurons; trials : of `trial_frame`
    folds : number of folds of the cross-validation, whole trials; shuffles : outcomes permuted within sessions
    Returns mouse, window ('before', 'after'), n, n_hit, accuracy, balanced_accuracy, ``shuffled...`` and p (share of
    shuffles with at least that balanced accuracy). A mouse without seven hits and seven misses is left out.
    """
    cells = int(residuals.cell.max()) + 1 if len(residuals) else 0
    rows, tasks = [], []
    for mouse, own in trials.groupby("mouse"):
        hit, session, end = own.hit.to_numpy(bool), own.session.to_numpy(), own.end.to_numpy()
        if min(hit.sum(), (~hit).sum()) < LEAST:
            continue
        events = residuals[residuals.mouse == mouse].dropna(subset=["residual"])
        for n, (window, lead) in enumerate({"before": WINDOW, "after": 0.0}.items()):
            vectors = residual_vectors(events, session, end - lead, cells)
            rows.append({"mouse": mouse, "window": window, "n": hit.size, "n_hit": hit.sum()})
            tasks.append((vectors, hit, session, folds, shuffles, [seed, 2, int(mouse), n]))
    results = np.array(Parallel(jobs)(delayed(decode)(*task) for task in tasks))
    table = pd.DataFrame(rows, columns=["mouse", "window", "n", "n_hit"])
    if not rows:
        return table.reindex(columns=[*table.columns, *MEASURES])
    table["accuracy"], table["shuffled_accuracy"] = results[:, 0, 0], results[:, 0, 1:].mean(1)
    table["balanced_accuracy"], table["shuffled"] = results[:, 1, 0], results[:, 1, 1:].mean(1)
    reached = results[:, 1, 1:] >= results[:, 1, :1] - 1e-9
    return table.assign(p=(1 + reached.sum(1)) / (1 + shuffles))
