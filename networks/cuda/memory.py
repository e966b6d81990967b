"""Device memory of a CUDA program, estimated from its arrays before it runs."""

import numpy as np

from equations.task import FRAME_RATE
from networks.circuit import Structure
from networks.cuda.gpu import Gpu
from networks.errors import UserError
from networks.target import Target

GIB = 2**30

#: Allocations of device memory are rounded up to this many bytes; a recorded variable takes one per cell.
GRANULE = 512

#: Typical events per cell and second of the model, by monitor.
EVENT_RATES = {"spikes": 5.0, "plateaus": 1.0}

#: Steps whose events always fit, each cell having one in each (templates/spikemonitor.cu takes it from here).
STEPS = 256

#: CUDA context, code and library handles.
CONTEXT = 600 * 2**20


def device_bytes(arrays: dict, structure: Structure, target: Target, duration: float) -> dict[str, int]:
    """Estimated bytes on the GPU of a run of `duration` seconds: neurons, synapses, monitors, context.

    All but the context is proportional to the number of mice.

    arrays : table of ``arrays.json``
    """
    synapses = structure.synapses
    total = {"neurons": 0, "synapses": 0, "monitors": 0, "context": CONTEXT + target.heap_mb * 2**20}
    for name, entry in arrays.items():
        owner, variable = name.split(".")
        item = np.dtype(entry["dtype"]).itemsize
        if owner in synapses:
            # One delay holds for all synapses, the numbers of synapses are one per cell.
            grows = entry["size"] is None and variable not in ("delay", "N_incoming", "N_outgoing")
            total["synapses"] += item * (synapses[owner] if grows else entry["size"] or 1)
        elif entry["size"] is not None:
            total["neurons"] += item * entry["size"]
        elif entry["columns"]:
            samples = duration * _sampling_rate(owner)
            total["monitors"] += entry["columns"] * int(np.ceil(item * samples / GRANULE)) * GRANULE
        elif owner in EVENT_RATES:
            cells = structure.mice * structure.cells
            rows = _rows(EVENT_RATES[owner] * duration * cells, cells)
            total["monitors"] += item * rows
            if name == "spikes.t":  # the longest list; while one grows, it is there twice
                total["monitors"] += item * rows // 2
    # Lists of synapse numbers by cell: forward and backward for feed_forward, forward for volume_transmission.
    total["synapses"] += 4 * (2 * synapses["feed_forward"] + synapses["volume_transmission"])
    return total


def mice_that_fit(gpu: Gpu, arrays: dict, structure: Structure, target: Target, duration: float) -> int | None:
    """The number of mice like those of `structure` for which the free memory of `gpu` suffices; None: not known."""
    if gpu.free is None:
        return None
    parts = device_bytes(arrays, structure, target, duration)
    per_mouse = (sum(parts.values()) - parts["context"]) / structure.mice
    return max(int((gpu.free - parts["context"]) / per_mouse), 0)


def check_memory(gpu: Gpu, arrays: dict, structure: Structure, target: Target, duration: float) -> None:
    """Raises UserError when a run of `duration` seconds would not fit into the free memory of `gpu`."""
    fits = mice_that_fit(gpu, arrays, structure, target, duration)
    if fits is not None and fits < structure.mice:
        parts = device_bytes(arrays, structure, target, duration)
        raise UserError(
            f"{structure.mice} mice need {sum(parts.values()) / GIB:.1f} GiB of GPU memory, most of it for "
            f"{max(parts, key=parts.get)}; {gpu.name} has {gpu.free / GIB:.1f} GiB free, enough for {fits} mice"
        )


def _rows(events: float, cells: int) -> int:
    """Length of the list of an event monitor: doubled whenever it is half full."""
    rows = 2 * STEPS * cells
    while rows < 2 * events:
        rows *= 2
    return rows


def _sampling_rate(monitor: str) -> float:
    """Samples per second of a state monitor of the circuit."""
    return 1000.0 if monitor == "voltage_traces" else float(FRAME_RATE)
