"""The module with all NESTML twins: compiled once, cached by content."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from apical import models
from apical.networks.devices.cache import cache_folder, hold
from apical.networks.errors import UserError
from apical.networks.nest.toolchain import Nest, installed_nest

MODELS = Path(models.__path__[0]) / "nestml"
MODULE = "apicalmodule"
GENERATE = Path(__file__).with_name("generate.py")

#: Called with the number of files that are compiled and of all files; both are 0 while NESTML generates them.
Progress = Callable[[int, int], None]


class NestModule:
    """`folder` holds the module; `was_cached` tells whether it was there before."""

    def __init__(
        self,
        nest_config: Path | None = None,
        progress: Progress = lambda done, all: None,
        processes: int | None = None,
    ):
        """Generate and compile the module, unless the cache has it. Raises UserError.

        nest_config : path of the ``nest-config`` of another NEST than the one of this Python
        processes : number of processes of the compiler; by default one per processor
        """
        nest = installed_nest(nest_config)
        self.folder = module_folder(nest)
        self.was_cached = is_whole(self.folder)
        if self.was_cached:
            hold(self.folder, self)
            return
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            work = Path(tempfile.mkdtemp(prefix="building-", dir=self.folder.parent))
            hold(work, self)
        except OSError as error:
            raise UserError(f"cannot write to {self.folder.parent} ({error.strerror}); set APICAL_CACHE") from None
        try:
            target, install = work / "target", work / "install"
            command = [sys.executable, "-P", GENERATE, MODELS, MODULE]
            command += [nest.prefix(work / "nest"), nest.version, str(processes or os.cpu_count()), target, install]
            _run(command, work, progress)
            if not is_whole(self.folder):
                shutil.rmtree(self.folder, ignore_errors=True)
                try:
                    install.rename(self.folder)
                except OSError:  # another process was faster
                    if not is_whole(self.folder):
                        raise
            hold(self.folder, self)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    @property
    def path(self) -> Path:
        """Path that ``nest.Install`` takes: that of the module, without its ending."""
        return self.folder / MODULE


def is_whole(folder: Path) -> bool:
    """Tell whether `folder` holds the compiled module."""
    return (folder / f"{MODULE}.so").is_file()


def module_folder(nest: Nest) -> Path:
    """Folder in which the module for `nest` is or will be: named by all that it is made from."""
    digest = hashlib.sha256(nest.identity())
    for path in [*sorted(MODELS.glob("*.nestml")), GENERATE]:
        digest.update(path.name.encode() + path.read_bytes())
    return cache_folder() / "nest" / digest.hexdigest()[:16]


def _run(command: list, work: Path, progress: Progress) -> None:
    log = work / "log"
    with log.open("w") as output:
        process = subprocess.Popen(list(map(str, command)), cwd=work, stdout=output, stderr=output)
        try:
            while process.poll() is None:
                progress(sum(1 for _ in work.rglob("*.o")), sum(1 for _ in work.rglob("*.cpp")))
                time.sleep(0.2)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if process.returncode or not is_whole(work / "install"):
        text = log.read_text()
        lines = [line.strip() for line in text.splitlines() if re.search(r"error", line, re.IGNORECASE)]
        raise UserError(f"the NEST module could not be built: {(lines or [text[-300:].strip()])[0]}")
