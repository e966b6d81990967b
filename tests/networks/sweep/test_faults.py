"""A sweep loses nothing and counts nothing twice, whatever is killed, full, damaged or done twice."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from apical.networks.files import tree_checksum
from apical.networks.sweep.store import open_sweep

pytestmark = pytest.mark.slow

KILLS = 20


@pytest.fixture(scope="module")
def undisturbed(finish, sweep_file, tmp_path_factory):
    """The folder of a sweep that nothing happened to."""
    out = tmp_path_factory.mktemp("sweeps") / "undisturbed"
    code, output = finish(sweep_file, "--out", out, "--workers", 2, "--batch", 4)
    assert code == 0 and "8 mice, 0 failed" in output, output
    return out


def assert_same(out, undisturbed):
    """The datasets of two sweeps are equal in every byte."""
    assert tree_checksum(out / "sweep.zarr") == tree_checksum(undisturbed / "sweep.zarr")


def processes_of(root):
    """Workers and running programs below a process: (workers, programs)."""
    listed = subprocess.run(["ps", "-wweo", "pid=,ppid=,args="], capture_output=True, text=True).stdout
    table = [line.split(None, 2) for line in listed.splitlines()]
    children = lambda of: [(int(pid), args) for pid, parent, args in table if int(parent) == of]  # noqa: E731
    workers = [pid for pid, args in children(root) if "spawn_main" in args]
    return workers, [pid for worker in workers for pid, _ in children(worker)]


def wait_until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)


def test_twenty_kills_of_anything_at_any_moment_leave_the_same_dataset(command, sweep_file, tmp_path, undisturbed):
    chance, out, killed = random.Random(1), tmp_path / "out", {"main": 0, "worker": 0, "program": 0}
    process = command(sweep_file, "--out", out, "--workers", 2, "--batch", 4)
    while sum(killed.values()) < KILLS and process.poll() is None:
        stage = chance.choice([0, 1, 1])  # workers are there, or programs run
        wait_until(lambda of=process, stage=stage: processes_of(of.pid)[stage] or of.poll() is not None)
        time.sleep(chance.uniform(0, 1))
        workers, programs = processes_of(process.pid)
        kind = chance.choice(["main", "worker", "worker", "program"])
        target = {"main": [process.pid], "worker": workers, "program": programs}[kind]
        if not target or process.poll() is not None:
            continue
        try:
            os.kill(chance.choice(target), signal.SIGKILL)
        except ProcessLookupError:
            continue
        killed[kind] += 1
        if kind == "main":
            process.communicate()
        elif kind == "program":  # the sweep says so and ends: a program that dies by itself does so again
            process.wait(timeout=60)
            process.communicate()
        if process.poll() is not None:
            wait_until(lambda: not workers_left(out))
            process = command(sweep_file, "--out", out, "--workers", 2, "--batch", 4, "--resume")
    output, _ = process.communicate()
    assert process.returncode == 0, output
    assert sum(killed.values()) >= KILLS and min(killed.values()) > 0, killed
    assert_same(out, undisturbed)
    assert not list((out / "shards").glob("days_*"))


def workers_left(out):
    """Whether a program still writes below the sweep's folder."""
    listed = subprocess.run(["ps", "-wweo", "args="], capture_output=True, text=True).stdout
    return str(out) in listed


def test_a_finished_sweep_tells_its_design_versions_and_commit(undisturbed):
    description = json.loads((undisturbed / "sweep.json").read_text())
    assert description["design"]["axes"]["eta"] == ["0.1 pA", "0.4 pA"]
    assert {"versions", "commit", "machine", "batch", "wall_seconds", "store_sha256"} <= description.keys()


def test_workers_end_with_the_sweep_however_it_ends(command, sweep_file, tmp_path):
    for number, ending in enumerate((signal.SIGKILL, signal.SIGINT)):
        out = tmp_path / str(number)
        process = command(sweep_file, "--out", out, "--workers", 2, "--batch", 4)
        wait_until(lambda process=process: len(processes_of(process.pid)[1]) == 2)
        assert workers_left(out)
        process.send_signal(ending)
        output, _ = process.communicate(timeout=20)
        wait_until(lambda out=out: not workers_left(out), 5)
        assert not workers_left(out)
        if ending == signal.SIGINT:
            assert process.returncode == 1 and "go on with: apical sweep --resume" in output


