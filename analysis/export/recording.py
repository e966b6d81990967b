"""One mouse on one day, read from the store variable by variable."""

import importlib
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import pandas as pd
import xarray as xr

from apical.networks.errors import UserError
from apical.networks.training.protocols import RATE
from apical.networks.training.store import events

SIMULATED = "Simulated by apical; no animal was used."

#: Data that runs may have recorded, with a variable that tells, and the option of apical train that records it.
OPTIONAL = {"fluorescence": ("fluorescence_soma", "imaging"), "voltages": ("v_soma", "traces")}


@dataclass(frozen=True)
class Recording:
    """data : whole dataset of `apical.open_run`; position : place of the mouse in the cohort; session : day, from 1."""

    data: xr.Dataset
    position: int
    session: int

    def __post_init__(self):
        mice, sessions = self.data.sizes["mouse"], self.data.sizes["session"]
        if not 0 <= self.position < mice:
            raise UserError(f"there is no mouse at position {self.position}: the cohort has 0 to {mice - 1}")
        if not 1 <= self.session <= sessions:
            raise UserError(f"there is no session {self.session}: the run has 1 to {sessions}")

    @property
    def mouse(self) -> int:
        """Number of the mouse."""
        return int(self.data.mouse[self.position])

    @property
    def condition(self) -> str:
        return self.data.attrs["condition"]

    @property
    def step(self) -> float:
        """Time step of the simulation in s."""
        return float(self.data.spike_time.encoding["scale_factor"])

    @property
    def seconds(self) -> float:
        """Length of the closed loop, warm-up included."""
        return float(self.data.attrs.get("closed_loop_seconds", self.data.sizes["frame"] / RATE))

    @property
    def roles(self) -> np.ndarray:
        """``P+``, ``P-`` or ``P0`` of each cell."""
        return self.data.role.values.astype(str)

    def has(self, name: str) -> bool:
        return name in self.data

    def values(self, name: str) -> np.ndarray:
        """A variable of this mouse and day, without these two dimensions, as stored."""
        return self.data[name].isel(mouse=self.position, session=self.session - 1).values

    def unit(self, name: str) -> str:
        return self.data[name].attrs["units"]

    def meaning(self, name: str) -> str:
        return self.data[name].attrs["long_name"]

    def events(self, kind: str) -> tuple[np.ndarray, np.ndarray]:
        """Times (s) and cells of the ``spike`` or ``plateau`` events, in order of time."""
        return events(self.data, self.position, self.session, kind)

    def event_times(self, kind: str) -> list[np.ndarray]:
        """Times (s) of the events of each cell."""
        time, cell = self.events(kind)
        order = np.lexsort((time, cell))
        cells = self.data.sizes["cell"]
        return np.split(time[order], np.cumsum(np.bincount(cell, minlength=cells))[:-1])

    def trials(self) -> pd.DataFrame:
        """Finished trials: start, end, latency (s), hit, probe; in order."""
        table = pd.DataFrame({n: self.values(f"trial_{n}") for n in ("start", "end", "latency", "hit", "probe")})
        return table.dropna(subset="start").astype({"hit": bool, "probe": bool})

    def light(self) -> tuple[np.ndarray, np.ndarray]:
        """Starts and ends (s) of the epochs with light, whole frames."""
        on = np.concatenate([[False], self.values("light") > 0, [False]])
        edges = np.flatnonzero(on[1:] != on[:-1]) / RATE
        return edges[::2], edges[1::2]


def not_recorded(data: xr.Dataset) -> list[str]:
    """Data that the run has not recorded, each with the option that records it."""
    return [f"{what} (--record {option})" for what, (name, option) in OPTIONAL.items() if name not in data]


def package(name: str, purpose: str) -> ModuleType:
    """An optional package. Raises UserError when it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise UserError(f"{purpose} needs {name}: pip install {name.split('.')[0]}") from None
