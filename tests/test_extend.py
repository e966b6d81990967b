"""What docs/extend.md shows works as it stands there."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from apical.networks.sweep.design import load_design
from apical.networks.sweep.processes import checkpoints
from apical.networks.sweep.run import sweep
from apical.networks.sweep.shards import run_shard
from apical.networks.sweep.store import open_sweep
from apical.networks.training.config import load_config
from apical.networks.training.store import open_run, read_description

PAGE = Path(__file__).parent.parent / "docs" / "extend.md"
FILES = ("my_cell", "my_teacher", "my_rule", "my_condition", "my_network")

pytestmark = pytest.mark.usefixtures("brief_days")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A folder with the files of the page, in which a reader is; the other blocks of Python, in order."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for name in FILES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    used = []
    for code in blocks("python"):
        name = re.match(r"# (\w+)\.py\n", code)
        (tmp_path / f"{name[1]}.py").write_text(code) if name else used.append(code)
    assert sorted(path.stem for path in tmp_path.glob("my_*.py")) == sorted(FILES)
    return used


def run(code):
    exec(compile(code, str(PAGE), "exec"), {"__name__": "__main__"})


def test_a_cell_in_an_experiment_is_that_in_a_script(page, numpy_runtime, capsys):
    run(page[0].replace("steps, 300)", "steps, 300, compiled=False)"))
    experiment, script = capsys.readouterr().out.splitlines()
    counts = [int(n) for n in re.findall(r"\d+", experiment)]
    assert counts[0] < counts[1] < counts[2]
    assert counts == [int(n) for n in re.findall(r"\d+", script)]


@pytest.mark.slow
def test_all_five_train_together(page, capsys):
    run(page[1])
    assert capsys.readouterr().out.startswith("leaky [")
    config = read_description(Path("results/mine"))["config"]
    names = [config[door] for door in ("pyramidal", "teacher", "rule", "condition", "network")]
    assert names == ["leaky", "reward", "calcium", "half_taught", "lateral"]
    data = open_run("results/mine")
    taught = (data.feedback != 0).sum("cell")
    assert ((taught > 0) | (data.session == 1)).all() and (taught <= data.sizes["cell"] // 2).all()
    assert data.teaching.max() > 0 or not (data.trial_hit == 1).any()
    assert np.abs(data.weight.diff("session")).max() > 0


def test_files_name_the_same_parts(page, tmp_path):
    run_file, sweep_file = blocks("toml")
    Path("mine.toml").write_text(run_file)
    Path("mine_sweep.toml").write_text(sweep_file)
    config = load_config(Path("mine.toml"))
    sys.path.insert(0, str(tmp_path))
    import my_cell
    import my_rule

    assert config.pyramidal == my_cell.leaky and config.rule == my_rule.calcium
    assert set(config.brought) == {"pyramidal", "teacher", "rule", "condition"}
    assert config.given("reward_gain").tolist() == [0.5, 2.0]


@pytest.mark.slow
def test_the_sweep_has_both_conditions(page, monkeypatch):
    def here(shards, folder, workers, done, tick):  # brief days are those of this process
        for shard in shards:
            done(shard, run_shard(shard, checkpoints(folder, shard)))

    monkeypatch.setattr("apical.networks.sweep.run.run_in_processes", here)
    Path("mine_sweep.toml").write_text(blocks("toml")[1])
    data = open_sweep(sweep(load_design(Path("mine_sweep.toml")), "results/mine_sweep"))
    assert data.condition.values.tolist() == ["control", "half_taught"]
    assert np.isfinite(data.hit_rate).all() and not (data.failure != "").any()
