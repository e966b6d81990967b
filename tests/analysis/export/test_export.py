import json
import sys

import neo
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from nwbinspector import Importance, inspect_nwbfile
from pyarrow.csv import read_csv
from pynwb import read_nwb

from apical.analysis.export import export_run, neo_block
from apical.networks.errors import UserError
from apical.networks.training.protocols import RATE
from apical.networks.training.store import events, open_run

TABLES = {"sessions", "cells", "weights", "trials", "frames", "spikes", "plateaus", "fluorescence", "voltages"}
STEP = 0.5e-3


@pytest.fixture(scope="module")
def traced_run(recorded_run):
    return recorded_run()


@pytest.fixture(scope="module")
def data(traced_run):
    return open_run(traced_run)


@pytest.fixture(scope="module")
def exported(traced_run, tmp_path_factory):
    """The folder of an export in a format, made once."""
    out = tmp_path_factory.mktemp("exported")

    def folder(format):
        if not (out / format).exists():
            assert export_run(traced_run, out / format, format) == []
        return out / format

    return folder


def nwb_path(out, mouse, session):
    return out / f"sub-{mouse:02d}" / f"sub-{mouse:02d}_ses-{session:02d}.nwb"


def of(table, mouse, session):
    return table[(table.mouse == mouse) & (table.session == session)].reset_index(drop=True)


@pytest.mark.parametrize("mouse", [0, 1])
@pytest.mark.parametrize("session", [1, 2])
@pytest.mark.slow
def test_nwb_has_what_the_store_has(exported, data, mouse, session):
    nwb = read_nwb(nwb_path(exported("nwb"), mouse, session))
    day = data.isel(mouse=mouse).sel(session=session)

    time, cell = events(data, mouse, session)
    assert nwb.units.resolution == STEP
    assert nwb.units["role"][:].tolist() == data.role.values.tolist()
    for number in range(6):
        own = np.asarray(nwb.units["spike_times"][number])
        np.testing.assert_array_equal(own, time[cell == number])
        np.testing.assert_array_equal(own, np.rint(own / STEP) * STEP)
    np.testing.assert_array_equal(np.stack(nwb.units["weight"][:]), day.weight)
    time, cell = events(data, mouse, session, "plateau")
    assert ("plateaus" in nwb.events) == (time.size > 0)
    if time.size:
        plateaus = nwb.events["plateaus"].to_dataframe()
        np.testing.assert_array_equal(plateaus.timestamp, time)
        np.testing.assert_array_equal(plateaus.cell, cell)

    fluorescence = nwb.processing["ophys"]["Fluorescence"]
    for name in ("fluorescence_soma", "fluorescence_apical"):
        np.testing.assert_array_equal(fluorescence[name].data[:], day[name].values.T)
        assert fluorescence[name].rate == RATE
        assert len(fluorescence[name].rois) == 6
    for name in ("v_soma", "v_apical"):
        series = nwb.acquisition[name]
        np.testing.assert_array_equal(series.data[:], day[name].values.T)
        assert (series.unit, series.rate) == ("volts", 1000.0)
    series = nwb.processing["behavior"]["BehavioralTimeSeries"]
    for name in ("x", "angle", "teaching"):
        np.testing.assert_array_equal(series[name].data[:], day[name])
    assert series["threshold"].data[0] == day.threshold

    trials = day.trial_start.dropna("trial").size
    assert (nwb.trials is None) == (trials == 0)
    if trials:
        table = nwb.trials.to_dataframe()
        columns = {"start_time": "start", "stop_time": "end", "hit": "hit", "probe": "probe", "latency": "latency"}
        for column, name in columns.items():
            np.testing.assert_array_equal(table[column].astype(float), day[f"trial_{name}"][:trials])
    assert json.loads(nwb.notes)["config"]["condition"] == "ndnf_opto"


@pytest.mark.slow
def test_samples_and_bci_cells_have_coordinates(data, exported):
    assert data.v_soma.dims == ("mouse", "session", "bci_cell", "sample")
    assert data.bci_cell.values.tolist() == [0, 1, 2, 3]  # those with a role in the readout
    np.testing.assert_allclose(data.v_apical.sample_time, np.arange(26000) / 1000, rtol=1e-12)
    for name, unit in (("bci_cell", "1"), ("sample_time", "s")):
        assert data[name].attrs["units"] == unit and data[name].attrs["long_name"]
    table = of(pd.read_parquet(exported("parquet") / "voltages.parquet"), 1, 2)
    assert table.cell.unique().tolist() == data.bci_cell.values.tolist()
    np.testing.assert_array_equal(table.time[:26000], data.sample_time)
    assert read_nwb(nwb_path(exported("nwb"), 0, 1)).acquisition["v_soma"].description.endswith("table: 0, 1, 2, 3")


def test_light_is_exported_as_epochs_of_whole_frames(exported):
    nwb = read_nwb(nwb_path(exported("nwb"), 1, 2))
    light = nwb.intervals["light"].to_dataframe()
    np.testing.assert_allclose(light.start_time * RATE, [10, 200])
    np.testing.assert_allclose(light.stop_time * RATE, [150, 400])
    assert "light" not in read_nwb(nwb_path(exported("nwb"), 0, 2)).intervals


