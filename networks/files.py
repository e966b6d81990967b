"""Files that are whole or absent, folders that may be written to, and checksums that tell damage."""

import errno
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apical.networks.errors import UserError


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A temporary name to write to; it becomes `path` when the block ends well.

    Raises UserError when the disk is full or the place cannot be written to.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        yield partial
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise cannot_write(path, error) from None


def cannot_write(path: Path, error: OSError) -> UserError:
    """The one-line error for a failed write."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UserError(f"the disk of {path.parent} is full; free some space, then go on with --resume")
    return UserError(f"cannot write {path}: {error.strerror or error}; choose another folder with --out")


def check_free(out: Path, overwrite: bool) -> None:
    """Raises UserError unless `out` is new, empty, or a run to be replaced; then that it can be written to."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UserError(f"{out} is no folder; choose another --out")
    try:
        if out.is_dir() and any(out.iterdir()):
            if not overwrite:
                raise UserError(f"{out} exists; go on with it (--resume), replace it (--overwrite) or choose --out")
            if not (out / "run.json").is_file():
                raise UserError(f"{out} is not a run of apical, so --overwrite leaves it alone; choose another --out")
        existing = next(folder for folder in (out, *out.absolute().parents) if folder.is_dir())
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        raise cannot_write(out, error) from None


def tree_checksum(folder: Path) -> str:
    """SHA-256 over names and contents of all files below a folder."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
