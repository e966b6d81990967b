"""The CUDA toolchain: nvcc with cuRAND, from the packages on PyPI or from the system."""

import os
import re
import shlex
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from apical.networks.devices.cpp.compiler import compiler
from apical.networks.errors import UserError

INSTALL = 'pip install "apical[cuda]"'

#: Packages on PyPI that nvcc's own does not bring along, and a file of each below `packaged_folder()`.
PACKAGES = {
    "nvidia-cuda-crt": "include/crt/host_config.h",
    "nvidia-nvvm": "nvvm/bin/cicc",
    "nvidia-cuda-cccl": "include/cccl/thrust/version.h",
    "nvidia-cuda-runtime": "include/cuda_runtime.h",
    "nvidia-cuda-profiler-api": "include/cuda_profiler_api.h",
    "nvidia-curand": "include/curand_kernel.h",
}


def packaged_folder() -> Path:
    """Folder in which the packages from PyPI put CUDA 13."""
    return Path(sysconfig.get_path("purelib"), "nvidia", "cu13")


@dataclass(frozen=True)
class Toolchain:
    """nvcc, folders of headers besides its own, and cuRAND's library (None: where the linker finds it)."""

    nvcc: Path
    version: str
    include: tuple[Path, ...] = ()
    curand: Path | None = None

    def make_variables(self) -> list[str]:
        """Arguments for the makefile of a CUDA program."""
        variables = [f"NVCC={shlex.quote(str(self.nvcc))}", f"CXX={compiler()}"]
        if self.include:
            variables.append("INCLUDE=" + " ".join(f"-I{shlex.quote(str(folder))}" for folder in self.include))
        if self.curand:  # beside the program if it is there, else where it was linked
            folder, library = (shlex.quote(str(path)) for path in (self.curand.parent, self.curand))
            paths = shlex.quote(f"-rpath=$$ORIGIN:{self.curand.parent}")
            variables.append(f"LIBRARIES=-L{folder} -Xlinker {library} -Xlinker {paths}")
        return variables

    def identity(self) -> bytes:
        """Compiler and packages that the compiled program depends on, for the cache."""
        return f"nvcc {self.version} {self.curand}".encode()


def toolchain() -> Toolchain:
    """The toolchain of $CUDA_PATH, else that from PyPI, else that of the PATH.

    A system's nvcc without cuRAND takes it from the PyPI package. Raises UserError, which names what is missing.
    """
    compiler()
    packaged = packaged_folder() / "bin" / "nvcc"
    candidates = [Path(os.environ["CUDA_PATH"], "bin", "nvcc")] if os.environ.get("CUDA_PATH") else []
    candidates += [packaged, Path(shutil.which("nvcc") or "nvcc")]
    for nvcc in candidates:
        if version := _version(nvcc):
            return _packaged(nvcc, version) if nvcc == packaged else _of_system(nvcc, version)
    raise UserError(f"no CUDA compiler (nvcc) found; {INSTALL}")


def _packaged(nvcc: Path, version: str) -> Toolchain:
    folder = packaged_folder()
    missing = [package for package, file in PACKAGES.items() if not (folder / file).exists()]
    library = _curand_library([folder / "lib"])
    if missing or not library:
        raise UserError(f"{nvcc} comes without {', '.join(missing) or 'nvidia-curand'}; {INSTALL}")
    return Toolchain(nvcc, version, (folder / "include",), library)


def _of_system(nvcc: Path, version: str) -> Toolchain:
    asked: list[str | Path] = [nvcc, "-dryrun", "-E", "-x", "cu", "-include", "curand_kernel.h", os.devnull]
    if subprocess.run([asked[0], *asked[2:]], capture_output=True).returncode == 0:
        folders = re.findall(r'"-L([^"]+)"', subprocess.run(asked, capture_output=True, text=True).stderr)
        return Toolchain(nvcc, version, (), _curand_library([Path(folder) for folder in folders]))
    folder = packaged_folder()
    library = _curand_library([folder / "lib"])
    if (folder / PACKAGES["nvidia-curand"]).exists() and library and version.startswith("13."):
        return Toolchain(nvcc, version, (folder / "include",), library)
    raise UserError(f"{nvcc} ({version}) comes without cuRAND; install it beside, or a whole CUDA 13: {INSTALL}")


def _curand_library(folders: list[Path]) -> Path | None:
    """``libcurand.so.10``, which has no plainer name in the packages, if it is in one of the folders."""
    found = [path for folder in folders for path in sorted(folder.glob("libcurand.so.*"))]
    return found[0] if found else None


def _version(nvcc: Path) -> str | None:
    try:
        done = subprocess.run([nvcc, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"V([\d.]+)", done.stdout)
    return found[1] if done.returncode == 0 and found else None
