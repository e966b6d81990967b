"""NEST, NESTML and what it takes to compile a module for NEST."""

import importlib.resources
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from apical.networks.errors import UserError

INSTALL = 'pip install "apical[nest]"'
DEBIAN = "sudo apt-get install cmake g++ make libboost-dev libgsl-dev libltdl-dev"

#: Headers that NEST's own headers and the generated models include, by Debian package.
HEADERS = {"libboost-dev": "boost/type_index.hpp", "libgsl-dev": "gsl/gsl_odeiv.h", "libltdl-dev": "ltdl.h"}

#: The wheel on PyPI was compiled elsewhere: its nest-config names folders and a compiler that are not here, and it
#: uses the old ABI of the C++ library.
_CORRECTED = """#!/bin/sh
case "$1" in
    --prefix | --exec-prefix) echo {prefix} ;;
    --compiler) echo {compiler} ;;
    --includes) echo "-I{include}" ;;
    --cflags) echo "-fopenmp -O2 -DNDEBUG -std=c++20 -D_GLIBCXX_USE_CXX11_ABI=0" ;;
    --libs) echo "-fopenmp -lgsl -lgslcblas -lltdl" ;;
    *) exec {original} "$@" ;;
esac
"""


@dataclass(frozen=True)
class Nest:
    """An installed NEST: its version, its ``nest-config``, and whether that has to be corrected (wheel from PyPI)."""

    version: str
    config: Path
    wheel: bool

    def prefix(self, folder: Path) -> Path:
        """The folder whose ``bin/nest-config`` tells how to compile: of NEST itself, or made in `folder`."""
        if not self.wheel:
            return self.config.parent.parent
        corrected = folder / "bin" / "nest-config"
        corrected.parent.mkdir(parents=True)
        include = Path(str(importlib.resources.files("nest"))) / "include" / "nest"
        corrected.write_text(
            _CORRECTED.format(
                prefix=shlex.quote(str(folder)),
                compiler=shutil.which("g++"),
                include=include,
                original=shlex.quote(str(self.config)),
            )
        )
        corrected.chmod(0o755)
        return folder

    def identity(self) -> bytes:
        """Compiler and versions that a module depends on besides its models."""
        compiler = "g++" if self.wheel else _ask(self.config, "--compiler")
        described = subprocess.run([str(compiler), "--version"], capture_output=True).stdout
        config = self.config.read_bytes()
        return described + config + f"{_CORRECTED} {self.version} {version('nestml')}".encode()


def installed_nest(nest_config: Path | None = None) -> Nest:
    """The NEST of `nest_config`, else of this Python. Raises UserError that names what is missing.

    nest_config : path of the ``nest-config`` of a NEST that was built here or comes from conda
    """
    for module, name in (("pynestml", "NESTML"), ("nest", "NEST")):
        if not importlib.util.find_spec(module):
            raise UserError(f"{name} is not installed; {INSTALL}")
    config = nest_config or _nest_config()
    found = _ask(config, "--version")
    prefix = _ask(config, "--prefix")
    if not (found and prefix):
        raise UserError(f"{config} does not run; name the nest-config of an installed NEST")
    for tool in ("cmake", "make", "g++"):
        if not shutil.which(tool):
            raise UserError(f"{tool} is missing; {DEBIAN}")
    wheel = not Path(prefix).is_dir()
    for package, header in HEADERS.items() if wheel else ():  # another NEST knows where its own are
        test = ["g++", "-E", "-x", "c++", "-include", header, os.devnull]
        if subprocess.run(test, capture_output=True).returncode:
            raise UserError(f"{header} is missing ({package}); {DEBIAN}")
    return Nest(found, config.resolve(), wheel)


def _nest_config() -> Path:
    """Beside this Python, where pip and conda put it, else on the PATH."""
    for folder in (sysconfig.get_path("scripts"), Path(sys.executable).parent, None):
        if found := shutil.which("nest-config", path=folder):
            return Path(found)
    raise UserError(f"NEST has no nest-config; {INSTALL}, or name it with --nest-config")


def _ask(config: Path, question: str) -> str | None:
    try:
        done = subprocess.run([config, question], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
