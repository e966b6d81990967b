"""``cohort.zarr``: what a run leaves for analysis, and how it is opened.

Dense variables have the dimensions mouse, session, then cell, input, trial or frame. Spikes and plateaus are
contiguous ragged arrays (CF conventions): ``spike_row_size[session, mouse]`` entries of ``spike_time``
and ``spike_cell`` follow each other, sessions in order and mice in order within a session. The time of a plateau is
its onset.
"""

import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from apical.equations.parameters import quantity
from apical.equations.task import FREEZE, TRIAL
from apical.networks.errors import UserError
from apical.networks.files import cannot_write, tree_checksum
from apical.networks.recorded import VOLTAGE_RATE
from apical.networks.training.checkpoint import load_day
from apical.networks.training.protocols import RATE
from apical.networks.training.trials import COLUMNS, trial_table

#: name: (dimensions after mouse and session, unit, long name)
DENSE = {
    "x": (("frame",), "1", "readout: mean dF/F0 of P+ minus P-, three frames"),
    "angle": (("frame",), "degree", "angle of the cursor, displayed but in probes; NaN outside trials"),
    "light": (("frame",), "1", "LED on"),
    "teaching": (("frame",), "1", "teaching signal before the weights of the cells"),
    "threshold": ((), "1", "readout that ends a trial with a hit"),
    "x_minimum": ((), "1", "readout shown as 0 degrees"),
    "event_count": (("cell",), "1", "somatic events (spikes and bursts) in the closed loop"),
    "burst_count": (("cell",), "1", "bursts in the closed loop"),
    "spike_count": (("cell",), "1", "spikes in the closed loop"),
    "plateau_count": (("cell",), "1", "apical plateaus in the closed loop"),
    "feedback": (("cell",), "1", "signed weight of the teaching signal, as delivered"),
    "alignment": (("cell",), "1", "learned correlation of the cell with the cursor, end of session"),
    "weight": (("cell", "input"), "pA", "feed-forward weight, end of session"),
    "trial_start": (("trial",), "s", "start of the trial"),
    "trial_end": (("trial",), "s", "end of the trial"),
    "trial_latency": (("trial",), "s", "time to hit or time-out"),
    "trial_hit": (("trial",), "1", "1 hit, 0 miss, NaN no such trial"),
    "trial_probe": (("trial",), "1", "1 open-loop probe, 0 closed loop"),
    "fluorescence_soma": (("cell", "frame"), "1", "jGCaMP7f fluorescence of the soma over rest"),
    "fluorescence_apical": (("cell", "frame"), "1", "jGCaMP7f fluorescence of the apical dendrite over rest"),
    "v_soma": (("bci_cell", "sample"), "V", "somatic potential of the BCI cells"),
    "v_apical": (("bci_cell", "sample"), "V", "apical potential of the BCI cells"),
}
INTEGERS = {"event_count", "burst_count", "spike_count", "plateau_count"}
FROM_START = "time from the start of the closed loop"
#: What the time of an event is.
EVENT_TIMES = {"spike": "time of the spike", "plateau": "onset of the plateau"}


def write_store(path: Path, checkpoints: Path, days: int, mice: np.ndarray, roles: np.ndarray) -> str:
    """Assemble the store from the checkpoints, one day at a time; returns its checksum.

    Written under a temporary name and renamed when whole. Raises UserError (disk full).
    """
    partial = path.with_name(f"{path.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    longest = max(
        trial_table(phase, probe)["trial_start"].size
        for day in range(1, days + 1)
        for record in [load_day(checkpoints, day)[0]]
        for phase, probe in zip(record["phase"], record["probe"], strict=True)
    )
    try:
        with warnings.catch_warnings():
            # Strings have no final specification in zarr 3; xarray and zarr read them back alike.
            warnings.filterwarnings("ignore", message=".*does not have a Zarr V3 specification.*")
            for day in range(1, days + 1):
                record, _ = load_day(checkpoints, day)
                _append(partial, day, record, longest, mice, roles)
        checksum = tree_checksum(partial)
        shutil.rmtree(path, ignore_errors=True)  # left by a run that died before it was described
        partial.rename(path)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise cannot_write(path, error) from None
    return checksum


