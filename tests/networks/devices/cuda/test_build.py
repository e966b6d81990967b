"""The CUDA program of the cohort compiles with the packages from PyPI alone, and what the compiler says of it."""

import os
import shutil
import subprocess

import pytest

from apical.networks.circuits.circuit import Structure
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.cuda.report import make_report
from apical.networks.devices.cuda.toolchain import packaged_folder, toolchain
from apical.networks.devices.program import CompiledProgram
from apical.networks.devices.target import Target
from apical.networks.training.cohort import structure_of, target_of
from apical.networks.training.conditions import CONDITIONS
from apical.networks.training.config import Config

#: All that can be compiled into a cohort: traces, and parameters that differ between mice in each group.
EVERYTHING = Structure(
    mice=2,
    cells=21,
    record="traces",
    varied=frozenset({"eta", "g_gaba", "w_max", "tau_trace", "i_opto", "tau_progress"}),
)

#: Registers per thread of the largest kernels for sm_90 by nvcc 13.0, double precision; more would lower the occupancy.
REGISTERS = {"pyramidal_stateupdater": 128, "trial_machine": 96, "pyramidal_spike_resetter": 80}


@pytest.fixture(scope="module")
def program():
    """The program for sm_90, compiled without the system's CUDA."""
    if not (packaged_folder() / "bin" / "nvcc").exists():
        pytest.skip("needs the CUDA compiler from PyPI: make cuda")
    with pytest.MonkeyPatch.context() as patch:
        folders = [f for f in os.environ["PATH"].split(os.pathsep) if not shutil.which("nvcc", path=f)]
        patch.setenv("PATH", os.pathsep.join(folders))
        patch.delenv("CUDA_PATH", raising=False)
        assert shutil.which("nvcc") is None and toolchain().nvcc.is_relative_to(packaged_folder())
        yield CompiledProgram(Blueprint(EVERYTHING, Target("cuda_standalone", arch=("sm_90",))))


def test_all_conditions_and_protocols_share_one_program():
    shapes = {structure_of(Config(condition=name, device="cuda_standalone")) for name in CONDITIONS}
    shapes |= {structure_of(Config(protocol=name, device="cuda_standalone", seed=2)) for name in ("short", "full")}
    assert len(shapes) == 1
    assert structure_of(Config(mice=50, threads=2, device="cuda_standalone")).mice == 50  # a GPU takes all mice


def test_a_program_without_a_gpu_at_hand_is_for_those_of_data_centres(monkeypatch):
    monkeypatch.setattr("apical.networks.devices.cuda.gpu.gpus", lambda: [])
    assert target_of(Config(device="cuda_standalone")).arch == ("sm_80", "sm_90")


@pytest.mark.slow
def test_it_compiles_with_the_packages_from_pypi_alone(program):
    done = subprocess.run([program.folder / "main"], capture_output=True, text=True, cwd=program.folder)
    assert done.returncode != 0 or not done.stderr  # without a GPU it says so, with one it runs


@pytest.mark.slow
def test_no_kernel_spills_and_registers_stay_within_their_bounds(program):
    report = make_report(program.folder, program.structure, program.arrays, "sm_90")
    resources = {kernel.name: kernel.resources for kernel in report.kernels} | report.outside
    assert len(resources) > 20
    assert all(r.spill_stores == r.spill_loads == 0 for r in resources.values())
    for part, bound in REGISTERS.items():
        (used,) = [r.registers for name, r in resources.items() if f"_{part}_codeobject" in name]
        assert used <= bound, part