def test_a_second_process_on_the_same_output_is_turned_away(command, finish, sweep_file, tmp_path):
    out = tmp_path / "out"
    first = command(sweep_file, "--out", out, "--batch", 4)
    wait_until(lambda: (out / "sweep.json").exists())
    code, output = finish(sweep_file, "--out", out, "--batch", 4, "--resume")
    first.kill()
    first.communicate()
    assert code == 1 and "another process is at work on" in output


def test_a_corrupted_shard_and_a_damaged_checkpoint_run_again(finish, tmp_path, undisturbed):
    out = tmp_path / "out"
    shutil.copytree(undisturbed, out)
    shard = sorted((out / "shards").glob("shard_00001-*.npz"))[0]
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    (out / "shards/days_00001").mkdir()
    (out / "shards/days_00001/day_001.npz").write_bytes(b"PK damaged")
    (out / "sweep.zarr/zarr.json").unlink()
    assert finish("--resume", "--out", out)[0] == 0
    assert_same(out, undisturbed)
    assert open_sweep(out).failure.size == 8


def test_a_full_disk_is_named_and_the_sweep_goes_on_when_there_is_room(finish, sweep_file, tmp_path, undisturbed):
    place = tmp_path / "small-disk"
    place.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", place], capture_output=True)
    if mount.returncode:
        pytest.skip("needs the right to mount a tmpfs")
    try:
        code, output = finish(sweep_file, "--out", place / "out", "--batch", 4)
        assert code == 1 and "is full" in output and "Traceback" not in output
        subprocess.run(["mount", "-o", "remount,size=500m", place], check=True)
        code, output = finish("--resume", "--out", place / "out")
        assert code == 0, output
        assert_same(place / "out", undisturbed)
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@contextmanager
def cluster(folder):
    """A dask scheduler and two workers, each a process of its own: (address, scheduler, workers)."""
    folder.mkdir()
    file = folder / "scheduler.json"

    def start(part, *arguments):
        line = [sys.executable, "-m", f"distributed.cli.dask_{part}", "--no-dashboard", "--scheduler-file", file]
        with (folder / "log").open("a") as log:
            return subprocess.Popen([*line, *arguments], cwd=folder, stdout=log, stderr=log)

    processes = [start("scheduler", "--host", "127.0.0.1", "--port", "0")]
    try:
        wait_until(file.exists)
        processes += [start("worker", "--nthreads", "1", "--no-nanny") for _ in range(2)]
        yield json.loads(file.read_text())["address"], processes[0], processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_dask_gives_the_same_dataset_and_a_killed_scheduler_or_worker_costs_nothing(
    command, finish, sweep_file, tmp_path, undisturbed
):
    pytest.importorskip("distributed")
    out = tmp_path / "out"
    arguments = ("--out", out, "--batch", 4, "--dask")
    with cluster(tmp_path / "first") as (address, scheduler, workers):
        process = command(sweep_file, *arguments, address)
        wait_until(lambda: list(out.glob("shards/days_*/day_001.npz")))
        workers[0].kill()
        time.sleep(1)
        scheduler.kill()
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 1 and "is lost; go on with --resume" in output, output
    with cluster(tmp_path / "second") as (address, _, _):
        code, output = finish(sweep_file, *arguments, address, "--resume")
    assert code == 0, output
    assert_same(out, undisturbed)
    code, output = finish(sweep_file, "--out", tmp_path / "none", "--dask", "tcp://127.0.0.1:1")
    assert code == 1 and "no dask scheduler answers" in output
    code, output = finish("--resume", "--out", out, "--device", "cuda_standalone")
    assert code == 1 and "was begun with device = cpp_standalone, not cuda_standalone" in output
