"""Target of a program: the device and arithmetic that it is compiled for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """device and arithmetic of a compiled program.

    device : ``cpp_standalone`` or ``cuda_standalone``
    precision : precision of floating-point state, ``double`` or ``single``; time is double in both
    math : arithmetic of a CUDA program. ``precise`` is IEEE arithmetic without fused multiply-add, as on the CPU;
        ``fast`` is nvcc's -use_fast_math
    arch : GPU architectures of a CUDA program, such as ``("sm_90",)``
    heap_mb : device memory that CUDA kernels can allocate, in MiB
    threads : number of threads of a C++ program (OpenMP), in updates of many cells
    """

    device: str = "cpp_standalone"
    precision: str = "double"
    math: str = "precise"
    arch: tuple[str, ...] = ()
    heap_mb: int = 128
    threads: int = 1
