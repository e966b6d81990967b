"""``apical build`` and ``apical train --program``: a program made here runs elsewhere, or nothing is left."""

import errno
import json
import os
import shutil

import pytest
from typer.testing import CliRunner

from apical.networks.devices.cuda.toolchain import PACKAGES, packaged_folder
from apical.networks.errors import UserError
from apical.networks.training.config import Config
from apical.networks.training.run import train
from apical.scripts.main import app

SMALL = ["--mice", "2", "--cells", "21"]
CPP = [*SMALL, "--device", "cpp_standalone"]


def apical(*arguments):
    """Run a command; raises what it raises."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output


def sha256(run):
    return json.loads((run / "run.json").read_text())["spike_sha256"]


@pytest.fixture
def new_cache(tmp_path, monkeypatch):
    """An empty cache of programs."""
    monkeypatch.setenv("APICAL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "programs"


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """A C++ program that was built in one place and moved to another."""
    folder = tmp_path_factory.mktemp("built")
    apical("build", *CPP, "--out", folder / "here")
    return shutil.move(folder / "here", folder / "elsewhere")


@pytest.fixture(scope="module")
def run(program, tmp_path_factory):
    """A run of that program."""
    out = tmp_path_factory.mktemp("runs") / "run"
    apical("train", "--program", program, "--days", 1, "--protocol", "short", "--condition", "scalar", "--out", out)
    return out


@pytest.mark.slow
def test_a_built_program_fires_the_spikes_of_the_ordinary_run(run, tmp_path):
    config = Config(mice=2, cells=21, days=1, protocol="short", condition="scalar")
    assert sha256(run) == sha256(train(config, tmp_path / "ordinary"))


@pytest.mark.slow
def test_its_run_is_resumed_with_the_options_it_was_begun_with(program, run):
    before = sha256(run)
    apical("train", "--program", program, "--resume", "--out", run)
    assert sha256(run) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "difference"),
    [
        (["--cells", 22], "cells = 21, not 22"),
        (["--mice", 6], "mice per thread = 1, not 3"),
        (["--precision", "single"], "precision = double, not single"),
    ],
)
def test_a_program_of_another_structure_is_refused(option, difference, program, tmp_path):
    with pytest.raises(UserError, match=f"^.* was built with {difference}; build one for this run$"):
        apical("train", "--program", program, *option, "--out", tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_program_that_cannot_run_here_is_named(program, tmp_path):
    damaged = shutil.copytree(program, tmp_path / "damaged")
    (damaged / "main").chmod(0o600)
    with pytest.raises(UserError, match=r"cannot run .*damaged/main: Permission denied"):
        apical("train", "--program", damaged, "--days", 1, "--protocol", "short", "--out", tmp_path / "run")
    (damaged / "blueprint.pickle").write_bytes(b"")
    with pytest.raises(UserError, match="of another version of apical"):
        apical("train", "--program", damaged, "--out", tmp_path / "other")


def test_a_folder_without_a_program_says_how_to_make_one(tmp_path):
    with pytest.raises(UserError, match="holds no program; make one with: apical build --out"):
        apical("train", "--program", tmp_path, "--out", tmp_path / "run")


def test_existing_folders_are_left_alone_and_nothing_is_compiled(tmp_path, new_cache):
    (tmp_path / "letter.txt").write_text("dear")
    for out in (tmp_path, tmp_path / "letter.txt"):
        with pytest.raises(UserError, match="exists; choose another --out"):
            apical("build", *CPP, "--out", out)
    assert os.listdir(tmp_path) == ["letter.txt"]


def test_the_runtime_device_has_no_program(tmp_path, new_cache):
    with pytest.raises(UserError, match="runtime compiles nothing; choose cuda_standalone or cpp_standalone"):
        apical("build", *SMALL, "--device", "runtime", "--out", tmp_path / "program")
    assert os.listdir(tmp_path) == []


def test_a_failed_compilation_is_one_line_and_leaves_nothing(tmp_path, new_cache, stub, monkeypatch):
    stub(tmp_path / "bin" / "g++", "echo 'main.cpp:1: error: out of patience' >&2; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(UserError, match=r"^compilation failed: main\.cpp:1: error: out of patience; `apical doctor`"):
        apical("build", *CPP, "--out", tmp_path / "program")
    assert sorted(os.listdir(tmp_path)) == ["bin", "cache"]
    assert os.listdir(new_cache) == []


@pytest.fixture
def cuda(tools, new_cache, stub, monkeypatch):
    """All packages of CUDA as empty files; a compiled program is an empty file."""
    for file in [*PACKAGES.values(), "lib/libcurand.so.10"]:
        stub(packaged_folder() / file, "")
    stub(packaged_folder() / "bin" / "nvcc", "echo V13.0.88")
    monkeypatch.setattr(
        "apical.networks.devices.program._compile", lambda source, *_: [(source / f).touch() for f in ("main", "a.o")]
    )


def test_a_cuda_program_comes_with_curand_and_all_it_was_made_from(cuda, tmp_path):
    out = tmp_path / "gpu"
    apical("build", *SMALL, "--arch", "sm_80,sm_90", "--out", out)
    assert {"main", "libcurand.so.10", "arrays.json", "static_arrays", "code_objects"} <= set(os.listdir(out))
    assert not list(out.rglob("*.o"))
    assert json.loads((out / "config.json").read_text())["arch"] == "sm_80,sm_90"
    with pytest.raises(UserError, match=r"^no NVIDIA GPU found"):
        apical("train", "--program", out, "--out", tmp_path / "run")


def test_a_disk_that_fills_up_leaves_nothing(cuda, tmp_path, monkeypatch):
    def full(*paths):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copy", full)
    with pytest.raises(UserError, match=r"cannot write to .*gpu: No space left on device"):
        apical("build", *SMALL, "--out", tmp_path / "gpu")
    assert not [name for name in os.listdir(tmp_path) if "gpu" in name]
