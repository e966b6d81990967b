import shutil
import sys

import pytest


@pytest.fixture(scope="module")
def imaged_run(recorded_run):
    return recorded_run("imaging")


def test_export_says_what_was_not_recorded(apical, imaged_run, tmp_path):
    code, output, errors = apical("export", imaged_run, "--format", "parquet", "--out", tmp_path / "out")
    assert (code, errors) == (0, "")
    lines = [line for line in output.splitlines() if line.strip()]
    assert lines == [
        "not recorded by this run, so not exported: voltages (--record traces)",
        f"{tmp_path / 'out'} holds the run as parquet.",
    ]


def damaged(run):
    (run / "cohort.zarr" / "x" / "zarr.json").write_text("")
    return f"{run / 'cohort.zarr'} is damaged"


def unfinished(run):
    description = run / "run.json"
    description.write_text('{"config": {}, "wall_seconds": {}}')
    return f"{run} is unfinished"


def foreign(run):
    (run / "run.json").unlink()
    return f"{run} holds no run"


@pytest.mark.parametrize("harm", [damaged, unfinished, foreign])
def test_a_run_that_cannot_be_read_is_one_line(apical, imaged_run, tmp_path, harm):
    run = shutil.copytree(imaged_run, tmp_path / "run")
    said = harm(run)
    code, output, errors = apical("export", run, "--out", tmp_path / "out")
    assert (code, output) == (1, "")
    assert errors.startswith(f"apical: {said}")
    assert len(errors.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_unknown_format_is_one_line(apical, imaged_run, tmp_path):
    code, _, errors = apical("export", imaged_run, "--format", "mat", "--out", tmp_path / "out")
    assert (code, errors) == (1, "apical: unknown format mat; known: nwb, csv, parquet")


@pytest.mark.parametrize("format,package", [("nwb", "pynwb"), ("csv", "pyarrow.csv"), ("parquet", "pyarrow.parquet")])
def test_a_missing_package_is_named(apical, imaged_run, tmp_path, monkeypatch, format, package):
    monkeypatch.setitem(sys.modules, package, None)
    code, _, errors = apical("export", imaged_run, "--format", format, "--out", tmp_path / "out")
    assert code == 1
    assert errors == f"apical: --format {format} needs {package}: pip install {package.split('.')[0]}"
