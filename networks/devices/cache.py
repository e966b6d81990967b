"""The cache of compiled programs and NEST modules: where it is, what it holds, what of it is in use."""

import fcntl
import json
import os
import shutil
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: What the cache holds, by the folder that holds it.
KINDS = {"programs": "program", "nest": "NEST module"}


def cache_folder() -> Path:
    """Folder in which compiled programs are kept: $APICAL_CACHE, or apical in the user's cache folder."""
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("APICAL_CACHE") or user / "apical").expanduser().resolve()


def hold(folder: Path, owner: object) -> None:
    """Keep a folder of the cache from being pruned while `owner` lives, also where it is renamed; it counts as used."""
    try:
        os.utime(folder)
    except PermissionError:  # a cache that others filled
        pass
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    weakref.finalize(owner, os.close, descriptor)


@dataclass(frozen=True)
class Entry:
    """folder : of one program or module; size : in bytes; used : time of its last use, in s since 1970"""

    folder: Path
    what: str
    size: int
    used: float


def entries() -> list[Entry]:
    """Content of the cache, the last used first; left-overs of builds that were killed are there too."""
    found = []
    for name, kind in KINDS.items():
        parent = cache_folder() / name
        for folder in parent.iterdir() if parent.is_dir() else ():
            if folder.is_dir() and not folder.is_symlink():
                size = sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
                found.append(Entry(folder, f"{kind}{_described(folder)}", size, folder.stat().st_mtime))
    return sorted(found, key=lambda entry: -entry.used)


def _described(folder: Path) -> str:
    if folder.name.startswith("building-"):
        return ", not finished"
    try:
        described = json.loads((folder / "description.json").read_text())
        options = {"mice": "mice", "cells": "cells", "count": "cells", "scale": "scale"}
        known = [f"{described['structure'][n]} {w}" for n, w in options.items() if n in described["structure"]]
        return ": " + ", ".join([described["kind"], *known, described["target"]["device"]])
    except (OSError, ValueError, KeyError):
        return ""


def prune(chosen: list[Entry]) -> Iterator[tuple[Entry, bool]]:
    """Remove `chosen`, one after the other, but what is being built or run; with whether it was removed."""
    for entry in chosen:
        descriptor = os.open(entry.folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(entry.folder)
            yield entry, True
        except BlockingIOError:
            yield entry, False
        finally:
            os.close(descriptor)
