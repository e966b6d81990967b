"""Somato-dendritic (SD) residual: how much larger or smaller a dendritic event is than its soma's lets expect.

Definition of Francioni et al. 2026: per neuron, a straight line of dendritic on somatic magnitude over all coincident
events; the residual is the dendritic magnitude minus the line, z-scored per neuron. Above 0 an event is amplified in
the dendrite, below 0 attenuated.
"""

import numpy as np
import pandas as pd
import xarray as xr

from apical.analysis.imaging.events import find_events, infer_rates, rate_noise
from apical.analysis.imaging.fluorescence import delta_f_over_f
from apical.analysis.imaging.matching import match

COINCIDENCE = 0.5  # s between the peaks, Francioni et al. 2026
#: Coincident events that a neuron must have for a line: our choice, so that two parameters leave most of the freedom.
MIN_EVENTS = 10


def coincident_events(soma: pd.DataFrame, apical: pd.DataFrame, window: float = COINCIDENCE) -> pd.DataFrame:
    """Events of soma and dendrite of one cell whose peaks lie within a window, one to one, nearest first.

    soma, apical : tables of `imaging.events.find_events`
    window : longest distance of the peaks in s
    Returns one row per pair, by cell and time: ``cell``, ``time_soma``, ``magnitude_soma``, ``time_apical``,
    ``magnitude_apical``; times in s, magnitudes in spikes.
    """
    of_soma, of_apical = soma.groupby("cell").indices, apical.groupby("cell").indices
    columns = {"time": 0.0, "magnitude": 0.0}
    tables = {"soma": soma[list(columns)].to_numpy(), "apical": apical[list(columns)].to_numpy()}
    rows = [np.empty((0, 5))]
    for cell in sorted(of_soma.keys() & of_apical.keys()):
        one, two = tables["soma"][of_soma[cell]], tables["apical"][of_apical[cell]]
        one, two = one[np.argsort(one[:, 0])], two[np.argsort(two[:, 0])]
        first, second = match(one[:, 0], two[:, 0], window)
        rows.append(np.column_stack((np.full(first.size, cell), one[first], two[second])))
    names = ["cell", "time_soma", "magnitude_soma", "time_apical", "magnitude_apical"]
    return pd.DataFrame(np.concatenate(rows), columns=names).astype({"cell": int})


def lines(events: pd.DataFrame, min_events: int = MIN_EVENTS) -> pd.DataFrame:
    """Least-squares line of dendritic on somatic magnitude of each cell; indexed by ``cell``.

    events : table of `coincident_events`; rows with a NaN magnitude do not count. The paper fits "all coincident
        events" of a neuron and says no more; we fit those of each session by themselves (`statistics.tables.collect`),
        since magnitudes change with the activity over days.
    min_events : cells with fewer have no line
    Returns ``n``, ``slope``, ``intercept`` (spikes) and ``deviation`` (spikes): the standard deviation of the events
    about the line, divisor n. NaN without a line: too few events, or all of one somatic magnitude.
    """
    known = events.dropna(subset=["magnitude_soma", "magnitude_apical"])
    x, y, cell = (known[name].to_numpy() for name in ("magnitude_soma", "magnitude_apical", "cell"))
    cells, of = np.unique(cell, return_inverse=True)
    n = np.bincount(of, minlength=cells.size)
    mean = lambda values: np.bincount(of, values, cells.size) / n  # noqa: E731
    mean_x, mean_y = mean(x), mean(y)
    x, y = x - mean_x[of], y - mean_y[of]
    variance, fitted = mean(x**2), n >= max(min_events, 3)
    fitted &= variance > 1e-20 * mean_x**2
    slope = np.divide(mean(x * y), variance, out=np.full(cells.size, np.nan), where=fitted)
    deviation = np.sqrt(mean((y - slope[of] * x) ** 2))
    table = {"n": n, "slope": slope, "intercept": mean_y - slope * mean_x, "deviation": deviation}
    return pd.DataFrame(table, index=pd.Index(cells, name="cell"))


def residuals(events: pd.DataFrame, line: pd.DataFrame | None = None, min_events: int = MIN_EVENTS) -> pd.DataFrame:
    """Coincident events with their latency and SD residual.

    events : table of `coincident_events`
    line : lines of `lines`; those of the events themselves when None. With lines of other events (before a light came
        on, say) the mean residual tells how the dendrite has shifted.
    min_events : smallest number of events, as in `lines`
    Returns the events with ``latency`` (dendritic minus somatic peak, s) and ``residual`` (in standard deviations
    about the line, of the cell; > 0 amplified, < 0 attenuated); NaN where the cell has no line or no spread about it.
    """
    line = lines(events, min_events) if line is None else line
    own = line.reindex(events["cell"])
    slope, intercept, deviation = (own[name].to_numpy() for name in ("slope", "intercept", "deviation"))
    above = events["magnitude_apical"].to_numpy() - (intercept + slope * events["magnitude_soma"].to_numpy())
    # Rounding leaves a little spread about a perfect line.
    scale = np.where(deviation > 1e-9 * np.abs(events["magnitude_apical"].to_numpy()), deviation, np.nan)
    return events.assign(latency=events["time_apical"] - events["time_soma"], residual=above / scale)


def compartment_events(data: xr.Dataset, mouse: int, session: int, compartment: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Inferred events and rates (cells, frames) in Hz of a compartment, of one mouse (position) and session (day).

    compartment : ``soma`` or ``apical``
    Raises ValueError when the run has no imaging, or there is no such mouse or session.
    """
    name = f"fluorescence_{compartment}"
    if name not in data:
        raise ValueError(f"the run has no {name}; record it with: apical train --record imaging")
    if not 0 <= mouse < data.sizes["mouse"]:
        raise ValueError(f"mouse {mouse}: the run has {data.sizes['mouse']}, the first is 0")
    if session not in data.session.values:
        raise ValueError(f"session {session}: the run has {', '.join(map(str, data.session.values))}")
    fluorescence = data[name].isel(mouse=mouse).sel(session=session).transpose("cell", "frame").values
    dff = delta_f_over_f(fluorescence)
    rates = infer_rates(dff)
    return find_events(rates, rate_noise(dff)), rates
