"""apical doctor: what this machine can do, and the mend for what it lacks."""

import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

COLOUR = {"ok": "green", "missing": "yellow", "problem": "bold red"}
GIB = 2**30


@dataclass(frozen=True)
class Check:
    """One row: `missing` is optional, `problem` keeps apical from running."""

    name: str
    state: Literal["ok", "missing", "problem"]
    found: str
    mend: str = ""


def _output(*command: str) -> str | None:
    """What a command prints, or None if it cannot run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _required(name: str, found: str | None, mend: str) -> Check:
    return Check(name, "ok", found) if found else Check(name, "problem", "not found", mend)


def _optional(name: str, found: str | None, mend: str) -> Check:
    return Check(name, "ok", found) if found else Check(name, "missing", "not found", mend)


def _python() -> Check:
    return Check("Python", "ok", f"{platform.python_version()} ({sys.executable})")


def _build_tool(name: str, command: str) -> Check:
    path, version = shutil.which(command), _output(command, "--version")
    mend = "xcode-select --install" if sys.platform == "darwin" else "sudo apt-get install g++ make"
    return _required(name, path and version and f"{version.splitlines()[0]} ({path})", mend)


def _processors() -> Check:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / GIB
    found = f"{usable} of {os.cpu_count()} threads, {memory:.0f} GiB memory"
    return Check("Processors", "ok", found)


def _simd() -> Check:
    """What `-march=native`, with which networks are built, makes of this processor."""
    macros = _output("g++", "-march=native", "-dM", "-E", "-x", "c++", os.devnull) or ""
    sets = {"AVX-512": "__AVX512F__", "AVX2": "__AVX2__", "NEON": "__ARM_NEON"}
    found = ", ".join(name for name, macro in sets.items() if f"#define {macro} " in macros)
    return _optional("SIMD", found, "none needed: networks run, only slower")


def _disk() -> Check:
    free = shutil.disk_usage(Path.cwd()).free / GIB
    found = f"{free:.1f} GiB free in {Path.cwd()}"
    if free < 1:
        return Check("Disk", "problem", found, "free 1 GiB here, or work in another folder")
    return Check("Disk", "ok", found)


def _program_cache() -> Check:
    name = "Program cache"
    try:
        from networks.device import cache_folder

        folder = cache_folder()
    except Exception as error:
        return Check(name, "problem", f"not known: {error}", "make clean, then make .venv")
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
        mend = f"make {nearest} a folder that you may write to"
        return Check(name, "problem", f"{folder} is not writable", mend)
    return Check(name, "ok", str(folder))


def _cuda_toolchain() -> Check:
    """nvcc from the PATH or from PyPI, with the cuRAND headers that brian2cuda includes."""
    name, mend = "CUDA toolchain", 'pip install -e ".[cuda]"'
    packaged = Path(sysconfig.get_path("purelib"), "nvidia", "cu13", "bin", "nvcc")
    nvcc = str(packaged) if packaged.exists() else shutil.which("nvcc")
    version = nvcc and _output(nvcc, "--version")
    if not version:
        return Check(name, "missing", "not found", mend)
    release = re.search(r"release ([\d.]+)", version)
    found = f"nvcc {release[1] if release else 'of unknown version'} ({nvcc})"
    if _output(nvcc, "-E", "-x", "cu", "-include", "curand_kernel.h", os.devnull) is None:
        return Check(name, "missing", f"{found}, without cuRAND", mend)
    return Check(name, "ok", found)


def _gpu() -> Check:
    query = ("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader")
    return _optional("GPU", _output(*query), "none needed: the CPU runs everything")


def _package(name: str, module: str, distribution: str) -> Check:
    found = None
    if importlib.util.find_spec(module):
        try:
            found = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            found = "built from source"
    return _optional(name, found, 'pip install -e ".[nest]"')


def report() -> list[Check]:
    return [
        _python(),
        _build_tool("C++ compiler", "g++"),
        _build_tool("make", "make"),
        _processors(),
        _simd(),
        _disk(),
        _program_cache(),
        _cuda_toolchain(),
        _gpu(),
        _package("NEST", "nest", "nest-simulator"),
        _package("NESTML", "pynestml", "nestml"),
    ]


def doctor() -> None:
    """Show what this machine can do and how to mend what is missing."""
    checks = report()
    table = Table(box=None, header_style="bold")
    for heading in ("", "", "found", "mend"):
        table.add_column(heading, no_wrap=not heading, overflow="fold")
    for check in checks:
        state = Text(check.state, style=COLOUR[check.state])
        table.add_row(state, check.name, Text(check.found), Text(check.mend))
    Console().print(table)
    if any(check.state == "problem" for check in checks):
        raise typer.Exit(code=1)
