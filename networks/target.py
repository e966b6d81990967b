"""What a program is compiled for."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from networks.bench import Bench
from networks.circuit import Structure
from networks.cortex.network import Cortex
from networks.cortex.task import TaskCortex
from networks.nest.recurrent import Recurrent

Compiled = Structure | Bench | Cortex | TaskCortex | Recurrent
_KINDS = {kind.__name__: kind for kind in (Structure, Bench, Cortex, TaskCortex, Recurrent)}


@dataclass(frozen=True)
class Target:
    """device and arithmetic of a compiled program.

    device : ``cpp_standalone`` or ``cuda_standalone``
    precision : of floating-point state, ``double`` or ``single``; time is double in both
    math : of a CUDA program. ``precise`` is IEEE arithmetic without fused multiply-add, as on the CPU; ``fast`` is
        nvcc's -use_fast_math
    arch : GPU architectures of a CUDA program, such as ``("sm_90",)``
    heap_mb : device memory that CUDA kernels can allocate, in MiB
    threads : of a C++ program (OpenMP), in updates of many cells
    """

    device: str = "cpp_standalone"
    precision: str = "double"
    math: str = "precise"
    arch: tuple[str, ...] = ()
    heap_mb: int = 128
    threads: int = 1


def describe(structure: Compiled, target: Target) -> str:
    """Both as the text of ``description.json``."""
    fields = {n: sorted(v) if isinstance(v, frozenset) else v for n, v in asdict(structure).items()}
    kind = type(structure).__name__
    return json.dumps({"kind": kind, "structure": fields, "target": asdict(target)}, indent=1)


def read_program_description(path: Path) -> tuple[Compiled, Target]:
    """What `describe` wrote to `path`."""
    description = json.loads(path.read_text())
    structure, target = description["structure"], description["target"]
    if "varied" in structure:
        structure["varied"] = frozenset(structure["varied"])
    return _KINDS[description["kind"]](**structure), Target(**target | {"arch": tuple(target["arch"])})
