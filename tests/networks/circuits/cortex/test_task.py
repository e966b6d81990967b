"""The brain-computer interface on the cortical network. One program is compiled."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from apical.networks.circuits.circuit import Structure
from apical.networks.circuits.cortex.populations import POPULATIONS
from apical.networks.circuits.cortex.task import TaskCortex
from apical.networks.devices.blueprint import Blueprint
from apical.networks.errors import UserError
from apical.networks.training.cohort import check_same
from apical.networks.training.config import Config, load_config
from apical.networks.training.cortical_cohort import CorticalCohort
from apical.networks.training.day import Training
from apical.networks.training.run import train
from apical.networks.training.store import open_run
from apical.scripts.main import app

SMALL = dict(network="cortex", scale=0.008, in_degree=0.1, protocol="short")


@pytest.fixture
def excerpt(tmp_path):
    """(seconds, conditions, options) to what copies of mouse 0 did, one for each condition."""

    def run(seconds, conditions, **options):
        config = Config(**SMALL, mice=len(conditions), **options)
        cohort = CorticalCohort(config, numbers=[0] * len(conditions))
        return Training(cohort, conditions).excerpt(seconds, tmp_path)

    return run


def per_mouse(found, name):
    """Number of events of each mouse, and of each mouse the cells and times in steps."""
    sizes, cell, step = found.events(name)
    ends = np.cumsum(sizes)[:-1]
    return sizes, list(zip(np.split(cell, ends), np.split(step, ends), strict=True))


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_light_fires_ndnf_cells_that_express_the_opsin_and_their_gaba_ends_plateaus(excerpt):
    conditions = ["control", "light_only", "ndnf_opto", "no_ndnf"]
    found = excerpt(4.0, conditions)
    sizes, spikes = per_mouse(found, "spikes")
    assert sizes.min() > 500
    assert same(spikes[0], spikes[1])  # without the opsin light does nothing
    cells = found.structure.sizes["L1 NGF"]
    rate = found.state("neurogliaform_spikes.N")[:, 0] / cells / 4.0
    assert rate[0] < 15
    assert rate[2] > 30.9  # a spike for each pulse
    control, _, lit, no_gaba = per_mouse(found, "plateaus")[0]
    assert lit < 0.5 * control < control < no_gaba


def test_teaching_current_makes_or_unmakes_plateaus_by_its_sign(excerpt):
    found = excerpt(4.0, ["control"] * 3, parameters={"i_teaching": ["-600 pA", "0 pA", "600 pA"]})
    without, none, more = per_mouse(found, "plateaus")[0]
    assert without < 0.7 * none < none < 0.7 * more


def test_layer_5_fires_in_its_range_with_plastic_inputs_in_place_of_background(excerpt):
    found = excerpt(8.0, ["control"], parameters={"i_teaching": "0 pA"})
    _, [(cell, step)] = per_mouse(found, "spikes")
    thick = found.structure.sizes["L5 thick"]
    cell = cell[step * found.structure.dt > 0.5]
    for name, mine in {"L5 thick": cell < thick, "L5 thin": cell >= thick}.items():
        rate = mine.sum() / found.structure.sizes[name] / 7.5
        assert POPULATIONS[name].low < rate < POPULATIONS[name].high, name


def test_mice_have_networks_of_their_own_that_do_not_depend_on_the_cohort(brief_days, tmp_path):
    def day(**options):
        training = Training(CorticalCohort(Config(**SMALL, **options)))
        return training.day(1, training.first_state(), tmp_path / str(len(list(tmp_path.iterdir()))))

    two, after_two, failed = day(mice=2, threads=2)
    alone, after_alone, _ = day(mice=1, first_mouse=1)
    assert not failed
    ends = np.cumsum(two["spike_row_size"])
    assert ends[1] - ends[0] == alone["spike_row_size"][0]
    assert np.array_equal(two["spike_step"][ends[0] :], alone["spike_step"])
    assert np.array_equal(after_two["feed_forward.w"][1], after_alone["feed_forward.w"][0])
    assert not np.array_equal(after_two["feed_forward.w"][0], after_two["feed_forward.w"][1])
    first = Training(CorticalCohort(Config(**SMALL, mice=2))).first_state()["feed_forward.w"]
    moved = np.abs(after_two["feed_forward.w"] / first - 1)
    assert 0 < np.median(moved) < 0.5


def test_the_command_trains_on_the_cortical_network_and_goes_on(brief_days, tmp_path):
    out = tmp_path / "run"
    options = ["--network", "cortex", "--scale", "0.008", "--mice", "1", "--protocol", "short", "--out", str(out)]
    for more in (["--days", "1"], ["--days", "1", "--resume"]):
        done = CliRunner().invoke(app, ["train", *options, *more])
        assert done.exit_code == 0, done.output
    data = open_run(out)
    assert data.role.values.tolist()[:10] == ["P+"] * 5 + ["P-"] * 5
    assert data.sizes["cell"] == json.loads((out / "run.json").read_text())["config"]["cells"]
    assert list((out / "figures").glob("learning*.png"))


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"cells": 7}, "cells: the cortical network has"),
        ({"device": "runtime"}, "device: the cortical network runs with cpp_standalone only"),
        ({"pyramidal": "conductance"}, "pyramidal: the cortical network runs with naud_sprekeler only"),
        ({"precision": "single"}, "precision: the cortical network runs with double only"),
        ({"scale": 0.006, "bci_cells": 30}, "bci_cells: there are 15 thick-tufted cells"),
        ({"network": "circuit", "scale": 0.1}, "scale: of the cortical network"),
        ({"scale": 0.0}, "scale"),
        ({"in_degree": 2.0}, "in_degree"),
        ({"parameters": {"g_apical": "1 nA"}}, "g_apical"),
        ({"parameters": {"i_bias_soma": "1 pA"}}, "i_bias_soma"),
    ],
)
def test_what_the_cortical_network_cannot_do_is_refused_in_one_line(options, part):
    with pytest.raises(UserError) as caught:
        load_config(**{"network": "cortex"} | options)
    assert part in str(caught.value) and "\n" not in str(caught.value)


def test_another_scale_is_what_a_run_cannot_be_resumed_with(tmp_path):
    begun = load_config(network="cortex", scale=0.02)
    (tmp_path / "run.json").write_text(json.dumps({"config": begun.model_dump(), "wall_seconds": {}}))
    with pytest.raises(UserError, match=r"begun with scale = 0.02, not 0.03$"):
        train(load_config(defaults=begun.model_dump(), scale=0.03), tmp_path, resume=True)


def test_the_program_of_one_network_does_not_run_the_other():
    with pytest.raises(UserError, match=r"^here was built for another network"):
        check_same("here", Blueprint(TaskCortex()), Blueprint(Structure()))
