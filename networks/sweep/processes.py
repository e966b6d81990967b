"""Shards over processes of this machine, any of which may die."""

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from apical.networks.errors import UserError
from apical.networks.sweep.shards import Shard, run_shard
from apical.networks.training.checkpoint import finished_days
from apical.networks.training.cohort import Values

#: Workers may die so many times without another day finished in between.
ATTEMPTS = 3

#: Called with a shard and what it measured.
Done = Callable[[Shard, Values], None]


def checkpoints(folder: Path, shard: Shard) -> Path:
    """Folder in which a shard keeps its finished days while it runs."""
    return folder / f"days_{shard.index:05d}"


def run_in_processes(shards: Sequence[Shard], folder: Path, workers: int, done: Done, tick: Callable[[], None]) -> None:
    """Run all shards, `workers` at a time; `done` is called here, in this process.

    A worker that dies (kill, out of memory) is replaced, and its shards go on from their last day. Workers end with
    this process, however it ends. tick : called several times a second
    Raises UserError: what a shard raises, or that workers died again and again.
    """
    left = {shard.index: shard for shard in shards}
    best, attempts = -1, 0
    strangers = {process.pid for process in multiprocessing.active_children()}
    workers_seen: set[int] = set()
    while left:
        pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin, (os.getpid(),))
        try:
            futures = {pool.submit(run_shard, shard, checkpoints(folder, shard)): shard for shard in left.values()}
            waiting = set(futures)
            while waiting:
                finished, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in finished:
                    shard = futures[future]
                    done(shard, future.result())
                    del left[shard.index]
                workers_seen |= {p.pid for p in multiprocessing.active_children() if p.pid} - strangers
                tick()
        except BrokenProcessPool:
            days = sum(shard.config.days for shard in shards if shard.index not in left)
            days += sum(finished_days(checkpoints(folder, shard)) for shard in left.values())
            best, attempts = (days, 0) if days > best else (best, attempts + 1)
            if attempts >= ATTEMPTS:
                raise UserError(
                    "the worker processes die again and again (out of memory?); try a smaller --batch"
                ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            _kill_groups(workers_seen)


def _begin(parent: int) -> None:
    """Make a worker the head of a process group, its programs the members, and end all of it with the parent."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def follow() -> None:
        while os.getppid() == parent:
            time.sleep(0.2)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=follow, daemon=True).start()


def _kill_groups(leaders: set[int]) -> None:
    """Kill workers and the programs that they run, those of dead workers too."""
    for pid in leaders:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    leaders.clear()
