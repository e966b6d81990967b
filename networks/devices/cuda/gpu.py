"""The GPUs that programs can use, as nvidia-smi reports them."""

import os
import re
import subprocess
from dataclasses import dataclass, replace

from apical.networks.errors import UserError

MIB = 2**20

#: Architectures of a program that is built without a GPU: A100 and H100.
DATA_CENTRE = ("sm_80", "sm_90")

FIELDS = "index,uuid,compute_cap,memory.total,memory.free,driver_version,name"
_LINE = re.compile(r"(\d+), ([^,]+), (\d+)\.(\d+), ([^,]+), ([^,]+), ([^,]+), (.+)")


@dataclass(frozen=True)
class Gpu:
    """One GPU; memory in bytes (None where the driver does not tell), `arch` such as ``sm_90``."""

    index: int
    name: str
    arch: str
    memory: int | None
    free: int | None
    driver: str
    uuid: str


def gpus() -> list[Gpu]:
    """All GPUs, with the index of nvidia-smi; empty where there is no GPU or no driver.

    Where $CUDA_VISIBLE_DEVICES is set, as by the schedulers of clusters, the GPUs in it, counted in its order.
    """
    command = ["nvidia-smi", f"--query-gpu={FIELDS}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return []
    found = []
    for line in done.stdout.splitlines() if done.returncode == 0 else []:
        if fields := _LINE.fullmatch(line.strip()):
            index, uuid, major, minor, total, free, driver, name = fields.groups()
            found.append(Gpu(int(index), name, f"sm_{major}{minor}", _bytes(total), _bytes(free), driver, uuid))
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    return found if visible is None else _selected(found, visible.split(","))


ELSEWHERE = "to build the program for one elsewhere: apical build --device cuda_standalone --out DIR"


def require_gpu(index: int, mend: str = ELSEWHERE) -> Gpu:
    """The GPU with this index. Raises UserError when there is none; `mend` is what can be done without any."""
    present = gpus()
    for gpu in present:
        if gpu.index == index:
            return gpu
    if present:
        known = ", ".join(f"{gpu.index} ({gpu.name})" for gpu in present)
        raise UserError(f"there is no GPU {index}; this machine has {known}")
    hidden = "CUDA_VISIBLE_DEVICES" in os.environ
    raise UserError(f"no NVIDIA GPU found (nvidia-smi{', $CUDA_VISIBLE_DEVICES' if hidden else ''}); {mend}")


def architectures(index: int) -> tuple[str, ...]:
    """Architectures to compile for: that of the GPU with this index, or those of data centres where there is none."""
    return tuple(gpu.arch for gpu in gpus() if gpu.index == index) or DATA_CENTRE


def _bytes(mebibytes: str) -> int | None:
    return int(mebibytes) * MIB if mebibytes.isdigit() else None


def _selected(found: list[Gpu], names: list[str]) -> list[Gpu]:
    """The GPUs with these numbers or (beginnings of) UUIDs, renumbered; as in CUDA, those before an unknown name."""
    selected: list[Gpu] = []
    for name in (name.strip() for name in names):
        same = [gpu for gpu in found if name and (str(gpu.index) == name or gpu.uuid.startswith(name))]
        if not same:
            break
        selected.append(replace(same[0], index=len(selected)))
    return selected