@pytest.mark.parametrize("recorded", ["traces", "events"])
@pytest.mark.slow
def test_nwbinspector_finds_nothing_that_matters(exported, recorded_run, tmp_path, recorded):
    out = exported("nwb")
    if recorded == "events":
        out = tmp_path / "out"
        export_run(recorded_run("events"), out)
    for path in out.rglob("*.nwb"):
        messages = list(inspect_nwbfile(nwbfile_path=path, importance_threshold=Importance.BEST_PRACTICE_VIOLATION))
        assert messages == []


def test_neo_reads_the_spikes_and_potentials_of_an_nwb_file(exported, data):
    for mouse in (0, 1):
        block = neo.io.NWBIO(str(nwb_path(exported("nwb"), mouse, 1))).read_block()
        (segment,) = block.segments
        time, cell = events(data, mouse, 1)
        assert [train.size for train in segment.spiketrains] == np.bincount(cell, minlength=6).tolist()
        for number, train in enumerate(segment.spiketrains):
            np.testing.assert_array_equal(train.rescale("s").magnitude, time[cell == number])
        signals = {signal.name: signal for signal in segment.analogsignals}
        np.testing.assert_array_equal(signals["v_apical"].rescale("V").magnitude.T, data.v_apical[mouse, 0])


@pytest.mark.slow
def test_csv_parquet_and_store_agree(exported, data):
    csv, parquet = exported("csv"), exported("parquet")
    assert {path.name for path in csv.iterdir()} == {*(f"{t}.csv" for t in TABLES), "README.txt", "export.json"}
    frames = {}
    for table in TABLES:
        frames[table] = pd.read_parquet(parquet / f"{table}.parquet")
        read = read_csv(csv / f"{table}.csv").to_pandas()  # to the bit in all versions, unlike pandas
        pd.testing.assert_frame_equal(read.astype(frames[table].dtypes), frames[table], check_exact=True)

    for mouse in (0, 1):
        for session in (1, 2):
            day = data.isel(mouse=mouse).sel(session=session)
            for kind in ("spike", "plateau"):
                table = of(frames[f"{kind}s"], mouse, session)
                time, cell = events(data, mouse, session, kind)
                np.testing.assert_array_equal(table.time, time)
                np.testing.assert_array_equal(table.cell, cell)
            imaging, volts = of(frames["fluorescence"], mouse, session), of(frames["voltages"], mouse, session)
            for place in ("soma", "apical"):
                values = imaging[f"fluorescence_{place}"].to_numpy().reshape(6, -1)
                np.testing.assert_array_equal(values, day[f"fluorescence_{place}"])
                np.testing.assert_array_equal(volts[f"v_{place}"].to_numpy().reshape(4, -1), day[f"v_{place}"])
            table = of(frames["frames"], mouse, session)
            for name in ("time", "x", "angle", "teaching", "light"):
                np.testing.assert_array_equal(table[name], day[name])
            trials = of(frames["trials"], mouse, session)
            for name in ("start", "end", "latency", "hit", "probe"):
                np.testing.assert_array_equal(trials[name], day[f"trial_{name}"].dropna("trial"))
            cells = of(frames["cells"], mouse, session)
            np.testing.assert_array_equal(cells.weight_mean, day.weight.mean("input"))
            np.testing.assert_array_equal(cells.feedback, day.feedback)
            assert cells.role.tolist() == data.role.values.tolist()
    assert frames["sessions"].hits.tolist() == [2, 2, 2, 0]
    assert frames["sessions"].light.tolist() == [False, False, False, True]


def test_units_stand_beside_the_tables(exported):
    field = pq.read_schema(exported("parquet") / "voltages.parquet").field("v_soma")
    assert field.metadata[b"units"] == b"V"
    text = (exported("csv") / "README.txt").read_text()
    assert "trials.csv: a row is one finished trial" in text
    assert [line.split()[1] for line in text.splitlines() if line.startswith("  weight_mean")] == ["pA"]


def test_neo_block_has_spikes_plateaus_signals_and_epochs(data):
    block = neo_block(data, mouse=1, session=1)
    segment = block.segments[0]
    for group, kind in zip(block.groups, ("spike", "plateau"), strict=True):
        time, cell = events(data, 1, 1, kind)
        assert [t.annotations["role"] for t in group.spiketrains] == data.role.values.tolist()
        for number, train in enumerate(group.spiketrains):
            np.testing.assert_array_equal(train.rescale("s").magnitude, time[cell == number])
            assert float(train.t_stop.rescale("s")) == 26.0
    signals = {signal.name: signal for signal in segment.analogsignals}
    np.testing.assert_array_equal(signals["v_soma"].rescale("V").magnitude.T, data.v_soma[1, 0])
    np.testing.assert_array_equal(signals["fluorescence_apical"].magnitude.T, data.fluorescence_apical[1, 0])
    assert float(signals["x"].sampling_rate) == RATE
    trials = segment.epochs[0]
    np.testing.assert_array_equal(trials.labels, ["hit", "miss", "hit"])
    assert isinstance(block, neo.Block)


def test_neo_block_says_what_is_not_there(data, monkeypatch):
    with pytest.raises(UserError, match="no session 3: the run has 1 to 2"):
        neo_block(data, session=3)
    monkeypatch.setitem(sys.modules, "neo", None)
    with pytest.raises(UserError, match="pip install neo"):
        neo_block(data)
