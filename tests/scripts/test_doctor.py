import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

from scripts import doctor


def stub(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def bare_machine(tmp_path, monkeypatch):
    """Compiler and make, room on the disk, a cache folder: enough, and nothing more."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("g++", "make"):
        stub(tools / name, f"echo {name} 1.0")
    device = SimpleNamespace(cache_folder=lambda: tmp_path / "cache" / "programs")
    monkeypatch.setitem(sys.modules, "networks.device", device)
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(doctor.sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_doctor():
    app = typer.Typer()
    app.command()(doctor.doctor)
    return CliRunner().invoke(app)


def row(name: str) -> doctor.Check:
    return next(check for check in doctor.report() if check.name == name)


def test_optional_things_may_be_missing(bare_machine):
    result = run_doctor()
    assert result.exit_code == 0, result.output
    states = {check.name: check.state for check in doctor.report()}
    missing = {name for name, state in states.items() if state == "missing"}
    assert missing == {"SIMD", "CUDA toolchain", "GPU", "NEST", "NESTML"}
    assert 'pip install -e ".[nest]"' in result.output


def test_without_path_the_compiler_is_a_problem_with_a_mend(bare_machine, monkeypatch):
    monkeypatch.setenv("PATH", "")
    compiler = row("C++ compiler")
    assert compiler.state == "problem"
    result = run_doctor()
    assert result.exit_code == 1
    assert compiler.mend and compiler.mend in result.output


def test_a_compiler_that_does_not_run_is_a_problem(bare_machine):
    stub(bare_machine / "bin" / "g++", "exit 1")
    assert row("C++ compiler").state == "problem"
    assert row("make").state == "ok"


def test_a_full_disk_is_a_problem(bare_machine, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=2**20))
    assert row("Disk").state == "problem"
    assert run_doctor().exit_code == 1


def test_a_cache_folder_that_cannot_be_made_is_a_problem(bare_machine):
    (bare_machine / "cache").write_text("in the way")
    assert row("Program cache").state == "problem"
    assert str(bare_machine / "cache") in row("Program cache").mend


def test_nvcc_without_curand_does_not_count(bare_machine):
    nvcc = bare_machine / "bin" / "nvcc"
    stub(nvcc, 'echo "Cuda compilation tools, release 13.0, V13.0.88"')
    assert row("CUDA toolchain").state == "ok"
    stub(nvcc, 'test "$1" = --version && echo "Cuda compilation tools, release 13.0, V13.0.88"')
    assert row("CUDA toolchain").state == "missing"
    assert "nvcc 13.0" in row("CUDA toolchain").found and "cuRAND" in row("CUDA toolchain").found
