"""Shards over the workers of a dask scheduler, on this machine or on a cluster."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from apical.networks.errors import UserError
from apical.networks.sweep.processes import Done, checkpoints
from apical.networks.sweep.shards import Shard, run_shard

#: States of work whose scheduler is gone.
LOST = {"lost", "cancelled"}

#: Longest silence of a scheduler.
SILENCE = 10.0  # s


def run_on_dask(shards: Sequence[Shard], folder: Path, address: str, done: Done, tick: Callable[[], None]) -> None:
    """Run all shards on the dask scheduler at `address`; `done` is called here, in this process.

    Workers need apical and a C++ compiler. Where they share this file system, a shard whose worker is lost goes on
    from its last day; elsewhere from its first. tick : called several times a second
    Raises UserError: dask is not installed, no scheduler answers, or it is lost; what a shard raises.
    """
    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise UserError("--dask needs the package distributed: pip install 'apical[dask]'") from None
    try:
        client = Client(address, timeout=SILENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError):
        raise UserError(f"no dask scheduler answers at {address}; start one with: dask scheduler") from None
    try:
        place = lambda shard: checkpoints(folder.absolute(), shard)  # noqa: E731
        futures = {client.submit(run_shard, shard, place(shard), pure=False): shard for shard in shards}
        while futures:
            states = {future: future.status for future in futures}
            if client.status != "running" or not LOST.isdisjoint(states.values()):
                raise UserError(f"the dask scheduler at {address} is lost; go on with --resume")
            for future in [future for future, state in states.items() if state in ("finished", "error")]:
                done(futures.pop(future), future.result())
            tick()
            time.sleep(0.2)
    except KilledWorker:
        raise UserError("the dask workers die again and again (out of memory?); try a smaller --batch") from None
    finally:
        client.close(timeout=1)
