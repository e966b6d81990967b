"""A folder in which a command is started runs no code, and the preferences of the user hold."""

import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from apical.models.cells import NAUD_SPREKELER
from apical.networks.circuits.single_cells import SingleCells
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.program import generate_sources

pytestmark = pytest.mark.slow  # processes of their own

APICAL = "from apical.scripts.main import main; main()"


@pytest.fixture
def hostile(tmp_path):
    """A folder whose preferences leave a mark when they are read."""
    folder = tmp_path / "downloaded"
    folder.mkdir()
    marker = folder / "was_here"
    (folder / "brian_preferences").write_text(f"codegen.target = open({str(marker)!r}, 'w') and 'numpy'\n")
    return folder


def python(code, folder, *arguments, **environment):
    """What Python prints with our packages in a folder."""
    paths = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": paths} | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def was_read(folder):
    return (folder / "was_here").exists()


def test_brian_alone_reads_the_file(hostile):
    python("import brian2", hostile)
    assert was_read(hostile)


@pytest.mark.parametrize(
    "module",
    ["apical.equations.noise", "apical.models.cells", "apical.networks.devices.runtime", "apical"],
)
def test_an_import_reads_no_preferences_of_the_folder(hostile, module):
    python(f"import {module}, brian2", hostile)
    assert not was_read(hostile)


def test_a_command_reads_no_preferences_of_the_folder(hostile):
    assert "validate" in python(APICAL, hostile, "validate", "--help")
    assert not was_read(hostile)


def test_a_program_that_is_compiled_reads_no_preferences_of_the_folder(hostile, tmp_path, monkeypatch):
    monkeypatch.chdir(hostile)
    source = tmp_path / "source"
    source.mkdir()
    generate_sources(Blueprint(SingleCells(NAUD_SPREKELER, count=2)), source)  # in a process of its own
    assert (source / "main.cpp").exists() and not was_read(hostile)


def test_a_worker_reads_no_preferences_of_the_folder(hostile, monkeypatch):
    monkeypatch.chdir(hostile)
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert pool.submit(SingleCells, NAUD_SPREKELER).result().count == 64
    assert not was_read(hostile)


def test_the_preferences_of_the_user_are_read(hostile, tmp_path):
    (tmp_path / "home" / ".brian").mkdir(parents=True)
    (tmp_path / "home" / ".brian" / "user_preferences").write_text("[logging]\nfile_log = 1 > 2\n")
    shown = "import apical.equations.noise, brian2; print(brian2.prefs.logging.file_log)"
    assert python(shown, hostile, HOME=str(tmp_path / "home")) == "False\n"
    assert python(shown, hostile, HOME=str(tmp_path)) == "True\n"
    assert not was_read(hostile)


def test_a_file_that_is_asked_for_is_read(hostile):
    python("import apical.equations.noise, brian2; brian2.prefs.read_preference_file('brian_preferences')", hostile)
    assert was_read(hostile)
