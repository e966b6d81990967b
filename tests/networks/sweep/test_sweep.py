"""A sweep measures what single runs measure, and batches and devices do not matter."""

import subprocess

import numpy as np
import pytest

from apical.analysis.statistics.learning import hit_rate, rates_by_role, rewards_per_minute
from apical.networks.errors import UserError
from apical.networks.sweep.design import Design, load_design
from apical.networks.sweep.measures import _hashes
from apical.networks.sweep.processes import checkpoints
from apical.networks.sweep.run import sweep
from apical.networks.sweep.shards import cut, run_shard
from apical.networks.sweep.store import load_shard, open_sweep, save_shard
from apical.networks.training.calibration import calibrate
from apical.networks.training.config import Config
from apical.networks.training.protocols import Protocol
from apical.networks.training.run import train
from apical.networks.training.store import events, open_run


@pytest.fixture(scope="module")
def small(brief_days, sweep_file, tmp_path_factory):
    """The folder of the small sweep, finished. Brief days, in this process: those of workers are as long as ever."""

    def run(shards, folder, workers, done, tick):
        for shard in shards:
            done(shard, run_shard(shard, checkpoints(folder, shard)))
            tick()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("apical.networks.sweep.run.run_in_processes", run)
        yield sweep(load_design(sweep_file), tmp_path_factory.mktemp("sweeps") / "small", batch=4)


def test_a_point_alone_equals_that_point_in_the_batch_spike_for_spike(small, sweep_file, tmp_path):
    data = open_sweep(small)
    shards = cut(load_design(sweep_file), 1)
    for shard in (shards[0], shards[6]):
        (mouse,) = shard.mice
        alone = run_shard(shard, tmp_path / str(shard.index))
        batched = data.isel(point=mouse.point, condition=mouse.condition, replicate=mouse.replicate)
        np.testing.assert_array_equal(alone["spike_hash"][0], batched.spike_hash)
        np.testing.assert_array_equal(alone["weight"][0], batched.weight)
    assert len(np.unique(data.spike_hash)) == data.spike_hash.size  # no two mouse-days are alike


def test_a_point_measures_what_a_run_of_its_own_shows(small, tmp_path):
    values = {"eta": ["0.4 pA"] * 2, "g_gaba": ["1 nS"] * 2}
    config = dict(mice=2, cells=12, days=2, protocol="short", probe_every=3, condition="ndnf_opto", parameters=values)
    run = open_run(train(Config(**config), tmp_path / "run"))
    data = open_sweep(small)
    point = data.isel(point=1).sel(condition="ndnf_opto")
    assert point.eta == 0.4 and point.g_gaba == 1
    np.testing.assert_allclose(point.hit_rate, hit_rate(run).transpose("mouse", "session"), rtol=1e-6)
    probes = hit_rate(run, probe=True).transpose("mouse", "session")
    assert np.isfinite(probes).any()
    np.testing.assert_allclose(point.probe_hit_rate, probes, rtol=1e-6)
    np.testing.assert_allclose(point.rewards_per_min, rewards_per_minute(run).transpose("mouse", "session"), rtol=1e-6)
    for kind in ("event", "plateau"):
        expected = rates_by_role(run, kind).transpose("mouse", "session", "role")
        np.testing.assert_allclose(point[f"{kind}_rate"], expected, rtol=1e-6)
    times, cells = events(run, 1, 2)
    record = {"spike_row_size": np.array([times.size]), "spike_step": np.rint(times / 5e-4), "spike_cell": cells}
    assert _hashes(record, 1)[0] == point.spike_hash.sel(replicate=1, session=2)


def test_a_failing_point_is_recorded_with_its_reason_and_the_others_go_on(small, sweep_file, tmp_path):
    design = load_design(sweep_file)
    # A conductance so large that its Euler step diverges.
    axes = {"eta": design.axes["eta"], "g_gaba": ["2 nS", "1e9 nS"]}
    data = open_sweep(sweep(Design(**design.model_dump() | {"axes": axes}), tmp_path / "out", batch=4))
    failed = data.isel(point=1)
    assert all("day 1: the simulation became unstable" in reason for reason in failed.failure.values.flat)
    assert np.isnan(failed.hit_rate).all() and (failed.spike_hash == 0).all()
    assert data.isel(point=0).equals(open_sweep(small).isel(point=0))


def test_cells_that_do_not_vary_have_no_threshold():
    still = np.ones((1, 2, 1200))
    found = calibrate(still, np.array([[1.0, -1.0]]), Protocol(), [np.random.default_rng(1)], None)
    assert np.isnan(found.z).all()


def test_a_damaged_shard_is_noticed_and_another_takes_its_place(tmp_path):
    measured = {"hit_rate": np.array([[0.5, 0.7]]), "failure": np.array([""])}
    save_shard(tmp_path, 3, measured)
    np.testing.assert_array_equal(load_shard(tmp_path, 3)["hit_rate"], measured["hit_rate"])
    (path,) = tmp_path.glob("shard_00003-*.npz")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert load_shard(tmp_path, 3) is None and not path.exists()


def test_existing_output_foreign_designs_and_unfinished_sweeps_are_named(small, sweep_file, tmp_path):
    design = load_design(sweep_file)
    with pytest.raises(UserError, match=r"exists; go on with it \(--resume\)"):
        sweep(design, small)
    with pytest.raises(UserError, match="begun with replicates = 2, not 3"):
        sweep(design.model_copy(update={"replicates": 3}), small, resume=True)
    with pytest.raises(UserError, match="holds no sweep"):
        open_sweep(tmp_path)
    subprocess.run(["cp", "-r", small, tmp_path / "copy"], check=True)
    (chunk, *_) = (
        p for p in (tmp_path / "copy/sweep.zarr/hit_rate").rglob("*") if p.is_file() and p.name != "zarr.json"
    )
    chunk.write_bytes(b"x" + chunk.read_bytes()[1:])
    with pytest.raises(UserError, match=r"sweep\.zarr is damaged"):
        open_sweep(tmp_path / "copy")
    sweep(design, tmp_path / "copy", resume=True)  # from the shards, without simulating
    assert open_sweep(tmp_path / "copy").equals(open_sweep(small))
    (tmp_path / "copy/sweep.json").write_text("{")
    with pytest.raises(UserError, match=r"sweep\.json is damaged"):
        open_sweep(tmp_path / "copy")
