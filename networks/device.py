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

import equations
import models
import networks
from networks.compiler import CppToolchain
from networks.cuda.gpu import require_gpu
from networks.cuda.memory import check_memory
from networks.cuda.toolchain import toolchain as cuda_toolchain
from networks.errors import UserError
from networks.results import Results, incomplete
from networks.target import Compiled, Target, describe, read_program_description

#: Called with the number of files that are compiled and of all files.
Progress = Callable[[int, int], None]


def cache_folder() -> Path:
    """Where compiled programs are kept: $APICAL_CACHE, or apical in the user's cache folder."""
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("APICAL_CACHE") or user / "apical").expanduser().resolve()


class CompiledProgram:
    """The C++ or CUDA program of a circuit."""

    def __init__(self, structure: Compiled, target: Target | None = None, progress: Progress = lambda done, all: None):
        """Generate the program and compile it, unless the cache has it. Raises UserError."""
        self.structure, self.target = structure, target or Target()
        toolchain = cuda_toolchain() if self.target.device == "cuda_standalone" else CppToolchain()
        programs = cache_folder() / "programs"
        self.folder = programs / _key(structure, self.target, toolchain.identity())
        self.was_cached = is_whole(self.folder)
        if self.was_cached:
            return
        try:
            programs.mkdir(parents=True, exist_ok=True)
            source = Path(tempfile.mkdtemp(prefix="building-", dir=programs))
        except OSError as error:
            raise UserError(f"cannot write to {programs} ({error.strerror}); set APICAL_CACHE") from None
        try:
            generate_sources(structure, self.target, source)
            _compile(source, toolchain.make_variables(), progress)
            if not is_whole(self.folder):
                shutil.rmtree(self.folder, ignore_errors=True)
            try:
                source.rename(self.folder)
            except OSError:  # another process was faster, and runs its program already
                if not is_whole(self.folder):
                    raise
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
            program.structure, program.target = read_program_description(program.folder / "description.json")
        except (OSError, ValueError, TypeError, KeyError):
            raise UserError(f"{folder} is of another version of apical; make it again with: apical build") from None
        return program

    @cached_property
    def arrays(self) -> dict:
        return json.loads((self.folder / "arrays.json").read_text())

    def run(self, values: Mapping[str, np.ndarray], folder: Path, gpu: int = 0) -> Results:
        """Run with `values` (``group.variable`` to SI numbers); results are files in `folder`.

        gpu : index of the GPU that runs a CUDA program, see `networks.cuda.gpu.gpus`
        Raises UserError when the program fails, the disk is full, or there is no such GPU or not enough of its
        memory; KeyError for an unknown variable.
        """
        environment = dict(os.environ)
        if self.target.device == "cuda_standalone":
            found = require_gpu(gpu)
            check_memory(found, self.arrays, self.structure, self.target, float(values[self.structure.duration]))
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
        """What starts a run, in `self.folder`; arrays of `values` are files in `folder`. Raises KeyError."""
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


def generate_sources(structure: Compiled, target: Target, folder: Path) -> None:
    """Write the sources of a program into `folder`. Raises UserError with the reason."""
    description = folder / "description.json"
    description.write_text(describe(structure, target))
    command = [sys.executable, "-P", "-m", "networks.generate", description, folder]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1].removeprefix("networks.errors.UserError: ")
        raise UserError(f"the program could not be generated: {reason}")


def is_whole(program: Path) -> bool:
    """Whether `program` is the folder of a compiled program."""
    return (program / "main").is_file() and (program / "arrays.json").is_file()


def _key(structure: Compiled, target: Target, identity: bytes) -> str:
    """Hash of all that a program is made from: description, our packages, Brian2, and the toolchain's `identity`."""
    digest = hashlib.sha256(identity)
    digest.update(describe(structure, target).encode())
    digest.update(f"{version('brian2')} {version('brian2cuda')}".encode())
    for package in (equations, models, networks):
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
