"""Device memory of a CUDA program, estimated from its arrays before it runs."""

import numpy as np

from apical.equations.task import FRAME_RATE
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.cuda.gpu import Gpu
from apical.networks.errors import UserError
from apical.networks.recorded import VOLTAGE_RATE

GIB = 2**30

#: Allocations of device memory are rounded up to this many bytes; a recorded variable takes one per cell.
GRANULE = 512

#: Steps whose events always fit, each cell having one in each (templates/spikemonitor.cu takes it from here).
STEPS = 256

#: CUDA context, code and library handles.
CONTEXT = 600 * 2**20


def device_bytes(arrays: dict, blueprint: Blueprint, duration: float) -> dict[str, int]:
    """Estimated bytes on the GPU of a run of `duration` seconds: neurons, synapses, monitors, context.

    All but the context is proportional to the number of mice. Numbers of the source neurons of synapses, which are
    there until the first step, count. Where delays differ, these and the delays are there for one group at a time.

    arrays : table of ``arrays.json``
    """
    asked = blueprint.structure.demand
    total = {"neurons": 0, "synapses": 0, "monitors": 0, "context": CONTEXT + blueprint.target.heap_mb * 2**20}
    longest, passing = 0, dict.fromkeys(asked.bundles, 0)
    for name, entry in arrays.items():
        owner, variable = name.split(".")
        item = np.dtype(entry["dtype"]).itemsize
        if owner in passing and variable in ("_synaptic_pre", "delay"):
            passing[owner] += item * asked.synapses[owner]
        elif owner in asked.synapses:
            # Else one delay holds for all synapses; the numbers of synapses are one per cell.
            grows = entry["size"] is None and variable not in ("delay", "N_incoming", "N_outgoing")
            total["synapses"] += item * (asked.synapses[owner] if grows else entry["size"] or 1)
        elif entry["size"] is not None:
            total["neurons"] += item * entry["size"]
        elif entry["columns"]:
            samples = duration * _sampling_rate(owner)
            total["monitors"] += entry["columns"] * int(np.ceil(item * samples / GRANULE)) * GRANULE
        elif owner in asked.monitors:
            cells, rate = asked.monitors[owner]
            rows = _rows(rate * duration * cells, cells)
            total["monitors"] += item * rows
            longest = max(longest, item * rows)
    total["monitors"] += longest // 2  # while a list grows, it is there twice
    total["synapses"] += _passing(passing, asked.synapses) + 4 * sum(asked.bundles.values())
    total["synapses"] += 4 * sum(count * asked.synapses[name] for name, count in asked.lists.items())
    return total


def _passing(groups: dict[str, int], synapses: dict[str, int]) -> int:
    """Bytes that groups need while they are made, in this order, and that no later group takes to stay."""
    needed = later = 0
    for name in reversed(groups):
        needed = max(needed, groups[name] - later)
        later += (4 + 4) * synapses[name]  # target, place in the list
    return needed


def mice_that_fit(gpu: Gpu, arrays: dict, blueprint: Blueprint, duration: float) -> int | None:
    """The number of mice like those of `blueprint` for which the free memory of `gpu` suffices; None: not known."""
    if gpu.free is None:
        return None
    parts = device_bytes(arrays, blueprint, duration)
    per_mouse = (sum(parts.values()) - parts["context"]) / blueprint.structure.demand.copies
    return max(int((gpu.free - parts["context"]) / per_mouse), 0)


def check_memory(gpu: Gpu, arrays: dict, blueprint: Blueprint, duration: float) -> None:
    """Raises UserError when a run of `duration` seconds would not fit into the free memory of `gpu`."""
    parts, asked = device_bytes(arrays, blueprint, duration), blueprint.structure.demand
    if gpu.free is None or sum(parts.values()) <= gpu.free:
        return
    needing, mend = "the network needs", asked.smaller
    if mend is None:
        fits = mice_that_fit(gpu, arrays, blueprint, duration)
        needing, mend = f"{asked.copies} mice need", f"enough for {fits} mice"
    most = max(parts, key=parts.__getitem__)
    raise UserError(
        f"{needing} {sum(parts.values()) / GIB:.1f} GiB of GPU memory, most of it for {most}; "
        f"{gpu.name} has {gpu.free / GIB:.1f} GiB free, {mend}"
    )


def _rows(events: float, cells: int) -> int:
    """Length of the list of an event monitor: doubled whenever it is half full."""
    rows = 2 * STEPS * cells
    while rows < 2 * events:
        rows *= 2
    return rows


def _sampling_rate(monitor: str) -> float:
    """Samples per second of a state monitor of the circuit."""
    return VOLTAGE_RATE if monitor == "voltage_traces" else float(FRAME_RATE)
