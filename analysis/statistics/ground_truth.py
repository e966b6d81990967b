"""The teaching signal as it truly was, which only a model knows, against what theories of credit assignment ask for.

Vectors have one entry per cell of a mouse. The instructive vector is the weight with which each dendrite receives the
teaching signal. It is compared with

- the gradient of the readout: how x changes with the activity of each cell, which is its readout weight;
- the target of difference target propagation (Lee et al. 2015): how each cell's activity changes with x, the best
  linear inverse of the readout from the activity of the session, in which correlated cells outside it have a part;
- a broadcast: the same for all cells.

The teaching current of a cell is this weight times the signal of its mouse, which changes from frame to frame.
"""

import numpy as np
import pandas as pd

from apical.networks.training.protocols import RATE


def angle_between(u: np.ndarray, v: np.ndarray) -> float:
    """Angle between two vectors in degrees; NaN where one of them is zero."""
    norms = np.linalg.norm(u) * np.linalg.norm(v)
    return float(np.degrees(np.arccos(np.clip(np.dot(u, v) / norms, -1, 1)))) if norms > 0 else np.nan


def readout_gradient(role: np.ndarray) -> np.ndarray:
    """Derivative of x with respect to the dF/F of each cell: 1/n of P+, -1/n of P-, 0 of P0; (cells,)."""
    plus, minus = role == "P+", role == "P-"
    return plus / max(plus.sum(), 1) - minus / max(minus.sum(), 1)


def inverse_target(activity: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Regression of each cell's activity on x: the change of activity that goes with a unit of x; (cells,).

    activity : (cells, frames) dF/F; x : (frames,) readout. Frames where x is NaN are left out.
    """
    known = np.isfinite(x)
    x, activity = x[known] - x[known].mean(), activity[:, known]
    variance = np.mean(x**2)
    return activity @ x / x.size / variance if variance > 0 else np.zeros(len(activity))


def angles(feedback: np.ndarray, role: np.ndarray, activity: np.ndarray, x: np.ndarray) -> dict[str, float]:
    """Angles in degrees between the instructive vector of a session and what theories ask for; 90 is chance.

    feedback : (cells,) weights of the teaching signal; role : (cells,); activity : (cells, frames); x : (frames,)
    """
    return {
        "gradient": angle_between(feedback, readout_gradient(role)),
        "inverse": angle_between(feedback, inverse_target(activity, x)),
        "broadcast": angle_between(feedback, np.ones_like(feedback)),
    }


def teaching_current(
    events: pd.DataFrame, teaching: np.ndarray, feedback: np.ndarray, unit_current: float
) -> np.ndarray:
    """True teaching current into the cell of each event at its somatic peak, in pA; (events,).

    events : with ``cell`` and ``time_soma`` (s) of one mouse and session; teaching : (frames,) signal;
    feedback : (cells,); unit_current : of a signal and weight of 1, in pA
    """
    frame = np.clip(np.round(events.time_soma.to_numpy() * RATE).astype(int), 0, teaching.size - 1)
    return unit_current * feedback[events.cell.to_numpy(int)] * teaching[frame]


def recovered_over_events(events: pd.DataFrame) -> float:
    """Measure how well the imaged residual tells the true teaching current from event to event of a cell.

    events : with ``cell``, ``residual`` and ``teaching``. Returns the correlation of both about the means of their
    cells, over all events; NaN where one of them does not vary.
    """
    known = events.dropna(subset=["residual"])
    about = known[["residual", "teaching"]] - known.groupby("cell")[["residual", "teaching"]].transform("mean")
    power = (about**2).sum()
    return float((about.residual * about.teaching).sum() / np.sqrt(power.prod())) if (power > 1e-12).all() else np.nan


def recovered(residuals: pd.DataFrame, feedback: np.ndarray) -> tuple[float, int]:
    """Measure how well the imaged residual tells the instructive vector: correlation over cells, and their number.

    residuals : one row per coincident event with ``cell``, ``residual`` and ``error`` (``decreases``, ``increases``);
        a cell counts when it has events in both
    feedback : (cells,)
    """
    means = residuals.pivot_table(values="residual", index="cell", columns="error", aggfunc="mean")
    if not {"decreases", "increases"} <= set(means.columns):
        return np.nan, 0
    contrast = (means["decreases"] - means["increases"]).dropna()
    truth = feedback[contrast.index.to_numpy(dtype=int)]
    if len(contrast) < 3 or np.ptp(truth) == 0 or np.ptp(contrast.to_numpy()) == 0:
        return np.nan, len(contrast)
    return float(np.corrcoef(contrast, truth)[0, 1]), len(contrast)
