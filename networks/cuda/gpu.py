"""The GPUs of this machine, as nvidia-smi reports them."""

import subprocess
from dataclasses import dataclass

from networks.errors import UserError

MIB = 2**20


@dataclass(frozen=True)
class Gpu:
    """One GPU; memory in bytes, `arch` such as ``sm_90``."""

    index: int
    name: str
    arch: str
    memory: int
    free: int


def gpus() -> list[Gpu]:
    """All GPUs; empty where there is no GPU or no driver."""
    query = "index,name,compute_cap,memory.total,memory.free"
    command = ["nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return []
    found = []
    for line in done.stdout.splitlines() if done.returncode == 0 else []:
        index, name, capability, total, free = (field.strip() for field in line.split(","))
        found.append(Gpu(int(index), name, "sm_" + capability.replace(".", ""), int(total) * MIB, int(free) * MIB))
    return found


def require_gpu(index: int) -> Gpu:
    """The GPU with this index. Raises UserError when there is none."""
    present = gpus()
    for gpu in present:
        if gpu.index == index:
            return gpu
    if present:
        known = ", ".join(f"{gpu.index} ({gpu.name})" for gpu in present)
        raise UserError(f"there is no GPU {index}; this machine has {known}")
    raise UserError(
        "no NVIDIA GPU found (nvidia-smi); to build the program for one elsewhere: "
        "apical build --device cuda_standalone --out DIR"
    )
