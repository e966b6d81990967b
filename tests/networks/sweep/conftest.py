import subprocess
import sys

import pytest

#: Eight mice in two shards of four.
SMALL = """
[sweep]
design = "list"
replicates = 2
conditions = ["control", "ndnf_opto"]
[axes]
eta = ["0.1 pA", "0.4 pA"]
g_gaba = ["2 nS", "1 nS"]
[run]
protocol = "short"
days = 2
cells = 12
probe_every = 3
"""


@pytest.fixture(scope="session")
def sweep_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("sweeps") / "small.toml"
    path.write_text(SMALL)
    return path


@pytest.fixture(scope="session")
def command():
    """Start ``apical sweep`` in a process of its own: (arguments) to the process."""

    def start(*arguments):
        code = "import sys; from apical.scripts.main import main; sys.argv[0] = 'apical'; main()"
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen([sys.executable, "-c", code, "sweep", *map(str, arguments)], **pipes)

    return start


@pytest.fixture(scope="session")
def finish(command):
    """Run ``apical sweep`` to its end: (arguments) to exit code and output."""

    def run(*arguments):
        process = command(*arguments)
        output, _ = process.communicate()
        return process.returncode, output

    return run
