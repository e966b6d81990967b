"""What the README shows works as it stands there."""

import re
from pathlib import Path

import apical.networks.training.day
from apical.networks.training.protocols import Protocol

README = Path(__file__).parent.parent / "README.md"


def test_the_python_example_runs_in_at_most_eight_lines(tmp_path, monkeypatch, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert len([line for line in code.splitlines() if line]) <= 8
    brief = Protocol(baseline=70.0, closed_loop=70.0, learning_rate_scale=60.0)
    monkeypatch.setitem(apical.networks.training.day.PROTOCOLS, "short", brief)
    monkeypatch.chdir(tmp_path)
    exec(compile(code, str(README), "exec"), {})
    assert len(capsys.readouterr().out.strip("[] \n").split()) == 3
    assert Path("minute.png").stat().st_size > 10_000
