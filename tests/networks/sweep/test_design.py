"""Sweep files: the points they mean, and what is refused before anything runs."""

import numpy as np
import pytest

from apical.networks.errors import UserError
from apical.networks.sweep.design import Design, load_design
from apical.networks.sweep.sampling import between, split
from apical.networks.sweep.shards import cut, programs

RUN = {"protocol": "short", "days": 2}


def design(axes, **fields):
    return Design(axes=axes, run=RUN, **fields)


def test_a_grid_has_all_combinations_and_a_list_the_rows():
    axes = {"eta": ["0.1 pA", "0.2 pA"], "modulation": [0.1, 0.2, 0.3]}
    points = design(axes).all_points()
    assert len(points) == 6 and points[1] == {"eta": "0.1 pA", "modulation": 0.2}
    axes["modulation"] = [0.1, 0.3]
    assert design(axes, design="list").all_points()[1] == {"eta": "0.2 pA", "modulation": 0.3}


def test_a_range_of_a_grid_has_equal_steps_or_ratios():
    axis = {"low": "1 nS", "high": "8 nS", "count": 4}
    points = design({"g_gaba": axis | {"log": True}}).all_points()
    np.testing.assert_allclose([split(p["g_gaba"])[0] for p in points], [1, 2, 4, 8], rtol=1e-5)
    points = design({"g_gaba": axis}).all_points()
    np.testing.assert_allclose([split(p["g_gaba"])[0] for p in points], np.linspace(1, 8, 4), rtol=1e-5)


@pytest.mark.parametrize("kind", ["random", "sobol"])
def test_drawn_points_fill_the_range_and_are_the_same_for_the_same_seed(kind):
    axes = {"eta": {"low": "0.01 pA", "high": "1 pA", "log": True}, "modulation": {"low": 0.0, "high": 1.0}}
    one, again = (design(axes, design=kind, points=64).all_points() for _ in range(2))
    assert one == again
    eta, modulation = (np.array([split(p[name])[0] for p in one]) for name in axes)
    # Half of the points lie below the middle of the log axis: 32 of a Sobol sequence, 32 +- 4 of random numbers.
    spread = 0 if kind == "sobol" else 16
    assert abs((eta < 0.1).sum() - 32) <= spread and abs((modulation < 0.5).sum() - 32) <= spread
    assert eta.min() >= 0.01 and eta.max() <= 1
    other = Design(axes=axes, run=RUN | {"seed": 2}, design=kind, points=64).all_points()
    assert other != one


def test_a_saltelli_design_has_a_block_per_parameter():
    axes = {name: {"low": "10 pA", "high": "90 pA"} for name in ("i_teaching", "sigma_soma", "sigma_apical")}
    assert len(design(axes, design="saltelli", points=8).all_points()) == 8 * (3 + 2)


def test_values_keep_their_unit_and_log_needs_positive_bounds():
    assert between("10 pA", "1000 pA", 0.5, True) == "100.0 pA"
    assert between(0.0, 1.0, 0.25, False) == 0.25
    with pytest.raises(ValueError, match="positive"):
        between("0 pA", "10 pA", 0.5, True)
    with pytest.raises(ValueError, match="one unit"):
        between("1 pA", "1 nA", 0.5, False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[axes]\netta = ['1 pA']", "unknown parameter 'etta'; did you mean 'eta'"),
        ("[axes]\neta = ['1 mV']", r"axes.eta: eta is a quantity in amp"),
        ("[axes]\neta = ['-1 pA']", "axes.eta: eta must lie between"),
        ("[axes]\neta = ['0.1 pA', '1e-4 nA']", "axes.eta: is written in nA and pA"),
        ("[axes]\neta = ['0.1 pA', '0.1 pA']", "axes.eta: has a value twice"),
        ("[axes]\neta = []", "axes.eta: has no value"),
        ("[axes]\neta = {low = '1 pA', high = '2 pA'}", "axes.eta: a grid design needs a list"),
        ("[axes]\neta = {low = '2 pA', high = '1 pA', count = 3}", "axes.eta: low 2 pA is not below"),
        ("[sweep]\ndesign = 'sobol'\npoints = 8\n[axes]\neta = ['1 pA']", "axes.eta: a sobol design needs low and"),
        ("[sweep]\ndesign = 'sobol'\npoints = 60\n[axes]\neta = {low='1 pA', high='2 pA'}", "60 is no power of 2"),
        ("[sweep]\ndesign = 'random'\n[axes]\neta = {low='1 pA', high='2 pA'}", "points: how many"),
        ("[sweep]\ndesign = 'list'\n[axes]\neta = ['1 pA']\nmodulation = [0.1, 0.2]", "belong together.*eta 1"),
        ("[sweep]\nconditions = ['contol']\n[axes]\neta = ['1 pA']", "did you mean control"),
        ("[sweep]\nreplicats = 2\n[axes]\neta = ['1 pA']", "did you mean replicates"),
        ("[axes]\ncells = [8]", "10 neurons of the readout are more than the 8 cells"),
        ("[axes]\ncells = [20.5]", "axes.cells: must be whole numbers"),
        ("[axes]\ncells = [20, 30]\n[run]\ncells = 40", r"cells is in \[axes\] and in \[run\]"),
        ("[axes]\neta = ['1 pA']\n[run]\nmice = 3", "run: mice belongs to the sweep itself"),
        ("[axes]\neta = ['1 pA']\n[run]\ndayz = 3", "run: dayz: unknown option; did you mean days"),
        ("[axis]\neta = ['1 pA']", "unknown table or option 'axis'"),
        ("[axes", "no valid TOML"),
        ("", "axes"),
    ],
)
def test_a_wrong_sweep_file_is_refused_in_one_line_with_the_mend(text, message, tmp_path):
    path = tmp_path / "sweep.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=message) as error:
        load_design(path)
    assert "\n" not in str(error.value)


def test_every_mouse_is_in_one_shard_and_sizes_of_the_network_are_programs_of_their_own():
    axes = {"cells": [20, 40], "eta": ["0.1 pA", "0.2 pA", "0.3 pA"]}
    sweep = design(axes, replicates=3, conditions=["control", "scalar"], first_mouse=5)
    shards = cut(sweep, 7)
    places = [(m.point, m.condition, m.replicate) for shard in shards for m in shard.mice]
    assert sorted(places) == [(p, c, r) for p in range(6) for c in range(2) for r in range(3)]
    assert all(m.number == 5 + m.replicate for shard in shards for m in shard.mice)
    assert len(programs(shards)) == 2
    for shard in shards:
        assert len(shard.mice) <= shard.config.mice <= 7
        points = [sweep.all_points()[m.point] for m in shard.mice]
        assert {p["cells"] for p in points} == {shard.config.cells}
        assert shard.config.parameters["eta"][: len(points)] == [p["eta"] for p in points]
