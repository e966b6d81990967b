"""Compiled programs: generated once by Brian2, cached by content, run many times with other values."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

import numpy as np

from equations.noise import HEADER
from networks.circuit import Structure
from networks.compiler import compiler
from networks.errors import UserError


def cache_folder() -> Path:
    """Where compiled programs are kept: $APICAL_CACHE, or apical in the user's cache folder."""
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("APICAL_CACHE") or user / "apical").expanduser().resolve()


class Results(Mapping):
    """Arrays of a finished run by ``group.variable``, read from disk when asked for."""

    def __init__(self, folder: Path, arrays: dict):
        self.folder, self.arrays = folder, arrays

    def __getitem__(self, name: str) -> np.ndarray:
        entry = self.arrays[name]
        path = self.folder / entry["file"]
        values = np.fromfile(path, dtype=entry["dtype"])
        columns = entry["columns"] or 1
        if values.size != (self._length(name) * columns if entry["size"] is None else entry["size"]):
            raise incomplete(path)
        return values.reshape(-1, columns) if entry["columns"] else values

    def _length(self, name: str) -> int:
        """How many rows an array that grows should have: its monitor or synapses count them."""
        return int(self[f"{name.split('.')[0]}.N"][0])

    def __iter__(self):
        return iter(self.arrays)

    def __len__(self):
        return len(self.arrays)


def incomplete(path: Path) -> UserError:
    """The error for a results file that is shorter than it should be."""
    free = shutil.disk_usage(path.parent).free
    if free < 2**20:
        return UserError(f"the disk of {path.parent} is full; free some space, then go on with --resume")
    return UserError(f"{path} is incomplete; go on with --resume")


class CompiledProgram:
    """The cpp_standalone program of a circuit."""

    def __init__(self, structure: Structure):
        """Generate the program and compile it, unless the cache has it. Raises UserError."""
        compiler_path = compiler()
        programs = cache_folder() / "programs"
        try:
            programs.mkdir(parents=True, exist_ok=True)
            source = Path(tempfile.mkdtemp(prefix="building-", dir=programs))
        except OSError as error:
            raise UserError(f"cannot write to {programs} ({error.strerror}); set APICAL_CACHE") from None
        try:
            _generate(structure, source)
            self.folder = programs / _content_hash(source, compiler_path)
            self.was_cached = _is_whole(self.folder)
            if not self.was_cached:
                _compile(source, compiler_path)
                shutil.rmtree(self.folder, ignore_errors=True)
                try:
                    source.rename(self.folder)
                except OSError:  # another process was faster
                    if not _is_whole(self.folder):
                        raise
        finally:
            shutil.rmtree(source, ignore_errors=True)

    @cached_property
    def arrays(self) -> dict:
        return json.loads((self.folder / "arrays.json").read_text())

    def run(self, values: Mapping[str, np.ndarray], folder: Path) -> Results:
        """Run with `values` (``group.variable`` to SI numbers); results are files in `folder`.

        Raises UserError when the program fails or the disk is full, KeyError for an unknown variable.
        """
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
        done = subprocess.run([self.folder / "main", *arguments], cwd=self.folder, capture_output=True, text=True)
        if done.returncode or done.stderr:
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


def _generate(structure: Structure, folder: Path) -> None:
    description = folder / "structure.json"
    description.write_text(json.dumps(asdict(structure) | {"varied": sorted(structure.varied)}))
    command = [sys.executable, "-P", "-m", "networks.generate", description, folder]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise UserError(f"the program could not be generated: {done.stderr.strip().splitlines()[-1]}")


def _is_whole(program: Path) -> bool:
    return (program / "main").is_file() and (program / "arrays.json").is_file()


def _content_hash(source: Path, compiler_path: str) -> str:
    """Hash of all that was generated, the compiler and the processor that it compiles for."""
    digest = hashlib.sha256()
    target = subprocess.run([compiler_path, "-march=native", "-Q", "--help=target", "--version"], capture_output=True)
    digest.update(target.stdout)
    for path in sorted(p for p in source.rglob("*") if p.is_file()):
        digest.update(str(path.relative_to(source)).encode())
        text = path.read_bytes()
        for place in (source, HEADER.parent):
            text = text.replace(str(place).encode(), b"")
        digest.update(text)
    digest.update(HEADER.read_bytes())
    return digest.hexdigest()[:16]


def _compile(source: Path, compiler_path: str) -> None:
    done = subprocess.run(
        ["make", f"-j{os.cpu_count()}", f"CXX={compiler_path}"],
        cwd=source,
        capture_output=True,
        text=True,
        env=os.environ,
    )
    if done.returncode:
        (line, *_) = [x for x in done.stderr.splitlines() if "error" in x] or [done.stderr[-300:]]
        raise UserError(f"compilation failed: {line.strip()}; `apical doctor` checks the compiler")
