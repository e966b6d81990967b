"""The one place that sets brian2cuda up."""

import brian2cuda  # noqa: F401  (registers the device)
from brian2 import prefs
from brian2cuda.codeobject import CUDAStandaloneAtomicsCodeObject, CUDAStandaloneCodeObject
from brian2cuda.utils.gputools import restore_cuda_installation
from jinja2 import PackageLoader, PrefixLoader

from apical.networks.devices.cuda.memory import STEPS
from apical.networks.devices.target import Target

PRECISE = ["-fmad=false", "-ftz=false", "-prec-div=true", "-prec-sqrt=true"]
FAST = ["-use_fast_math"]


def nvcc_flags(target: Target) -> list[str]:
    """Flags of the CUDA compiler for the language, the arithmetic and the GPUs of `target`.

    The program also holds PTX of the newest architecture, which later GPUs compile for themselves.
    """
    numbers = sorted((arch.removeprefix("sm_") for arch in target.arch), key=int)
    code = [f"-gencode arch=compute_{n},code=sm_{n}" for n in numbers]
    code.append(f"-gencode arch=compute_{numbers[-1]},code=compute_{numbers[-1]}")
    single = ["-DAPICAL_SINGLE"] if target.precision == "single" else []
    return ["-std=c++17", "-w", *code, *(FAST if target.math == "fast" else PRECISE), *single]


def configure(target: Target) -> None:
    """Set the preferences of brian2cuda for `target`, and put our templates before its own.

    Nothing is detected: the program can be written on a machine without a GPU.
    """
    cuda = prefs.devices.cuda_standalone
    cuda.cuda_backend.detect_gpus = False
    cuda.cuda_backend.gpu_id = 0  # CUDA_VISIBLE_DEVICES selects the GPU when the program runs
    cuda.cuda_backend.compute_capability = float(target.arch[0].removeprefix("sm_")) / 10
    restore_cuda_installation({"cuda_path": "", "nvcc_path": "nvcc", "runtime_version": 13.0})
    cuda.cuda_backend.gpu_heap_size = target.heap_mb
    cuda.parallel_blocks = 1
    templater = CUDAStandaloneCodeObject.templater.derive(
        "apical.networks.devices.cuda", env_globals={"nvcc_flags": nvcc_flags(target), "monitor_steps": STEPS}
    )
    templater.env.loader.loaders.append(PrefixLoader({"brian2cuda": PackageLoader("brian2cuda")}))
    CUDAStandaloneCodeObject.templater = CUDAStandaloneAtomicsCodeObject.templater = templater
