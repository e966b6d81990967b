"""Compiled programs: generated once by Brian2, cached by content, run many times with other values."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import numpy as np

from apical import equations, models
from apical.networks import circuits, devices
from apical.networks.circuits.compiled import Compiled
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.cache import cache_folder, hold
from apical.networks.devices.cpp.compiler import CppToolchain
from apical.networks.devices.cuda.gpu import require_gpu
from apical.networks.devices.cuda.memory import check_memory
from apical.networks.devices.cuda.toolchain import toolchain as cuda_toolchain
from apical.networks.devices.results import Results, incomplete
from apical.networks.errors import UserError

#: Packages that decide what a program does; all else can change without compiling it anew.
MADE_FROM = (equations, models, circuits, devices)

#: Called with the number of files that are compiled and of all files.
Progress = Callable[[int, int], None]


class CompiledProgram:
    """The C++ or CUDA program of a circuit."""

    def __init__(self, blueprint: Blueprint, progress: Progress = lambda done, all: None):
        """Generate the program and compile it, unless the cache has it. Raises UserError."""
        self.blueprint = blueprint
        toolchain = cuda_toolchain() if blueprint.target.device == "cuda_standalone" else CppToolchain()
        programs = cache_folder() / "programs"
        self.folder = programs / _key(blueprint, toolchain.identity())
        self.was_cached = is_whole(self.folder)
        if self.was_cached:
            hold(self.folder, self)
            return
        try:
            programs.mkdir(parents=True, exist_ok=True)
            source = Path(tempfile.mkdtemp(prefix="building-", dir=programs))
            hold(source, self)
        except OSError as error:
            raise UserError(f"cannot write to {programs} ({error.strerror}); set APICAL_CACHE") from None
        try:
            generate_sources(blueprint, source)
            _compile(source, toolchain.make_variables(), progress)
            for made in [*source.rglob("*.o"), *source.rglob("*.gch")]:  # of the compiler alone, most of the size
                made.unlink()
            if not is_whole(self.folder):
                shutil.rmtree(self.folder, ignore_errors=True)
            try:
                source.rename(self.folder)
            except OSError:  # another process was faster, and runs its program already
                if not is_whole(self.folder):
                    raise
                hold(self.folder, self)
        finally:
            shutil.rmtree(source, ignore_errors=True)

    @classmethod
    def built(cls, folder: Path) -> "CompiledProgram":
        """The program that ``apical build`` left in `folder`. Raises UserError when it is not whole."""
        program = cls.__new__(cls)
        program.folder, program.was_cached = Path(folder).resolve(), True
        if not is_whole(program.folder):
            raise UserError(f"{folder} holds no program; make one with: apical build --out {folder}")
        try:
            program.blueprint = Blueprint.load(program.folder)
        except Exception:  # pickle raises many kinds
            raise UserError(f"{folder} is of another version of apical; make it again with: apical build") from None
        return program

    @property
    def structure(self) -> Compiled:
        """The network."""
        return self.blueprint.structure

    @cached_property
    def arrays(self) -> dict:
        return json.loads((self.folder / "arrays.json").read_text())

    def run(self, values: Mapping[str, np.ndarray], folder: Path, gpu: int = 0) -> Results:
        """Run with `values` (``group.variable`` to SI numbers); results are files in `folder`.

        gpu : index of the GPU that runs a CUDA program, see `devices.cuda.gpu.gpus`
        Raises UserError when the program fails, the disk is full, or there is no such GPU or not enough of its
        memory; KeyError for an unknown variable.
        """
        environment = dict(os.environ)
        if self.blueprint.target.device == "cuda_standalone":
            found = require_gpu(gpu)
            check_memory(found, self.arrays, self.blueprint, float(values[self.structure.duration]))
            environment["CUDA_VISIBLE_DEVICES"] = found.uuid  # CUDA counts GPUs in an order of its own
        command = self.command(values, folder)
        try:
            done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, env=environment)
        except OSError as error:  # built for another machine, or copied without the right to run
            raise UserError(f"cannot run {command[0]}: {error.strerror}") from None
        if done.returncode or done.stderr:  # a value that could not be set is reported there
            if shutil.disk_usage(folder).free < 2**20:
                raise incomplete(folder / "results")
            reason = done.stderr[-500:].strip() or f"exit code {done.returncode}"
            raise UserError(f"the program in {self.folder} failed: {reason}")
        last_line = folder / "last_run_info.txt"  # run time and completed fraction, written at the end
        completed = last_line.read_text().split()[1:]
        if not completed:
            raise incomplete(last_line)
        if float(completed[0]) < 1:
            raise UserError("the simulation was stopped early; go on with --resume")
        return Results(folder, self.arrays)

    def command(self, values: Mapping[str, np.ndarray], folder: Path) -> list:
        """Command that starts a run, in `self.folder`; arrays of `values` are files in `folder`. Raises KeyError."""
        folder.mkdir(parents=True, exist_ok=True)
        arguments = ["--results_dir", f"{folder.resolve()}/"]
        for name, value in values.items():
            value = np.asarray(value, dtype=self.arrays[name]["dtype"])
            if value.size == 1:
                arguments.append(f"{name}={value.item()!r}")
                continue
            path = folder.resolve() / f"value_{name}"
            path.write_bytes(value.tobytes())
            arguments.append(f"{name}={path}")
        return [self.folder / "main", *arguments]


def generate_sources(blueprint: Blueprint, folder: Path) -> None:
    """Write the sources of a program into `folder`. Raises UserError with the reason."""
    blueprint.save(folder)
    command: list[str | Path] = [sys.executable, "-P", "-m", "apical.networks.devices.generate", folder]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise UserError(f"the program could not be generated: {done.stderr.strip().splitlines()[-1]}")


def is_whole(program: Path) -> bool:
    """True when `program` is the folder of a compiled program."""
    return (program / "main").is_file() and (program / "arrays.json").is_file()


def _key(blueprint: Blueprint, identity: bytes) -> str:
    """Hash of all that a program is made from: blueprint, our packages, Brian2, and the toolchain's `identity`."""
    digest = hashlib.sha256(identity)
    digest.update(blueprint.digest.encode())
    digest.update(f"{version('brian2')} {version('brian2cuda')}".encode())
    for package in MADE_FROM:
        folder = Path(package.__path__[0])
        for path in sorted(p for p in folder.rglob("*") if p.suffix in (".py", ".h", ".cu", "")):
            if path.is_file():
                digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _compile(source: Path, variables: list[str], progress: Progress) -> None:
    log, sources = source / "make.log", [*source.rglob("*.cu"), *source.rglob("*.cpp")]
    with log.open("w") as output:
        make = subprocess.Popen(["make", f"-j{os.cpu_count()}", *variables], cwd=source, stdout=output, stderr=output)
        try:
            while make.poll() is None:
                progress(sum(1 for _ in source.rglob("*.o")), len(sources))
                time.sleep(0.1)
        finally:
            if make.poll() is None:
                make.terminate()
    if make.returncode:
        text = log.read_text()
        (line, *_) = [x for x in text.splitlines() if "error" in x] or [text[-300:]]
        raise UserError(f"compilation failed: {line.strip()}; `apical doctor` checks the compiler")
