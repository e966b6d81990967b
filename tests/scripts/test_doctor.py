import shutil
import sys
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

from apical.scripts import doctor


@pytest.fixture
def bare_machine(tools, tmp_path, monkeypatch):
    """Compiler and make, room on the disk, a cache folder: enough, and nothing more."""
    device = SimpleNamespace(cache_folder=lambda: tmp_path / "cache" / "programs")
    monkeypatch.setitem(sys.modules, "apical.networks.devices.cache", device)
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name: None)
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
    assert missing == {"SIMD", "CUDA toolchain", "GPU", "NEST", "NESTML", "NEST module"}
    assert 'pip install "apical[nest]"' in result.output


def test_without_path_the_compiler_is_a_problem_with_a_mend(bare_machine, monkeypatch):
    monkeypatch.setenv("PATH", "")
    compiler = row("C++ compiler")
    assert compiler.state == "problem"
    result = run_doctor()
    assert result.exit_code == 1
    assert compiler.mend and compiler.mend in result.output


def test_a_compiler_that_does_not_run_is_a_problem(bare_machine, stub):
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


def test_the_cuda_row_is_the_toolchain_that_programs_are_compiled_with(bare_machine, stub):
    assert row("CUDA toolchain") == doctor.Check(
        "CUDA toolchain", "missing", "no CUDA compiler (nvcc) found", 'pip install "apical[cuda]"'
    )
    nvcc = bare_machine / "bin" / "nvcc"
    stub(nvcc, 'echo "Cuda compilation tools, release 13.0, V13.0.88"')
    assert row("CUDA toolchain").state == "ok"
    assert row("CUDA toolchain").found == f"nvcc 13.0.88 ({nvcc}), cuRAND of the system"


def test_nvcc_without_curand_does_not_count(bare_machine, stub):
    stub(bare_machine / "bin" / "nvcc", 'test "$1" = --version && echo "release 13.0, V13.0.88"')
    found = row("CUDA toolchain")
    assert found.state == "missing"
    assert "nvcc (13.0.88) comes without cuRAND" in found.found and "pip install" in found.mend
    assert run_doctor().exit_code == 0


def test_all_gpus_are_listed(bare_machine, stub):
    cards = ("0, GPU-1, 9.0, 81559, 81000, 580.65.06, NVIDIA H100", "1, GPU-2, 12.1, [N/A], [N/A], 580.65.06, GB10")
    stub(bare_machine / "bin" / "nvidia-smi", "\n".join(f"echo '{card}'" for card in cards))
    assert row("GPU").found.split("; ") == [
        "0: NVIDIA H100, sm_90, 79 of 80 GiB free, driver 580.65.06",
        "1: GB10, sm_121, ? of ? GiB free, driver 580.65.06",
    ]
    stub(bare_machine / "bin" / "nvidia-smi", "echo 'no devices were found'; exit 6")
    assert row("GPU").state == "missing"


def test_a_check_that_fails_is_a_row(bare_machine, monkeypatch):
    def fail():
        raise RuntimeError("out of order")

    monkeypatch.setattr(doctor, "_gpu", fail)
    result = run_doctor()
    assert result.exit_code == 1
    assert "out of order" in result.output and "nvcc" in result.output
