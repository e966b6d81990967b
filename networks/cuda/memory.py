"""Device memory of a CUDA program, estimated from its arrays before it runs."""

import numpy as np

from networks.circuit import Structure
from networks.cuda.gpu import Gpu
from networks.errors import UserError
from networks.target import Target

GIB = 2**30

#: Allocations of device memory are rounded up to this many bytes; a recorded variable takes one per cell.
GRANULE = 512

#: Events per cell and second to set memory aside for; cells of the model fire 3 to 8 a second.
EVENT_RATE = 10.0

#: CUDA context, code and library handles.
CONTEXT = 600 * 2**20


def device_bytes(arrays: dict, structure: Structure, target: Target, duration: float) -> dict[str, int]:
    """Estimated bytes on the GPU of a run of `duration` seconds: neurons, synapses, monitors, context.

    arrays : table of ``arrays.json``
    """
    synapses = structure.synapses
    total = {"neurons": 0, "synapses": 0, "monitors": 0, "context": CONTEXT + target.heap_mb * 2**20}
    for name, entry in arrays.items():
        owner, variable = name.split(".")
        item = np.dtype(entry["dtype"]).itemsize
        if owner in synapses:
            total["synapses"] += item * (synapses[owner] if entry["size"] is None else entry["size"])
        elif entry["size"] is not None:
            total["neurons"] += item * entry["size"]
        elif entry["columns"]:
            samples = duration * _sampling_rate(owner)
            total["monitors"] += entry["columns"] * int(np.ceil(item * samples / GRANULE)) * GRANULE
        elif variable in ("t", "i"):
            total["monitors"] += int(item * duration * EVENT_RATE * structure.mice * structure.cells)
    # Lists of synapse numbers by presynaptic cell: one for each pathway, of which feed_forward has two.
    total["synapses"] += 4 * (sum(synapses.values()) + synapses["feed_forward"])
    return total


def check_memory(gpu: Gpu, arrays: dict, structure: Structure, target: Target, duration: float) -> None:
    """Raises UserError when a run of `duration` seconds would not fit into the free memory of `gpu`."""
    parts = device_bytes(arrays, structure, target, duration)
    needed = sum(parts.values())
    if needed > gpu.free:
        largest = max(parts, key=parts.get)
        fits = int(structure.mice * (gpu.free - parts["context"]) / (needed - parts["context"]))
        raise UserError(
            f"{structure.mice} mice need {needed / GIB:.1f} GiB of GPU memory, most of it for {largest}; {gpu.name} "
            f"has {gpu.free / GIB:.1f} GiB free, enough for {max(fits, 0)} mice"
        )


def _sampling_rate(monitor: str) -> float:
    """Samples per second of a state monitor of the circuit."""
    from equations.task import FRAME_RATE

    return 1000.0 if monitor == "voltage_traces" else float(FRAME_RATE)
