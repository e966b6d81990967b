"""The package as others install it: one name, next to files of theirs that are called like our folders."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import apical

ROOT = Path(__file__).parents[1]
BUILD = "from setuptools import build_meta; import sys; build_meta.build_{}(sys.argv[1])"


def build(kind, source, out):
    """The one file that building a ``wheel`` or ``sdist`` of the folder `source` makes in `out`."""
    out.mkdir(exist_ok=True)
    command = [sys.executable, "-c", BUILD.format(kind), out]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (made,) = out.iterdir()
    return made


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy of the sources, in which nothing was built before."""
    copy = tmp_path_factory.mktemp("source") / "apical"
    left_out = shutil.ignore_patterns(".*", "build", "dist", "results", "__pycache__", "*.egg-info")
    shutil.copytree(ROOT, copy, symlinks=True, ignore=left_out)
    return copy


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory):
    return build("wheel", source, tmp_path_factory.mktemp("wheel"))


def files_of(wheel):
    return {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_one_package_with_all_its_files(wheel):
    held = files_of(wheel)
    assert {name.split("/")[0] for name in held} == {"apical"}
    suffixes = {".py", ".bib", ".h", ".cpp", ".cu", ".nestml", ".html", ".css"}
    folders = [path for path in (ROOT / "apical").iterdir() if path.is_symlink()]
    assert len(folders) == 6
    for folder in folders:
        wanted = {p.relative_to(folder.resolve()) for p in folder.resolve().rglob("*") if p.suffix in suffixes}
        assert not {f"apical/{folder.name}/{path}" for path in wanted} - held
    assert {"apical/py.typed", "apical/networks/devices/cuda/templates/makefile"} <= held


@pytest.mark.slow
def test_the_source_distribution_makes_the_same_wheel(source, wheel, tmp_path):
    archive = build("sdist", source, tmp_path / "sdist")
    shutil.unpack_archive(archive, tmp_path, filter="data")
    again = build("wheel", tmp_path / archive.name.removesuffix(".tar.gz"), tmp_path / "wheel")
    assert files_of(again) == files_of(wheel)


@pytest.mark.slow
def test_mice_train_where_a_user_has_modules_of_the_same_names(wheel, tmp_path):
    environment, folder = tmp_path / "environment", tmp_path / "of_the_user"
    venv.create(environment)
    packages = sysconfig.get_path("purelib", vars={"base": str(environment)})
    # Packages that are installed here, but not apical, which a .pth file of theirs adds; setuptools brings distutils.
    Path(packages, "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\nimport setuptools\n")
    pip = [sys.executable, "-m", "pip", "--python", environment, "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(pip, check=True, capture_output=True)
    folder.mkdir()
    for name in ("models.py", "networks.py", "equations.py", "scripts.py", "analysis/__init__.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("raise ImportError('this is the module of the user')\n")

    def run(program, *arguments):
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [environment / "bin" / program, *arguments]
        done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    # Where Python looks first for a script of the user's: in the folder that the script lies in.
    script = folder / "learn.py"
    script.write_text(
        "import apical, pathlib\n"
        f"assert pathlib.Path(apical.__file__).is_relative_to({str(environment)!r}), apical.__file__\n"
        "run = apical.train(apical.Config(mice=1, days=1, cells=21, protocol='short'), 'run')\n"
        "print(apical.__version__, float(apical.open_run(run).trial_hit.mean()))\n"
    )
    version, hits = run("python", script).split()
    assert version == apical.__version__ and 0 <= float(hits) <= 1

    options = ["--mice", "1", "--days", "1", "--cells", "21", "--protocol", "short", "--out", "again"]
    run("apical", "train", *options)
    one, other = (json.loads((folder / name / "run.json").read_text()) for name in ("run", "again"))
    assert one["spike_sha256"] == other["spike_sha256"]


@pytest.mark.slow
def test_names_are_imported_when_they_are_used():
    code = "import sys, apical; print(sorted({'numpy', 'brian2', 'xarray'} & set(sys.modules))); apical.Config"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", apical.__all__)
def test_each_public_name_is_there_and_described(name):
    assert getattr(apical, name).__doc__


def test_other_names_are_no_attributes():
    with pytest.raises(AttributeError, match="has no attribute 'trane'"):
        apical.trane  # noqa: B018


@pytest.mark.slow
def test_a_user_sees_the_types_of_what_is_imported(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text("from apical import Config, open_run, train\nreveal_type(open_run(train(Config(), 'run')))\n")
    command = [sys.executable, "-m", "mypy", "--cache-dir", tmp_path / "cache", "--ignore-missing-imports", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert 'Revealed type is "xarray.core.dataset.Dataset"' in done.stdout, done.stdout
