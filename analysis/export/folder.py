"""The folder of an export: whole files only, and a note of what it holds, by which an interrupted export goes on."""

import errno
import json
from contextlib import contextmanager
from pathlib import Path, PurePath

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


def claim(out: Path, request: dict, files: list[str], overwrite: bool) -> list[str]:
    """Make `out` the folder of this export; returns the files that are still to be written.

    request : what tells this export from another; files : their names below `out`
    Raises UserError when `out` holds something else or a finished export, unless it is one to be replaced.
    """
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is no folder; choose another --out")
    try:
        if out.is_dir() and any(out.iterdir()):
            earlier = _note(out)
            if overwrite:
                _remove(out, earlier)
            elif earlier["finished"]:
                raise UserError(f"{out} holds an export already; replace it (--overwrite) or choose another --out")
            elif earlier["request"] != request:
                raise UserError(
                    f"{out} holds an unfinished export of something else; replace it (--overwrite) "
                    "or choose another --out"
                )
    except OSError as error:
        raise UserError(f"cannot use {out}: {error.strerror}; choose another --out") from None
    _write(out, request, files, finished=False)
    return [name for name in files if not (out / name).exists()]


def finish(out: Path, request: dict, files: list[str]) -> None:
    """Note that all files are whole."""
    _write(out, request, files, finished=True)


def _note(out: Path) -> dict:
    try:
        note = json.loads((out / NOTE).read_text())
        if {"request", "files", "finished"} <= note.keys():
            return note
    except (FileNotFoundError, ValueError, AttributeError):
        pass
    raise UserError(f"{out} holds something else than an export of apical; choose another --out")


def _write(out: Path, request: dict, files: list[str], finished: bool) -> None:
    with whole(out / NOTE) as partial:
        partial.write_text(json.dumps({"finished": finished, "request": request, "files": files}, indent=1))


def _remove(out: Path, note: dict) -> None:
    """Delete the files of an export, and nothing else."""
    _write(out, note["request"], note["files"], finished=False)
    for name in note["files"]:
        if not PurePath(name).is_absolute() and ".." not in PurePath(name).parts:
            (out / name).unlink(missing_ok=True)
            _partial(out / name).unlink(missing_ok=True)
    for folder in {(out / name).parent for name in note["files"]} - {out}:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.stem}.partial{path.suffix}")
