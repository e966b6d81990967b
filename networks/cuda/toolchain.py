"""The CUDA toolchain: nvcc with cuRAND, from the packages on PyPI or from the system."""

import os
import re
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from networks.compiler import compiler
from networks.errors import UserError

INSTALL = 'pip install -e ".[cuda]"'


def packaged_folder() -> Path:
    """Where the packages from PyPI put CUDA 13."""
    return Path(sysconfig.get_path("purelib"), "nvidia", "cu13")


@dataclass(frozen=True)
class Toolchain:
    """nvcc and the folders that it needs besides its own."""

    nvcc: Path
    version: str
    include: tuple[Path, ...] = ()
    library: Path | None = None

    def tool(self, name: str) -> Path | None:
        """Another program of the toolkit, such as ``cuobjdump``, if it is there."""
        beside = self.nvcc.resolve().with_name(name)
        found = str(beside) if beside.exists() else shutil.which(name)
        return Path(found) if found else None

    def make_variables(self) -> list[str]:
        """Arguments for the makefile of a CUDA program."""
        variables = [f"NVCC={self.nvcc}", f"CXX={compiler()}"]
        if self.include:
            variables.append("INCLUDE=" + " ".join(f"-I{folder}" for folder in self.include))
        if self.library:  # the packages have no libcurand.so, only libcurand.so.10
            curand = next(self.library.glob("libcurand.so.*"))
            variables.append(f"LIBRARIES=-L{self.library} -Xlinker {curand} -Xlinker '-rpath=$$ORIGIN:{self.library}'")
        return variables

    def identity(self) -> bytes:
        """What the compiled program depends on, for the cache."""
        return f"nvcc {self.version}".encode()


def toolchain() -> Toolchain:
    """The toolchain of $CUDA_PATH, else that from PyPI, else that of the PATH.

    A system's nvcc without cuRAND takes it from the PyPI package. Raises UserError when nvcc or cuRAND is missing.
    """
    packaged = packaged_folder()
    candidates = [Path(os.environ["CUDA_PATH"], "bin", "nvcc")] if os.environ.get("CUDA_PATH") else []
    candidates += [packaged / "bin" / "nvcc", Path(shutil.which("nvcc") or "nvcc")]
    for nvcc in candidates:
        version = _version(nvcc)
        if version is None:
            continue
        if _has_curand(nvcc) and nvcc != packaged / "bin" / "nvcc":
            return Toolchain(nvcc, version)
        if (packaged / "include" / "curand.h").exists() and any(packaged.glob("lib/libcurand.so.*")):
            return Toolchain(nvcc, version, (packaged / "include",), packaged / "lib")
        raise UserError(f"{nvcc} comes without cuRAND; install it: {INSTALL}")
    raise UserError(f"no CUDA compiler (nvcc) found; install one: {INSTALL}")


def _version(nvcc: Path) -> str | None:
    try:
        done = subprocess.run([nvcc, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"V([\d.]+)", done.stdout)
    return found[1] if done.returncode == 0 and found else None


def _has_curand(nvcc: Path) -> bool:
    command = [nvcc, "-E", "-x", "cu", "-include", "curand_kernel.h", os.devnull]
    return subprocess.run(command, capture_output=True).returncode == 0
