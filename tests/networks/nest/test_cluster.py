"""The script of docs/nest.md for a cluster: on threads of any NEST, and on processes of one that has MPI."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = [pytest.mark.nest, pytest.mark.slow]

SCRIPT = Path(__file__).parents[3] / "docs" / "nest_cluster.py"
NEURONS, SECONDS = 200, 0.5
#: Open MPI starts as root, and more processes than there are cores, only when told so.
ENVIRONMENT = os.environ | dict.fromkeys(
    ("OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "OMPI_MCA_rmaps_base_oversubscribe"), "1"
)


def written(module, folder: Path, *launcher: str) -> dict[str, bytes]:
    """The files of a run on two virtual processes."""
    options = ["--neurons", NEURONS, "--in-degree", 50, "--seconds", SECONDS]
    command = [*launcher, sys.executable, "-P", SCRIPT, module.path, folder, *options]
    subprocess.run(list(map(str, command)), env=ENVIRONMENT, check=True, timeout=300)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def threads(nest_module, tmp_path_factory):
    """What one process of two threads writes."""
    return written(nest_module, tmp_path_factory.mktemp("threads"))


def rows(files: dict[str, bytes], kind: str, header: int = 0) -> np.ndarray:
    """Of the files whose name starts with `kind`, without their first `header` lines."""
    found = [np.loadtxt(text.decode().splitlines()[header:]) for name, text in files.items() if name.startswith(kind)]
    assert len(found) == 2  # one for each virtual process
    return np.concatenate(found)


def test_the_script_simulates_cells_that_fire_and_learn(threads):
    rate = len(rows(threads, "spikes", header=3)) / NEURONS / SECONDS
    assert 1 < rate < 20  # Hz
    *_, weight = rows(threads, "weights").T
    assert weight.size == 25 * NEURONS
    assert np.ptp(weight) > 0 and (np.abs(weight - 80) < 5).all()  # pA


def test_processes_of_mpi_write_what_threads_write(threads, nest_module, tmp_path):
    asked = [sys.executable, "-P", "-c", "import nest; print(nest.build_info['have_mpi'])"]
    if "True" not in subprocess.run(asked, capture_output=True, text=True, env=ENVIRONMENT).stdout:
        pytest.skip("this NEST has no MPI; docs/nest.md builds one")
    if not shutil.which("mpirun"):
        pytest.skip("mpirun is missing; sudo apt-get install openmpi-bin")
    processes = written(nest_module, tmp_path, "mpirun", "-n", "2")
    assert processes == threads
