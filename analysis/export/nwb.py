"""One mouse on one day as an NWB file (Neurodata Without Borders), checked by nwbinspector.

What NWB wants and a simulation does not have is left out or said to be unknown: no experimenter, lab or institution;
sex unknown; age from 0 days on; wavelengths NaN; regions of interest of one pixel each. Day n begins on 1 January 2000
plus n - 1 days. There are no keywords: with them Neo does not read a file.
"""

import json
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import numpy as np

from apical.analysis.export.nwb_series import behavior, imaging, voltages
from apical.analysis.export.recording import SIMULATED, Recording
from apical.networks.training.conditions import CONDITIONS

FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)
PAPER = "https://doi.org/10.1038/s41586-026-10190-7"
FROM_CLOSED_LOOP = "Times are in seconds from the start of the closed loop."


def file_name(r: Recording) -> str:
    """Path below the folder of the export, as in the DANDI archive."""
    return f"sub-{r.mouse:02d}/sub-{r.mouse:02d}_ses-{r.session:02d}.nwb"


def write(r: Recording, description: dict, path: Path) -> None:
    """Write a recording; `description` is the ``run.json`` of its run. Raises OSError."""
    import h5py
    from pynwb import NWBHDF5IO

    file = _file(r, description)
    _units(file, r)
    _plateaus(file, r)
    _intervals(file, r, description)
    behavior(file, r)
    if r.has("fluorescence_soma"):
        imaging(file, r)
    if r.has("v_soma"):
        voltages(file, r)
    # In memory first: HDF5 does not survive a full disk.
    with h5py.File(path, "w", driver="core", backing_store=False) as memory:
        with NWBHDF5IO(file=memory, mode="w") as io:
            io.write(file)
            memory.flush()
            path.write_bytes(memory.id.get_file_image())


def _file(r: Recording, description: dict):
    from pynwb import NWBFile
    from pynwb.file import Subject

    known = CONDITIONS.get(r.condition)
    meaning = f" ({known.meaning})" if known else ""
    versions = description.get("versions", {})
    commit = description.get("commit") or "unknown"
    return NWBFile(
        session_description=f"{SIMULATED} Closed loop of day {r.session}, condition {r.condition}{meaning}. "
        + FROM_CLOSED_LOOP,
        identifier=f"apical-{description['store_sha256'][:16]}-{r.mouse}-{r.session}",
        session_start_time=FIRST_DAY + timedelta(days=r.session - 1),
        session_id=f"{r.session:02d}",
        experiment_description="Spiking model of mice that learn a brain-computer interface from a vectorized teaching "
        "signal in the apical dendrites of layer 5 pyramidal cells. P+ cells turn a Gabor patch to the target, P- "
        "cells away from it, P0 cells do not move it.",
        data_collection=f"{SIMULATED} The date is a convention: day n begins on 1 January 2000 plus n - 1 days.",
        related_publications=[PAPER],
        source_script=f"apical {version('apical')} export; simulated by commit {commit}",
        source_script_file_name="scripts/export.py",
        was_generated_by=[[name, str(number)] for name, number in versions.items()] or None,
        notes=json.dumps(description),
        subject=Subject(
            subject_id=f"{r.mouse:02d}",
            description=f"Model of a mouse, number {r.mouse} of its cohort. {SIMULATED}",
            species="Mus musculus",
            sex="U",
            age="P0D/",
        ),
    )


def _units(file, r: Recording) -> None:
    from pynwb.misc import Units

    units = Units(
        name="units", description=f"Layer 5 pyramidal cells with somatic spikes. {SIMULATED}", resolution=r.step
    )
    columns = {"cell": (np.arange(r.roles.size), "number of the cell in its mouse")}
    columns["role"] = (r.roles, "P+: turns the patch to the target, P-: away from it, P0: not in the readout")
    for name in ("feedback", "alignment", "event_count", "burst_count", "plateau_count", "weight"):
        if r.has(name):
            columns[name] = (r.values(name), f"{r.meaning(name)} ({r.unit(name)})")
    for name, (_, meaning) in columns.items():
        units.add_column(name, meaning)
    for cell, times in enumerate(r.event_times("spike")):
        row = {name: values[cell] for name, (values, _) in columns.items()}
        units.add_unit(id=cell, spike_times=times, obs_intervals=[[0.0, r.seconds]], **row)
    file.units = units


def _plateaus(file, r: Recording) -> None:
    from hdmf.common import VectorData
    from pynwb.event import EventsTable, TimestampVectorData

    time, cell = r.events("plateau")
    if not time.size:
        return
    columns = [
        TimestampVectorData(name="timestamp", description=r.meaning("plateau_time"), data=time, resolution=r.step),
        VectorData(name="cell", description="row of the cell in the units table", data=cell),
    ]
    file.add_events_table(
        EventsTable(
            name="plateaus",
            description="Apical calcium plateaus, one row each.",
            source_description="the model, not inferred from fluorescence",
            columns=columns,
        )
    )


def _intervals(file, r: Recording, description: dict) -> None:
    from pynwb.epoch import TimeIntervals

    trials = r.trials()
    if len(trials):
        file.add_trial_column("hit", "whether the target was reached in time")
        file.add_trial_column("probe", "open-loop probe: no feedback, no plasticity, no light")
        file.add_trial_column("latency", "time to hit or time-out, in seconds")
    for row in trials.itertuples():
        file.add_trial(
            start_time=float(row.start),
            stop_time=float(row.end),
            hit=bool(row.hit),
            probe=bool(row.probe),
            latency=float(row.latency),
        )
    starts, ends = r.light()
    if not starts.size:
        return
    p = description.get("parameters", {})
    pulses = f", pulses of {p['light_pulse']} each {p['light_period']}" if "light_pulse" in p else ""
    known = CONDITIONS.get(r.condition)
    opsin = {None: "", True: "; NDNF+ cells express the opsin", False: "; no opsin"}[known and known.opsin]
    light = TimeIntervals(name="light", description=f"LED on{pulses}{opsin}. Light is simulated, it has no power.")
    for start, end in zip(starts, ends, strict=True):
        light.add_interval(start_time=float(start), stop_time=float(end))
    file.add_time_intervals(light)
