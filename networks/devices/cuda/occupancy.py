"""Registers and spills from the logs of ptxas, and how many warps of a kernel fit on a multiprocessor."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

WARP = 32

# The same in all architectures below.
REGISTERS = 65536  # of a multiprocessor
REGISTER_UNIT = 256  # registers that a warp takes are a multiple of this
PARTITIONS = 4  # of a multiprocessor; a warp and its registers are in one
SHARED_UNIT = 128  # bytes
RESERVED_SHARED = 1024  # bytes of each block that the driver takes
MAX_BLOCK = 1024  # threads


@dataclass(frozen=True)
class Architecture:
    """Limits of a multiprocessor, and a card of this architecture with the number of its multiprocessors."""

    warps: int
    blocks: int
    shared: int
    card: str
    processors: int


#: NVIDIA, CUDA Programming Guide, table "Technical Specifications per Compute Capability"; cards: their data sheets.
ARCHITECTURES = {
    "sm_80": Architecture(64, 32, 164 * 1024, "A100", 108),
    "sm_86": Architecture(48, 16, 100 * 1024, "A40", 84),
    "sm_89": Architecture(48, 24, 100 * 1024, "L40S", 142),
    "sm_90": Architecture(64, 32, 228 * 1024, "H100 SXM", 132),
    "sm_100": Architecture(64, 32, 228 * 1024, "B200", 148),
}


@dataclass(frozen=True)
class Resources:
    """Resources that the compiler gave a kernel: registers, stack and spills (bytes) of a thread, bytes of a block."""

    registers: int
    stack: int = 0
    spill_stores: int = 0
    spill_loads: int = 0
    shared: int = 0


@dataclass(frozen=True)
class Occupancy:
    """Warps of a kernel on a multiprocessor, their fraction of those that it can hold, and what limits them."""

    warps: int
    fraction: float
    limit: str


def read_logs(folder: Path, kernels: Iterable[str]) -> dict[str, dict[str, Resources]]:
    """Architecture to kernel to resources, from all ``*.log`` of ``ptxas -v`` in `folder`."""
    found: dict[str, dict[str, Resources]] = {}
    marks = {f"{len(kernel)}{kernel}": kernel for kernel in kernels}
    for path in sorted(folder.rglob("*.log")):
        for mangled, arch, resources in parse_log(path.read_text()):
            for mark, kernel in marks.items():
                if mark in mangled:
                    found.setdefault(arch, {})[kernel] = resources
    return found


def parse_log(text: str) -> list[tuple[str, str, Resources]]:
    """Mangled name, architecture and resources of the kernels in the output of ``ptxas -v``."""
    found = []
    for entry in re.split(r"(?=Compiling entry function ')", text)[1:]:
        named = re.match(r"Compiling entry function '(\S+)' for '(\w+)'", entry)
        used = re.search(r"Used (\d+) registers[^\n]*", entry)
        if not (named and used):
            continue
        mangled, arch = named.groups()
        frame = re.search(
            rf"properties for {re.escape(mangled)}\s+(\d+) bytes stack frame, (\d+) bytes spill stores, "
            r"(\d+) bytes spill loads",
            entry,
        )
        shared = re.search(r"(\d+) bytes smem", used[0])
        stack, stores, loads = map(int, frame.groups()) if frame else (0, 0, 0)
        resources = Resources(int(used[1]), stack, stores, loads, int(shared[1]) if shared else 0)
        found.append((mangled, arch, resources))
    return found


def occupancy(resources: Resources, block: int, arch: str) -> Occupancy:
    """Number of warps that fit on a multiprocessor in blocks of `block` threads, as cuda_occupancy.h computes it."""
    limits = ARCHITECTURES[arch]
    warps = -(-block // WARP)
    registers = -(-resources.registers * WARP // REGISTER_UNIT) * REGISTER_UNIT
    partitioned = -(-warps // PARTITIONS) * PARTITIONS
    if registers * partitioned > REGISTERS:
        by_registers = 0
    else:
        by_registers = REGISTERS // PARTITIONS // registers * PARTITIONS // warps
    shared = -(-(resources.shared + RESERVED_SHARED) // SHARED_UNIT) * SHARED_UNIT
    blocks = {
        "warps": limits.warps // warps,
        "blocks": limits.blocks,
        "registers": by_registers,
        "shared memory": limits.shared // shared,
    }
    limit = min(blocks, key=blocks.__getitem__)
    resident = blocks[limit] * warps
    return Occupancy(resident, resident / limits.warps, limit)


def fullest_block(resources: Resources, arch: str) -> int:
    """Threads of the largest block with the highest occupancy, as cudaOccupancyMaxPotentialBlockSize chooses it."""
    sizes = range(MAX_BLOCK, 0, -WARP)
    return max(sizes, key=lambda block: occupancy(resources, block, arch).warps)


def block_size(host: str, threads: int | None, resources: Resources, arch: str) -> int:
    """Threads of a block that the code of the host function `host` chooses for `threads` in all; 256 if unknown."""
    fixed = re.findall(r"num_threads = min\((\d+), max_threads_per_block\)", host)
    if fixed:
        return int(fixed[-1])
    if "cudaOccupancyMaxPotentialBlockSize" not in host:
        return 256
    block = fullest_block(resources, arch)
    spread = re.search(r"max\((\d+), \(_N / num_processors \+ (\d+)\) / (\d+)\) \* (\d+)\)", host)
    if spread and threads is not None:
        least, add, by, warp = map(int, spread.groups())
        block = min(block, max(least, (threads // ARCHITECTURES[arch].processors + add) // by) * warp)
    return block
