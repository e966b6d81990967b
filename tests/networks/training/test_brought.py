"""A run with a cell and a condition of one's own: who reads it needs neither, who goes on with it needs the same."""

import json
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from brian2 import amp, pA

from apical.models.cells import CELLS
from apical.models.teachers import MIXTURE
from apical.networks.errors import UserError
from apical.networks.sweep.design import Design
from apical.networks.sweep.run import _same
from apical.networks.sweep.shards import cut
from apical.networks.sweep.store import DESCRIPTION, read_sweep
from apical.networks.training.cohort import Cohort
from apical.networks.training.conditions import CONDITIONS, Condition
from apical.networks.training.config import Config, load_config, parameters_of
from apical.networks.training.day import Training
from apical.networks.training.network import CIRCUIT, NETWORKS
from apical.networks.training.run import train
from apical.networks.training.store import parameter_of, read_description

CALM = replace(CELLS["naud_sprekeler"].changed({"b_soma": -300 * pA}), name="calm")
HALVED = Condition("halved", "half the teaching", teaching=lambda weights, generators: 0.5 * weights)
CONFIG = dict(mice=1, cells=12, days=2, protocol="short", pyramidal=CALM, condition=HALVED)


class Stopped(Exception):
    pass


@pytest.fixture
def interrupted(brief_days, tmp_path):
    """A run that ended after its first day."""

    def stop(finished, phase):
        if finished == 1:
            raise Stopped

    with pytest.raises(Stopped):
        train(Config(**CONFIG), tmp_path / "run", progress=stop)
    return tmp_path / "run"


def test_it_goes_on_with_the_same_and_is_read_without_it(interrupted):
    other = replace(CALM, reset=CALM.reset + "w_soma += 1")
    with pytest.raises(UserError, match="begun with another pyramidal of this name; give that, or a new --out"):
        train(Config(**CONFIG | {"pyramidal": other}), interrupted, resume=True)
    with pytest.raises(UserError, match="begun with another condition of this name"):
        train(Config(**CONFIG | {"condition": replace(HALVED, light=True)}), interrupted, resume=True)
    with pytest.raises(UserError, match="begun with condition = halved, not control"):
        train(Config(**CONFIG | {"condition": "control"}), interrupted, resume=True)
    train(Config(**CONFIG | {"pyramidal": pickle.loads(pickle.dumps(CALM))}), interrupted, resume=True)

    description = read_description(interrupted)
    assert description["config"]["pyramidal"] == "calm" and description["config"]["condition"] == "halved"
    assert description["brought"] == {"pyramidal": CALM.digest, "condition": HALVED.digest}
    assert parameter_of(description, "b_soma") == pytest.approx(-300e-12)
    code = (
        "import sys; from pathlib import Path; from apical import open_run, summary\n"
        "from apical.analysis.report.plan import train_command\n"
        "from apical.networks.training.store import read_description\n"
        "run = Path(sys.argv[1]); print(open_run(run).attrs['pyramidal'], summary(run)['condition'])\n"
        "print(train_command(read_description(run)['config'], run))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, interrupted], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("calm halved\n") and "--pyramidal calm" in done.stdout
    with pytest.raises(UserError, match="unknown condition 'halved'; known: control"):
        load_config(defaults=description["config"], pyramidal=CALM)


def test_parameters_are_read_as_written():
    description = {"parameters": {"eta": ["0.1 pA", "200 fA"], "photons": 300.0, "tau_soma": "16. ms"}}
    np.testing.assert_allclose(parameter_of(description, "eta"), [1e-13, 2e-13])
    assert parameter_of(description, "photons") == 300 and parameter_of(description, "tau_soma") == 0.016


def test_a_condition_of_ones_own_decides_what_reaches_the_cells():
    alignment = {"pyramidal.alignment": np.random.default_rng(1).normal(0, 0.1, (2, 20))}
    make = lambda *conditions: Training(  # noqa: E731
        Cohort(Config(mice=2, cells=20, device="runtime")), list(conditions)
    ).delivered(alignment)
    intact = make("control", "control")
    np.testing.assert_array_equal(make(HALVED, "control"), intact * [[0.5], [1]])
    for wrong in (lambda weights, generators: weights[:, :3], lambda weights, generators: weights * np.nan):
        with pytest.raises(UserError, match="condition wrong: its teaching gives"):
            make(Condition("wrong", "wrong", teaching=wrong), "control")


def test_parts_bring_their_parameters_and_must_not_reuse_a_name():
    gain = replace(MIXTURE.parameters["error_gain"], value=0.5)
    loud = replace(MIXTURE, name="loud", parameters=MIXTURE.parameters | {"loudness": gain})
    config = Config(mice=2, teacher=loud, parameters={"loudness": [0.1, 0.2]})
    assert config.given("loudness").tolist() == [0.1, 0.2] and "loudness" not in Config().table
    clash = replace(MIXTURE, name="clash", parameters=MIXTURE.parameters | {"eta": gain})
    with pytest.raises(UserError, match="parameter 'eta' of readout is there already with another meaning; rename it"):
        load_config(teacher=clash)
    for network in NETWORKS.values():
        assert parameters_of(network)["eta"].value == 0.06e-12 * amp


@pytest.mark.parametrize("door", ["network", "condition", "pyramidal", "teacher", "rule"])
def test_an_unknown_name_is_refused_with_the_nearest(door):
    known = Config().model_dump()[door]
    with pytest.raises(UserError, match=rf"^{door}: unknown \w+ '{known[:-1]}'; did you mean {known}\? known: "):
        load_config(**{door: known[:-1]})


def test_a_network_of_ones_own_has_no_scale():
    mine = replace(CIRCUIT, name="mine")
    assert Config(network=mine).brought == {"network": mine.digest}
    with pytest.raises(UserError, match="scale: of the cortical network"):
        load_config(network=mine, scale=0.1)


@pytest.mark.slow
def test_a_sweep_takes_what_one_brings_to_its_workers_and_remembers_it(tmp_path):
    design = Design(axes={"eta": ["0.1 pA", "0.2 pA"]}, conditions=["control", HALVED], run={"pyramidal": CALM})
    (shard,) = cut(design, 4)
    assert shard.config.pyramidal is CALM and shard.conditions == (CONDITIONS["control"], HALVED)
    (tmp_path / "shard").write_bytes(pickle.dumps(shard))
    code = (
        "import pickle; s = pickle.load(open('shard', 'rb')); print(s.config.pyramidal.digest, s.conditions[1].digest)"
    )
    environment = {"PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert done.stdout.split() == [CALM.digest, HALVED.digest], done.stderr

    written = {"design": design.model_dump(mode="json"), "brought": design.brought}
    assert written["design"]["conditions"] == ["control", "halved"] and written["design"]["run"] == {
        "pyramidal": "calm"
    }
    (tmp_path / DESCRIPTION).write_text(json.dumps(written))
    assert read_sweep(tmp_path)["design"] == written["design"]
    _same(tmp_path, design)
    changed = design.model_copy(update={"run": {"pyramidal": replace(CALM, dt=0.05)}})
    with pytest.raises(UserError, match="begun with another pyramidal of this name"):
        _same(tmp_path, changed)
    with pytest.raises(UserError, match=r"begun with conditions = .*halved.*, not .*scalar"):
        _same(tmp_path, Design(axes=design.axes, conditions=["control", "scalar"], run=design.run))
