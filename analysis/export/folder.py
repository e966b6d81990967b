"""The folder of an export: whole files only, and a note of what it holds, by which an interrupted export goes on.

The note has the checksum of each file. So an export touches what it wrote and nothing else, whoever wrote the note.
"""

import errno
import hashlib
import json
import os
from contextlib import contextmanager
from pathlib import Path

from apical.networks.errors import UserError

NOTE = "export.json"


@contextmanager
def whole(path: Path):
    """A temporary name to write to; it becomes `path` when the block ends well, else nothing is left.

    Raises UserError when the disk is full or the place cannot be written to.
    """
    partial = _partial(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)  # it may be a link to elsewhere
        yield partial
        partial.replace(path)
    except OSError as error:
        text = str(error)
        if error.errno in (errno.ENOSPC, errno.EDQUOT) or "No space left" in text:
            mend = "free some space, then give the same command again"
            raise UserError(f"the disk of {path.parent} is full; {mend}") from None
        raise UserError(
            f"cannot write {path}: {error.strerror or text.splitlines()[0]}; choose another --out"
        ) from None
    finally:
        try:
            partial.unlink(missing_ok=True)
        except OSError:
            pass  # the folder itself cannot be written to, which was said above


@contextmanager
def exported(out: Path, name: str):
    """Write a file of the export in `out` as `whole` does: the note has its checksum before the file has its name."""
    with whole(out / name) as partial:
        yield partial
        note = _note(out)
        note["files"][name] = _checksum(partial)
        _write(out, note)


def claim(out: Path, request: dict, files: list[str], overwrite: bool) -> list[str]:
    """Make `out` the folder of this export; returns the files that are still to be written.

    request : options that tell this export from another; files : their names below `out`
    Raises UserError when `out` holds something else or a finished export, unless it is one to be replaced; and when a
    file that would be replaced lies outside or is not as an export wrote it. Then nothing was deleted.
    """
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is no folder; choose another --out")
    written = {}
    try:
        if out.is_dir() and any(out.iterdir()):
            earlier = _note(out)
            if not overwrite and earlier["finished"]:
                raise UserError(f"{out} holds an export already; replace it (--overwrite) or choose another --out")
            if not overwrite and earlier["request"] != request:
                raise UserError(
                    f"{out} holds an unfinished export of something else; replace it (--overwrite) "
                    "or choose another --out"
                )
            _check(out, earlier["files"], files)
            if overwrite:
                _remove(out, earlier)
            else:
                written = {name: of for name, of in earlier["files"].items() if (out / name).exists()}
    except OSError as error:
        raise UserError(f"cannot use {out}: {error.strerror}; choose another --out") from None
    _write(out, {"finished": False, "request": request, "files": dict.fromkeys(files) | written})
    return [name for name in files if name not in written]


def finish(out: Path) -> None:
    """Note that all files are whole."""
    _write(out, _note(out) | {"finished": True})


def _note(out: Path) -> dict:
    """State of an export: whether it is finished, its request, and the checksums of its files by name.

    The checksum of a file that is still to be written is None.
    """
    try:
        note = json.loads((out / NOTE).read_text())
        if {"request", "files", "finished"} <= note.keys() and isinstance(note["files"], dict):
            return note
    except (FileNotFoundError, ValueError, AttributeError):
        pass
    raise UserError(f"{out} holds something else than an export of apical; choose another --out")


def _write(out: Path, note: dict) -> None:
    with whole(out / NOTE) as partial:
        partial.write_text(json.dumps(note, indent=1))


def _check(out: Path, noted: dict[str, str | None], files: list[str]) -> None:
    """Raises UserError unless all files lie below `out`, links followed, and those there are as they were exported."""
    for name in {**noted, **dict.fromkeys(files)}:
        if not _lies_below(out, name):
            raise UserError(f"{out / NOTE} names {name}, which lies outside of {out}; choose another --out")
        path = out / name
        if path.exists() and _checksum(path) != noted.get(name):
            raise UserError(f"{path} is not as apical wrote it; move it away, then give the same command again")


def _lies_below(out: Path, name: str) -> bool:
    try:
        return Path(os.path.realpath(out)) in Path(os.path.realpath(out / name)).parents
    except ValueError:  # no name of a file
        return False


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remove(out: Path, note: dict) -> None:
    """Delete the files of an export, and nothing else; `_check` has passed."""
    _write(out, note | {"finished": False})
    for name in note["files"]:
        (out / name).unlink(missing_ok=True)
        _partial(out / name).unlink(missing_ok=True)
    for folder in {(out / name).parent for name in note["files"]} - {out}:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.stem}.partial{path.suffix}")
