"""A run survives what happens to it: kills, damage, full disks; and refuses to harm what is there."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from apical.networks.errors import UserError
from apical.networks.training.checkpoint import day_path
from apical.networks.training.config import Config
from apical.networks.training.run import train
from apical.networks.training.store import events, open_run

CONFIG = Config(mice=2, cells=21, days=6, protocol="short", threads=1)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("brief_days")]

#: The same run in a process of its own, to be killed.
SCRIPT = """
import sys
from apical.networks.training import day
from apical.networks.training.protocols import Protocol
day.PROTOCOLS["short"] = Protocol(baseline=70.0, closed_loop=40.0, learning_rate_scale=60.0)
from apical import Config, train
train(Config(mice=2, cells=21, days=6, protocol="short", threads=1), sys.argv[1])
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A finished run of six days."""
    out = tmp_path_factory.mktemp("runs") / "undisturbed"
    subprocess.run([sys.executable, "-c", SCRIPT, out], check=True)
    return out


def wait_for(path, process):
    for _ in range(6000):
        if path.exists() or process.poll() is not None:
            return
        time.sleep(0.02)


def test_a_run_killed_in_session_five_resumes_to_identical_spikes_and_weights(undisturbed, tmp_path):
    out = tmp_path / "killed"
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, out])
    wait_for(day_path(out / "checkpoint", 4), process)
    time.sleep(0.2)  # into the fifth session
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    with pytest.raises(UserError, match=r"unfinished.*--resume"):
        open_run(out)

    def outlive(day, phase):  # as a program that survives the run which started it may go on writing
        (out / "scratch-outlived").mkdir(exist_ok=True)

    train(CONFIG, out, resume=True, progress=outlive)

    expected, resumed = open_run(undisturbed), open_run(out)
    np.testing.assert_array_equal(expected.weight, resumed.weight)
    np.testing.assert_array_equal(expected.spike_time, resumed.spike_time)
    hashes = [json.loads((run / "run.json").read_text())["spike_sha256"] for run in (undisturbed, out)]
    assert hashes[0] == hashes[1]
    assert not list(out.glob("scratch-*")) and not (out / "checkpoint").exists()


def test_spike_lists_agree_with_the_counts_of_the_program(undisturbed):
    data = open_run(undisturbed)
    for mouse, session in ((0, 1), (1, 6)):
        times, cells = events(data, mouse, session)
        assert (np.diff(times) >= 0).all()
        counts = data.spike_count.sel(session=session).isel(mouse=mouse)
        np.testing.assert_array_equal(np.bincount(cells, minlength=21), counts)
        # An event opens with a spike at least 16 ms after the cell's last one.
        opened = sum((np.diff(times[cells == cell], prepend=-1) > 0.0159).sum() for cell in range(21))
        assert opened == data.event_count.sel(session=session).isel(mouse=mouse).sum()


def test_a_damaged_store_is_named(undisturbed, tmp_path):
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", undisturbed, copy], check=True)
    (chunk, *_) = (p for p in (copy / "cohort.zarr" / "weight").rglob("*") if p.is_file() and p.suffix != ".json")
    content = bytearray(chunk.read_bytes())
    content[len(content) // 2] ^= 1
    chunk.write_bytes(content)
    with pytest.raises(UserError, match=r"cohort\.zarr is damaged"):
        open_run(copy)


def test_a_damaged_checkpoint_is_named_and_the_day_can_be_run_again(undisturbed, tmp_path):
    out = tmp_path / "run"

    def stop(day, phase):
        if day == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(CONFIG, out, progress=stop)
    path = day_path(out / "checkpoint", 2)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"day_002\.npz is damaged"):
        train(CONFIG, out, resume=True)
    path.unlink()
    train(CONFIG, out, resume=True)
    np.testing.assert_array_equal(open_run(out).weight, open_run(undisturbed).weight)


def test_existing_output_is_left_alone(undisturbed, tmp_path):
    with pytest.raises(UserError, match=r"exists.*--resume.*--overwrite"):
        train(CONFIG, undisturbed)
    with pytest.raises(UserError, match="begun with seed = 1, not 2"):
        train(CONFIG.model_copy(update={"seed": 2}), undisturbed, resume=True)
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(UserError, match="is not a run of apical"):
        train(CONFIG, tmp_path, overwrite=True)
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_no_compiler_is_one_line_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"(make|g\+\+) is missing: install it"):
        train(CONFIG, tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of 300 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_one_line_and_the_run_goes_on_when_there_is_space(undisturbed, small_disk):
    out = small_disk / "run"
    with pytest.raises(UserError, match="is full; free some space, then go on with --resume"):
        train(CONFIG, out)
    assert not list(out.rglob("*.partial"))
    subprocess.run(["mount", "-o", "remount,size=100m", small_disk], check=True)
    train(CONFIG, out, resume=True)
    np.testing.assert_array_equal(open_run(out).weight, open_run(undisturbed).weight)


def test_recorded_traces_carry_the_readout(tmp_path):
    config = CONFIG.model_copy(update={"days": 1, "record": "traces"})
    data = open_run(train(config, tmp_path / "traces")).isel(session=0)
    assert data.fluorescence_soma.dims == ("mouse", "cell", "frame") == data.fluorescence_apical.dims
    assert (data.sizes["bci_cell"], data.sizes["sample"]) == (10, 43_000)  # 43 s at 1 kHz
    assert -0.1 < data.v_soma.min() < data.v_soma.max() < -0.02  # volt
    # x differs from the plain difference of fluorescence by F0 alone, which hardly moves.
    fluorescence = data.fluorescence_soma.isel(mouse=0).values
    frame_x = fluorescence[:5].mean(axis=0) - fluorescence[5:10].mean(axis=0)
    expected = np.convolve(frame_x, np.ones(3) / 3)[: frame_x.size]
    assert np.corrcoef(expected[100:], data.x.isel(mouse=0).values[100:])[0, 1] > 0.98


def test_an_unwritable_place_is_named():
    with pytest.raises(UserError, match=r"cannot write.*--out"):
        train(CONFIG, "/proc/apical" if os.path.isdir("/proc") else "/apical")
