"""The console script itself: what it says before any command runs, and how fast."""

import resource
import subprocess
import sys

import pytest

import apical as package
from apical.scripts.main import COMMANDS, imported, summary

RUN = "import sys; sys.argv = ['apical', *{}]; from apical.scripts.main import main\ntry: main()\nfinally: {}"
HEAVY = ("brian2", "pandas", "xarray", "sympy", "scipy", "zarr", "matplotlib")


def child(arguments, after="pass"):
    return subprocess.run([sys.executable, "-c", RUN.format(arguments, after)], capture_output=True, text=True)


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("option", ["--help", "-h", "--version"])
def test_help_and_version_import_none_of_the_libraries_of_commands(option):
    after = f"print(sorted(set({HEAVY}) & set(sys.modules)), file=sys.stderr)"
    assert child([option], after).stderr.strip() == "[]"


def test_help_takes_little_time():
    before = processor_seconds()
    assert child(["--help"]).returncode == 0
    assert processor_seconds() - before < 0.6  # of the processor, so that other programs do not count; 3 s with Brian2


def test_help_lists_all_commands_with_what_they_do(apical):
    code, text, _ = apical("--help")
    words = " ".join(text.replace("│", " ").split())
    assert code == 0
    for name in COMMANDS:
        assert f"{name} {summary(name)}"[:60] in words


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_there_and_teaches(name):
    command = imported(name)
    assert len(summary(name)) > 20
    assert command.help and command.help[0].isupper()


def test_the_version_is_that_of_the_package(apical):
    assert apical("--version") == (0, f"apical {package.__version__}", "")


def test_an_unknown_command_is_named_with_the_nearest(apical):
    code, _, errors = apical("trian")
    assert code == 2
    words = " ".join(errors.replace("│", " ").split())
    assert "No such command 'trian'. Did you mean 'train'?" in words
