import hashlib
import json
import os
import signal
import subprocess
import sys

import pytest
from pynwb import read_nwb

from apical.analysis.export import export_run
from apical.analysis.export import run as export
from apical.networks.errors import UserError


@pytest.fixture
def traced_run(recorded_run):
    return recorded_run()


def nwb_path(out, mouse, session):
    return out / f"sub-{mouse:02d}" / f"sub-{mouse:02d}_ses-{session:02d}.nwb"


def names(out):
    return sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file())


def test_one_mouse_and_session(traced_run, tmp_path):
    export_run(traced_run, tmp_path / "out", "nwb", mouse=1, session=2)
    assert names(tmp_path / "out") == ["export.json", "sub-01/sub-01_ses-02.nwb"]
    with pytest.raises(UserError, match="the run has no mouse 2; it has 0 to 1"):
        export_run(traced_run, tmp_path / "other", mouse=2)
    assert not (tmp_path / "other").exists()


@pytest.mark.slow
@pytest.mark.parametrize("format", ["nwb", "parquet"])
def test_what_is_not_recorded_is_named(recorded_run, tmp_path, format):
    missing = export_run(recorded_run("imaging"), tmp_path / "out", format)
    assert missing == ["voltages (--record traces)"]
    assert "voltages.parquet" not in names(tmp_path / "out")


@pytest.mark.slow
def test_existing_output_is_refused_or_replaced(traced_run, tmp_path):
    out = tmp_path / "out"
    export_run(traced_run, out, "csv", mouse=0, session=1)
    with pytest.raises(UserError, match="holds an export already"):
        export_run(traced_run, out, "csv", mouse=0, session=1)
    (out / "mine.txt").write_text("keep")
    export_run(traced_run, out, "nwb", mouse=0, session=1, overwrite=True)
    assert names(out) == ["export.json", "mine.txt", "sub-00/sub-00_ses-01.nwb"]

    for overwrite in (False, True):
        with pytest.raises(UserError, match="something else than an export"):
            export_run(traced_run, traced_run, overwrite=overwrite)
    with pytest.raises(UserError, match="no folder"):
        export_run(traced_run, out / "mine.txt")


@pytest.fixture
def out(traced_run, tmp_path):
    """An export of one session as CSV."""
    export_run(traced_run, tmp_path / "out", "csv", mouse=0, session=1)
    return tmp_path / "out"


def contents(folder):
    return {name: (folder / name).read_bytes() for name in names(folder)}


def add_to_note(out, name, path):
    """Let the note say that the file at `path` was exported as `name`."""
    note = json.loads((out / "export.json").read_text())
    note["files"][name] = hashlib.sha256(path.read_bytes()).hexdigest()
    (out / "export.json").write_text(json.dumps(note))


@pytest.mark.parametrize("place", ["beside", "absolute", "linked folder", "linked file"])
def test_files_outside_are_left_alone_whatever_the_note_says(traced_run, out, tmp_path, place):
    victim = tmp_path / "elsewhere" / "victim"
    victim.parent.mkdir()
    victim.write_text("dear")
    name = {"beside": "../elsewhere/victim", "absolute": str(victim)}.get(place, "link")
    if place == "linked folder":
        (out / "link").symlink_to(victim.parent)
        name = "link/victim"
    elif place == "linked file":
        (out / "link").symlink_to(victim)
    add_to_note(out, name, victim)
    before = contents(tmp_path)
    with pytest.raises(UserError, match=r"lies outside of [^\n]*; choose another --out$"):
        export_run(traced_run, out, "parquet", mouse=0, session=1, overwrite=True)
    assert contents(tmp_path) == before


def test_nothing_is_written_through_a_link_to_elsewhere(traced_run, out, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("dear")
    (out / ".export.partial.json").symlink_to(victim)
    (out / "sub-00").symlink_to(tmp_path)
    with pytest.raises(UserError, match="lies outside"):
        export_run(traced_run, out, "nwb", mouse=0, session=1, overwrite=True)
    (out / "sub-00").unlink()
    export_run(traced_run, out, "nwb", mouse=0, session=1, overwrite=True)
    assert victim.read_text() == "dear" and names(out) == ["export.json", "sub-00/sub-00_ses-01.nwb"]


@pytest.mark.parametrize("name", ["trials.csv", "sub-00/sub-00_ses-01.nwb"])
def test_a_file_that_is_not_as_it_was_exported_is_kept(traced_run, out, name):
    """One of ours that was changed since, and one of another origin in the place of one that is to come."""
    (out / name).parent.mkdir(exist_ok=True)
    with (out / name).open("a") as file:
        file.write("mine")
    before = contents(out)
    with pytest.raises(UserError, match=rf"{name} is not as apical wrote it; move it away[^\n]*$"):
        export_run(traced_run, out, "nwb", mouse=0, session=1, overwrite=True)
    assert contents(out) == before
    (out / name).rename(out / "mine")
    export_run(traced_run, out, "nwb", mouse=0, session=1, overwrite=True)
    assert names(out) == ["export.json", "mine", "sub-00/sub-00_ses-01.nwb"]


def test_a_place_that_cannot_be_written_to(traced_run, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export.nwb, "write", full)
    with pytest.raises(UserError, match="is full; free some space"):
        export_run(traced_run, tmp_path / "out")
    assert names(tmp_path / "out") == ["export.json"]


KILLED = """
import os, signal, sys
from pathlib import Path
from apical.analysis.export import export_run, run

write = run.nwb.write
def killed(recording, description, path):
    write(recording, description, path)
    if recording.mouse == 1:
        os.truncate(path, 1000)
        os.kill(os.getpid(), signal.SIGKILL)
run.nwb.write = killed
export_run(sys.argv[1], sys.argv[2], session=1)
"""


@pytest.mark.slow
def test_a_killed_export_leaves_whole_files_and_goes_on(traced_run, tmp_path, pytestconfig):
    out = tmp_path / "out"
    command = [sys.executable, "-c", KILLED, str(traced_run), str(out)]
    done = subprocess.run(command, cwd=pytestconfig.rootpath, env=os.environ, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert list(out.rglob("sub*.nwb")) == [nwb_path(out, 0, 1)]
    first = nwb_path(out, 0, 1).read_bytes()

    with pytest.raises(UserError, match="unfinished export of something else"):
        export_run(traced_run, out)
    export_run(traced_run, out, session=1)
    assert names(out) == ["export.json", "sub-00/sub-00_ses-01.nwb", "sub-01/sub-01_ses-01.nwb"]
    assert nwb_path(out, 0, 1).read_bytes() == first
    assert len(read_nwb(nwb_path(out, 1, 1)).units) == 6
