"""A run as tables: what the imaging of each mouse and session shows, and what was true, which only a model knows."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from brian2 import pA
from joblib import Parallel, delayed

from apical.analysis.imaging.fluorescence import delta_f_over_f, pair_correlation
from apical.analysis.imaging.residual import coincident_events, compartment_events, residuals
from apical.analysis.imaging.scores import score_run
from apical.analysis.statistics.error_table import error_windows, with_error
from apical.analysis.statistics.ground_truth import angles, recovered, recovered_over_events, teaching_current
from apical.networks.errors import UserError
from apical.networks.training.store import open_run, parameter_of, read_description

Progress = Callable[[int, int], None]

FOLDER = "analysis"  # of a run


@dataclass(frozen=True)
class Tables:
    """Tables of all mice and sessions; each has the columns mouse (its number) and session (day).

    events : coincident events with role, residual, latency, error (``decreases``, ``increases``, or missing), and the
        true ``teaching`` current (pA) at the somatic peak
    cells : cell, role, inferred somatic and apical events (counts ``soma``, ``apical``), ``correlation`` of dF/F
    scores : scores of the inference against the truth, by ``compartment``, means over cells
    truth : ``gradient``, ``inverse``, ``broadcast`` (degrees), ``recovered`` and ``recovered_over_events``, see
        `statistics.ground_truth`
    """

    events: pd.DataFrame
    cells: pd.DataFrame
    scores: pd.DataFrame
    truth: pd.DataFrame

    def save(self, run: Path) -> None:
        """Write each table to ``RUN/analysis/NAME.parquet``."""
        for field in fields(self):
            getattr(self, field.name).to_parquet(run / FOLDER / f"{field.name}.parquet")

    @classmethod
    def load(cls, run: Path) -> "Tables":
        """The tables of an analysed run. Raises UserError when there are none."""
        try:
            return cls(**{field.name: pd.read_parquet(run / FOLDER / f"{field.name}.parquet") for field in fields(cls)})
        except OSError:
            raise UserError(f"{run} is not analysed; do it with: apical analyse {run}") from None


def collect(run: Path, folder: Path, jobs: int = 2, progress: Progress = lambda done, all: None) -> Tables:
    """The tables of a run; the inferred somatic rates of each mouse and session are left in `folder` (`rates_in`).

    jobs : processes; each holds one mouse and session in memory
    progress : called with the number of finished mouse-sessions and of all
    Raises UserError when the run has no imaging, is unfinished or damaged.
    """
    data = open_run(run)
    if "fluorescence_soma" not in data:
        raise UserError(f"{run} has no imaging; train it again with --record imaging")
    tasks = [(n, int(day)) for n in range(data.sizes["mouse"]) for day in data.session.values]
    unit = np.broadcast_to(parameter_of(read_description(run), "i_teaching") / float(pA), data.sizes["mouse"])
    work = (delayed(_session)(run / "cohort.zarr", mouse, day, folder, unit[mouse]) for mouse, day in tasks)
    rows = []
    for parts in Parallel(jobs, return_as="generator")(work):
        rows.append(parts)
        progress(len(rows), len(tasks))
    events, cells, scores, truth = (pd.concat(parts, ignore_index=True) for parts in zip(*rows, strict=True))
    classed = with_error(events, error_windows(data))
    events = events.merge(classed[[*_KEYS, "error"]], how="left", on=_KEYS)
    found = [recovered(own, _feedback(data, mouse, day)) for (mouse, day), own in _by_session(events, truth)]
    truth["recovered"] = [correlation for correlation, _ in found]
    return Tables(events, cells, scores, truth)


_KEYS = ["mouse", "session", "cell", "time_soma"]


def rates_in(folder: Path) -> Callable[[int, int], np.ndarray]:
    """The inferred somatic rates (cells, frames) in Hz that `collect` left in `folder`, by mouse number and session."""
    return lambda mouse, session: np.load(_rates_path(folder, mouse, session))


def _rates_path(folder: Path, mouse: int, session: int) -> Path:
    return folder / f"rates-{mouse}-{session}.npy"


def _session(store: Path, mouse: int, session: int, folder: Path, unit_current: float) -> tuple[pd.DataFrame, ...]:
    data = xr.open_zarr(store, consolidated=False)
    own = data.isel(mouse=mouse).sel(session=session)
    soma, rates = compartment_events(data, mouse, session, "soma")
    apical, apical_rates = compartment_events(data, mouse, session, "apical")
    number, role = int(data.mouse.values[mouse]), data.role.values
    np.save(_rates_path(folder, number, session), rates.astype(np.float32))
    identity = {"mouse": number, "session": session}

    events = residuals(coincident_events(soma, apical))
    teaching = teaching_current(events, own.teaching.values, own.feedback.values, unit_current)
    events = events.assign(**identity, role=role[events.cell.to_numpy(int)], teaching=teaching)
    dff = [delta_f_over_f(own[f"fluorescence_{part}"].transpose("cell", "frame").values) for part in ("soma", "apical")]
    counts = [np.bincount(table.cell.to_numpy(int), minlength=role.size) for table in (soma, apical)]
    cells = pd.DataFrame({"cell": np.arange(role.size), "role": role, "soma": counts[0], "apical": counts[1]})
    cells = cells.assign(**identity, correlation=pair_correlation(*dff))
    scores = [
        score_run(data, mouse, session, truth, *inferred).mean(numeric_only=True).drop("cell", errors="ignore")
        for truth, inferred in (("events", (soma, rates)), ("plateaus", (apical, apical_rates)))
    ]
    scores = pd.DataFrame(scores).assign(**identity, compartment=["soma", "apical"])
    truth = pd.DataFrame([angles(own.feedback.values, role, dff[0], own.x.values)])
    truth = truth.assign(**identity, recovered_over_events=recovered_over_events(events))
    return events, cells, scores, truth


def _feedback(data: xr.Dataset, mouse: int, session: int) -> np.ndarray:
    return data.feedback.sel(mouse=mouse, session=session).values


def _by_session(events: pd.DataFrame, rows: pd.DataFrame):
    """(mouse, session) and its events for each row of `rows`."""
    groups = dict(list(events.groupby(["mouse", "session"])))
    for mouse, session in zip(rows.mouse, rows.session, strict=True):
        yield (mouse, session), groups.get((mouse, session), events.iloc[:0])
