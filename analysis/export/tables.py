"""Tidy tables as CSV or Parquet: one row per observation, mouse and session in each, units beside them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from apical.analysis.export.recording import Recording, package

#: Column to values, unit, meaning.
Columns = dict[str, tuple[np.ndarray, str, str]]


@dataclass(frozen=True)
class Table:
    """meaning : meaning of a row; columns : table of a recording in one or more parts; needs : variable of the store"""

    meaning: str
    columns: Callable[[Recording], Iterator[Columns]]
    needs: str | None = None

    def recorded(self, data: xr.Dataset) -> bool:
        return self.needs is None or self.needs in data


def _sessions(r: Recording) -> Iterator[Columns]:
    trials = r.trials()
    yield {
        "condition": (np.array([r.condition]), "", "condition of the run"),
        "seconds": (np.array([r.seconds]), "s", "length of the closed loop, warm-up included"),
        "trials": (np.array([len(trials)]), "1", "finished trials"),
        "hits": (np.array([trials.hit.sum()]), "1", "trials that end with a hit"),
        "light": (np.array([r.light()[0].size > 0]), "", "whether the LED was on"),
        **{name: (r.values(name)[None], r.unit(name), r.meaning(name)) for name in ("threshold", "x_minimum")},
    }


def _cells(r: Recording) -> Iterator[Columns]:
    weight = r.values("weight")
    counts = ("event_count", "burst_count", "spike_count", "plateau_count")
    yield {
        "cell": _cell(np.arange(weight.shape[0])),
        "role": (r.roles, "", r.meaning("role")),
        **_stored(r, *counts, "feedback", "alignment"),
        "weight_mean": (weight.mean(1), r.unit("weight"), "mean feed-forward weight, end of session"),
        "weight_sd": (weight.std(1), r.unit("weight"), "standard deviation of the feed-forward weights over inputs"),
    }


def _weights(r: Recording) -> Iterator[Columns]:
    weight = r.values("weight")
    cell, inputs = np.indices(weight.shape, dtype=np.int32)
    yield {
        "cell": _cell(cell.ravel()),
        "input": (inputs.ravel(), "1", "number of the input, from 0"),
        "weight": (weight.ravel(), r.unit("weight"), r.meaning("weight")),
    }


def _trials(r: Recording) -> Iterator[Columns]:
    trials = r.trials()
    yield {
        "trial": (np.arange(1, len(trials) + 1, dtype=np.int32), "1", "number of the trial in the session, from 1"),
        "start": (trials.start.to_numpy(), "s", r.meaning("trial_start")),
        "end": (trials.end.to_numpy(), "s", "time of the hit or time-out"),
        "latency": (trials.latency.to_numpy(), "s", r.meaning("trial_latency")),
        "hit": (trials.hit.to_numpy(), "", "true: hit, false: miss"),
        "probe": (trials.probe.to_numpy(), "", "true: open-loop probe, false: closed loop"),
    }


def _frames(r: Recording) -> Iterator[Columns]:
    time = r.data.time.values
    yield {
        "frame": (np.arange(time.size, dtype=np.int32), "1", "number of the frame, from 0"),
        "time": (time, "s", r.meaning("time")),
        **_stored(r, "x", "angle", "teaching"),
        "light": (r.values("light") > 0, "", "whether the LED was on"),
    }


def _events(kind: str) -> Callable[[Recording], Iterator[Columns]]:
    def columns(r: Recording) -> Iterator[Columns]:
        time, cell = r.events(kind)
        meaning = f"{r.meaning(f'{kind}_time')}, in steps of {1e3 * r.step:g} ms"
        yield {"time": (time, "s", meaning), "cell": _cell(cell)}

    return columns


def _fluorescence(r: Recording) -> Iterator[Columns]:
    names = ("fluorescence_soma", "fluorescence_apical")
    values = {name: r.values(name) for name in names}
    time = r.data.time.values
    for cell in range(len(values[names[0]])):
        yield {
            "cell": _cell(np.full(time.size, cell)),
            "frame": (np.arange(time.size, dtype=np.int32), "1", "number of the frame, from 0"),
            "time": (time, "s", r.meaning("time")),
            **{name: (values[name][cell], r.unit(name), r.meaning(name)) for name in names},
        }


def _voltages(r: Recording) -> Iterator[Columns]:
    values = {name: r.values(name) for name in ("v_soma", "v_apical")}
    time = r.data.sample_time.values
    for row, cell in enumerate(r.data.bci_cell.values):
        yield {
            "cell": _cell(np.full(time.size, cell)),
            "time": (time, "s", r.meaning("sample_time")),
            **{name: (v[row], r.unit(name), r.meaning(name)) for name, v in values.items()},
        }


def _stored(r: Recording, *names: str) -> Columns:
    """Variables as the store has them; runs of earlier versions lack some."""
    return {name: (r.values(name), r.unit(name), r.meaning(name)) for name in names if r.has(name)}


def _cell(numbers: np.ndarray) -> tuple[np.ndarray, str, str]:
    return numbers.astype(np.int32), "1", "number of the cell in its mouse, from 0"


TABLES = {
    "sessions": Table("one mouse on one day", _sessions),
    "cells": Table("one cell on one day", _cells),
    "weights": Table("one synapse at the end of a day", _weights),
    "trials": Table("one finished trial", _trials),
    "frames": Table("one imaging frame (15.46 Hz)", _frames),
    "spikes": Table("one somatic spike", _events("spike")),
    "plateaus": Table("one apical plateau", _events("plateau")),
    "fluorescence": Table("one cell in one imaging frame, dF/F not formed", _fluorescence, "fluorescence_soma"),
    "voltages": Table("one BCI cell at one millisecond", _voltages, "v_soma"),
}


class Writer:
    """Writes a table part by part; a context manager."""

    def __init__(self, path: Path, format: str):
        self.path, self.format = path, format
        self.file: Any = None

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *exception) -> None:
        if self.file is not None:
            self.file.close()

    def write(self, table: Table, recording: Recording) -> None:
        """Append the rows of a recording; NaN becomes a missing value. Raises OSError."""
        for columns in table.columns(recording):
            part = _arrow(_numbered(recording, columns))
            if self.file is None:
                self.file = self._open(part.schema)
            self.file.write_table(part)

    def _open(self, schema):
        if self.format == "parquet":
            floats = [field.name for field in schema if field.type in ("float", "double")]
            others = [name for name in schema.names if name not in floats]
            encoding = dict(compression="zstd", use_byte_stream_split=floats, use_dictionary=others)
            return package("pyarrow.parquet", "Parquet").ParquetWriter(self.path, schema, **encoding)
        csv = package("pyarrow.csv", "CSV")
        return csv.CSVWriter(self.path, schema, write_options=csv.WriteOptions(quoting_style="needed"))


def _numbered(r: Recording, columns: Columns) -> Columns:
    rows = len(next(iter(columns.values()))[0])
    number = lambda value: np.full(rows, value, np.int32)  # noqa: E731
    mouse = (number(r.mouse), "1", "number of the mouse")
    return {"mouse": mouse, "session": (number(r.session), "1", "day of training, from 1")} | columns


def _arrow(columns: Columns):
    pa = package("pyarrow", "a table")
    arrays = [pa.array(values, from_pandas=True) for values, _, _ in columns.values()]
    fields = [
        pa.field(name, array.type, metadata={"units": unit, "long_name": meaning})
        for array, (name, (_, unit, meaning)) in zip(arrays, columns.items(), strict=True)
    ]
    return pa.table(arrays, schema=pa.schema(fields))


def readme(files: dict[str, Table], r: Recording, run: str) -> str:
    """A page that describes the tables: what a row is, and name, unit and meaning of each column."""
    lines = [
        f"Tables of the run {run}, condition {r.condition}, exported by apical. All data are simulated.",
        "Times are in seconds from the start of the closed loop of a session. An empty field is a missing value.",
        "A mouse and session of one table are those of all others; so are the cells of a mouse.",
    ]
    for file, table in files.items():
        lines += ["", f"{file}: a row is {table.meaning}"]
        columns = _numbered(r, next(table.columns(r)))
        for name, (_, unit, meaning) in columns.items():
            lines.append(f"  {name:<20} {unit if unit != '1' else '':<7} {meaning}")
    return "\n".join(lines) + "\n"
