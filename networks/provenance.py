"""Provenance of a result: versions, commit and machine."""

import os
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path


def environment() -> dict:
    """Versions of packages and Python, commit (None outside a repository) and machine."""
    return {
        "versions": {p: version(p) for p in ("apical", "brian2", "brian2cuda", "numpy", "xarray", "zarr")},
        "python": platform.python_version(),
        "commit": _commit(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
    }


def _commit() -> str | None:
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    if not shutil.which("git"):
        return None
    done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True)
    return done.stdout.strip() or None
