"""The search for a Python sees only stand-ins: shell scripts that answer like interpreters."""

import subprocess
from pathlib import Path

import pytest

SEARCH = Path(__file__).parents[2] / "scripts" / "find-python.sh"
NEW = 'case "$2" in *executable*) echo "$0";; *"-venv"*) echo python3.13-venv;; esac'
OLD = "exit 0"
SHIM = "exit 127"
WITHOUT_VENV = f'case "$2" in *ensurepip*) exit 1;; esac\n{NEW}'


@pytest.fixture
def machine(tmp_path):
    home = tmp_path / "a home"
    (home / "bin").mkdir(parents=True)
    return home


def put(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def search(home: Path, **environment: str) -> subprocess.CompletedProcess:
    environment |= {"HOME": str(home), "PATH": str(home / "bin")}
    return subprocess.run(["/bin/sh", SEARCH], env=environment, capture_output=True, text=True, timeout=30)


def test_an_old_python_is_refused_in_one_sentence_with_the_mend(machine):
    put(machine / "bin" / "python3", OLD)
    result = search(machine)
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "no Python 3.12 or 3.13" in result.stderr and "install" in result.stderr


def test_shims_that_refuse_are_passed_over_for_what_pyenv_keeps(machine):
    put(machine / "bin" / "python3.13", SHIM)
    put(machine / "bin" / "python3", OLD)
    kept = put(machine / ".pyenv" / "versions" / "3.12.1" / "bin" / "python3.12", NEW)
    assert search(machine).stdout.strip() == str(kept)


def test_pyenv_is_asked_where_it_keeps_them(machine):
    put(machine / "bin" / "pyenv", f'echo "{machine}/else where"')
    kept = put(machine / "else where" / "versions" / "3.13.0" / "bin" / "python3.13", NEW)
    assert search(machine).stdout.strip() == str(kept)


def test_the_python_that_is_named_comes_first(machine):
    put(machine / "bin" / "python3.13", NEW)
    named = put(machine / "my python", NEW)
    assert search(machine, PYTHON=str(named)).stdout.strip() == str(named)


def test_a_python_without_venv_is_named_with_its_package(machine):
    lacking = put(machine / "bin" / "python3.13", WITHOUT_VENV)
    result = search(machine)
    assert result.returncode == 1 and result.stderr.count("\n") == 1
    assert str(lacking) in result.stderr and "apt-get install python3.13-venv" in result.stderr
    whole = put(machine / "bin" / "python3.12", NEW)
    assert search(machine).stdout.strip() == str(whole)
