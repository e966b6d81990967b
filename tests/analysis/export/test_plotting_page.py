"""What docs/plotting.md shows works as it stands there."""

import re
import shutil
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from apical.analysis.export import export_run

PAGE = Path(__file__).parents[3] / "docs" / "plotting.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def folder(recorded_run, tmp_path_factory):
    """A folder after the commands of the page."""
    folder = tmp_path_factory.mktemp("page")
    shutil.copytree(recorded_run("imaging"), folder / "results" / "first")
    for format in ("nwb", "csv"):
        export_run(folder / "results" / "first", folder / "exported" / format, format)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("code", BLOCKS, ids=range(len(BLOCKS)))
def test_block(code, folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    plt.switch_backend("Agg")
    exec(compile(code, str(PAGE), "exec"), {})
    for picture in re.findall(r'savefig\("(.*?)"', code):
        assert (folder / picture).stat().st_size > 10_000
    if "print" in code:
        assert capsys.readouterr().out.startswith("6 somata, ")
    plt.close("all")


def test_a_plot_takes_ten_lines():
    plots = [code for code in BLOCKS if "savefig" in code]
    assert len(plots) == 3
    for code in plots:
        lines = [line for line in code.splitlines() if line and not line.startswith(("import", "from"))]
        assert len(lines) <= 10
