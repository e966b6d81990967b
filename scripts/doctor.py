"""``apical doctor``: what this machine can do, and the mend for what it lacks."""

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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
    """Output of a command, or None if it cannot run."""
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
    """Instruction sets that `-march=native`, with which networks are built, finds in this processor."""
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
    from apical.networks.devices.cache import cache_folder

    folder = cache_folder()
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
        mend = f"make {nearest} a folder that you may write to"
        return Check("Program cache", "problem", f"{folder} is not writable", mend)
    return Check("Program cache", "ok", str(folder))


def _cuda_toolchain() -> Check:
    """nvcc and cuRAND as CUDA programs are compiled with them."""
    from apical.networks.devices.cuda.toolchain import toolchain
    from apical.networks.errors import UserError

    try:
        tools = toolchain()
    except UserError as error:
        found, _, mend = str(error).partition("; ")
        return Check("CUDA toolchain", "missing", found, mend)
    found = f"nvcc {tools.version} ({tools.nvcc}), cuRAND {tools.curand or 'of the system'}"
    return Check("CUDA toolchain", "ok", found)


def _gpu() -> Check:
    from apical.networks.devices.cuda.gpu import gpus

    found = [
        f"{gpu.index}: {gpu.name}, {gpu.arch}, {_gib(gpu.free)} of {_gib(gpu.memory)} GiB free, driver {gpu.driver}"
        for gpu in gpus()
    ]
    return _optional("GPU", "; ".join(found), "none needed: the CPU runs everything")


def _gib(memory: int | None) -> str:
    return "?" if memory is None else f"{memory / GIB:.0f}"


def _package(name: str, module: str, distribution: str) -> Check:
    found = None
    if importlib.util.find_spec(module):
        try:
            found = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            found = "built from source"
    return _optional(name, found, 'pip install "apical[nest]"')


def _nest_module() -> Check:
    """Our cells as a module of NEST, and what it takes to compile it."""
    from apical.networks.errors import UserError
    from apical.networks.nest.module import is_whole, module_folder
    from apical.networks.nest.toolchain import installed_nest

    try:
        folder = module_folder(installed_nest())
    except UserError as error:
        found, _, mend = str(error).partition("; ")
        return Check("NEST module", "missing", found, mend)
    return _optional("NEST module", str(folder) if is_whole(folder) else None, "apical nest build")


def report() -> list[Check]:
    """All rows; a check that fails in an unexpected way is a row as well."""
    rows: dict[str, Callable[[], Check]] = {
        "Python": _python,
        "C++ compiler": partial(_build_tool, "C++ compiler", "g++"),
        "make": partial(_build_tool, "make", "make"),
        "Processors": _processors,
        "SIMD": _simd,
        "Disk": _disk,
        "Program cache": _program_cache,
        "CUDA toolchain": _cuda_toolchain,
        "GPU": _gpu,
        "NEST": partial(_package, "NEST", "nest", "nest-simulator"),
        "NESTML": partial(_package, "NESTML", "pynestml", "nestml"),
        "NEST module": _nest_module,
    }
    return [_checked(name, check) for name, check in rows.items()]


def _checked(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception as error:
        return Check(name, "problem", f"not known: {error}", "make clean, then make .venv")


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