def _append(path: Path, day: int, record: dict, longest: int, mice: np.ndarray, roles: np.ndarray) -> None:
    tables = [trial_table(p, q) for p, q in zip(record["phase"], record["probe"], strict=True)]
    for column in COLUMNS:
        rows = [np.pad(t[column], (0, longest - t[column].size), constant_values=np.nan) for t in tables]
        record[column] = np.stack(rows)
    shown = np.isin(record["phase"], (TRIAL, FREEZE))
    record["angle"] = np.where(shown, 90 * record["cursor"], np.nan)

    variables = {}
    for name, (dimensions, unit, meaning) in DENSE.items():
        if name in record:
            values = np.asarray(record[name])[:, None].astype("int32" if name in INTEGERS else "float32")
            variables[name] = (
                ("mouse", "session", *dimensions),
                values,
                {"units": unit, "long_name": meaning},
            )
    for kind in ("spike", "plateau"):
        attributes = {"units": "1", "long_name": f"{kind}s of a session and mouse", "sample_dimension": kind}
        variables[f"{kind}_row_size"] = (("session", "mouse"), record[f"{kind}_row_size"][None], attributes)
    coordinates = {
        "mouse": ("mouse", mice, {"long_name": "number of the mouse"}),
        "session": ("session", [day], {"long_name": "day of training"}),
        "role": ("cell", roles, {"long_name": "role of the cell in the readout"}),
        "time": (
            "frame",
            np.arange(record["x"].shape[1]) / RATE,
            {"units": "s", "long_name": FROM_START},
        ),
    }
    if "v_soma" in record:
        coordinates |= {
            "bci_cell": (
                "bci_cell",
                np.flatnonzero(roles != "P0"),
                {"units": "1", "long_name": "number of the cell in its mouse, from 0"},
            ),
            "sample_time": (
                "sample",
                np.arange(record["v_soma"].shape[2]) / VOLTAGE_RATE,
                {"units": "s", "long_name": FROM_START},
            ),
        }
    first: dict[str, Any] = {"mode": "w"} if day == 1 else {"mode": "a", "append_dim": "session"}
    xr.Dataset(variables, coordinates).to_zarr(path, consolidated=False, **first)
    dt = float(record["time_step"])
    for kind in ("spike", "plateau"):
        time = (kind, record[f"{kind}_step"] * dt, {"units": "s", "long_name": EVENT_TIMES[kind]})
        cell = (kind, record[f"{kind}_cell"], {"units": "1", "long_name": f"cell of the {kind}"})
        events = xr.Dataset({f"{kind}_time": time, f"{kind}_cell": cell})
        more: dict[str, Any] = {"append_dim": kind} if day > 1 else {}
        if day == 1:
            more["encoding"] = {
                f"{kind}_time": {
                    "dtype": "int32",
                    "scale_factor": dt,
                    "_FillValue": -1,
                    "chunks": (2**20,),
                },
                f"{kind}_cell": {"dtype": "int32", "chunks": (2**20,)},
            }
        events.to_zarr(path, mode="a", consolidated=False, **more)


def read_description(run: Path) -> dict:
    """``run.json`` of a run. Raises UserError when it is no run, or damaged."""
    path = run / "run.json"
    try:
        description = json.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{run} holds no run (there is no run.json)") from None
    except (ValueError, OSError) as error:
        raise UserError(f"{path} is damaged: {error}") from None
    if not isinstance(description, dict) or not {"config", "wall_seconds"} <= description.keys():
        raise UserError(f"{path} is damaged: it does not describe a run")
    return description


def parameter_of(description: dict, name: str) -> np.ndarray:
    """A parameter of a finished run in SI units, from its description: scalar, or one value per mouse."""
    value = description["parameters"][name]
    numbers = [float(quantity(v)) for v in (value if isinstance(value, list) else [value])]
    return np.array(numbers if isinstance(value, list) else numbers[0])


def open_run(run: str | Path) -> xr.Dataset:
    """The data of a finished run, lazily loaded; its configuration is in ``.attrs``.

    Raises UserError when the run is unfinished or the store is damaged (its checksum differs).
    """
    run = Path(run)
    description = read_description(run)
    store = run / "cohort.zarr"
    if "store_sha256" not in description:
        raise UserError(f"{run} is unfinished; go on with: apical train --resume --out {run}")
    if not store.is_dir() or tree_checksum(store) != description["store_sha256"]:
        raise UserError(f"{store} is damaged: its checksum differs from the one in run.json; run it again")
    attributes = description["config"] | {"closed_loop_seconds": description["closed_loop_seconds"]}
    return xr.open_zarr(store, consolidated=False).assign_attrs(attributes)


def events(data: xr.Dataset, mouse: int, session: int, kind: str = "spike") -> tuple[np.ndarray, np.ndarray]:
    """Times (s) and cells of the events of one mouse (position) and session (day).

    kind : ``spike`` or ``plateau``, whose time is its onset
    Raises IndexError for a mouse or session that is not there, ValueError for data cut along either.
    """
    sizes = data[f"{kind}_row_size"].values.ravel()
    if not (0 <= mouse < data.sizes["mouse"] and 1 <= session <= data.sizes["session"]):
        raise IndexError(f"there is no mouse {mouse} or no session {session}")
    if sizes.sum() != data.sizes[kind]:
        raise ValueError("events are found in the whole data of a run, not in a selection of mice or sessions")
    row = (session - 1) * data.sizes["mouse"] + mouse
    part = slice(int(sizes[:row].sum()), int(sizes[: row + 1].sum()))
    return data[f"{kind}_time"][part].values, data[f"{kind}_cell"][part].values
