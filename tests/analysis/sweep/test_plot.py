import json
import shutil
import sys
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from apical.analysis.sweep import all_figures as sweep_figures
from apical.analysis.sweep.all_figures import plot_sweep
from apical.networks.sweep.design import Design
from apical.networks.sweep.measures import MEASURES
from apical.networks.sweep.shards import cut
from apical.networks.sweep.store import save_shard, write_sweep
from apical.scripts.main import main

DAYS = 14
SPREAD = 0.02  # of hit rates
DRAWN = {
    "eta": {"low": "0.003 pA", "high": "0.3 pA", "log": True},
    "error_gain": {"low": 0.0, "high": 1.0},
    "w_max": {"low": "160 pA", "high": "400 pA"},
}
AXES = {
    "one": {"g_gaba": ["1 nS", "2 nS", "4 nS"]},
    "two": {"i_opto": ["0 pA", "300 pA", "600 pA"], "g_gaba": ["1 nS", "4 nS"]},
    "drawn": DRAWN,
    "sizes": {"bci_cells": [2, 8, 32], "cells": [20, 20, 40]},
}


def number(value):
    return float(str(value).split()[0])


def late_hit_rate(point, condition):
    """Hit rate after day 4 without noise; mice start at chance."""
    if condition == "no_teaching":
        return 0.5
    if "error_gain" in point:
        return 0.5 + 0.4 * number(point["error_gain"])
    return 0.5 + 0.1 * number(point.get("g_gaba", "3 nS"))


def write(out, failed=(), days=DAYS, **tables):
    """A finished sweep in `out`, without simulation; failed : (point, condition, replicate)"""
    design = Design(run={"days": days}, **tables)
    points, generator = design.all_points(), np.random.default_rng(0)
    shards, folder = cut(design, 10**6), out / "shards"
    folder.mkdir(parents=True)
    for shard in shards:
        shape = len(shard.mice), days
        measured = {name: generator.normal(3, 0.1, (*shape, *[3] * len(of))) for name, (of, _, _) in MEASURES.items()}
        measured["probe_hit_rate"][:] = np.nan
        for mouse, rates in zip(shard.mice, measured["hit_rate"], strict=True):
            point = points[mouse.point]
            # With 2, 8 and 32 neurons the hit rate is up from day 2, 4 and 8 on.
            first = round(1 + (point["bci_cells"] / 2) ** 0.7) if "bci_cells" in point else 4
            top = late_hit_rate(point, design.conditions[mouse.condition].name)
            rates[:] = np.where(np.arange(1, days + 1) < first, 0.5, top) + generator.normal(0, SPREAD, days)
        places = [(mouse.point, mouse.condition, mouse.replicate) for mouse in shard.mice]
        measured["failure"] = np.array(["day 2: NaN" if place in failed else "" for place in places], "<U200")
        save_shard(folder, shard.index, measured)
    about = {"design": json.dumps(design.model_dump())}
    description = {"design": design.model_dump(), "batch": 1, "versions": {}}
    description["store_sha256"] = write_sweep(out, design, shards, folder, about)
    (out / "sweep.json").write_text(json.dumps(description))
    return out


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """One finished sweep of each kind, by name."""
    folder, both = tmp_path_factory.mktemp("sweeps"), ["control", "no_teaching"]
    kinds = {
        "one": {"axes": AXES["one"], "replicates": 4, "conditions": both},
        "two": {"axes": AXES["two"], "replicates": 2, "conditions": both, "failed": [(3, 0, 0), (3, 0, 1), (0, 1, 1)]},
        "sobol": {"design": "sobol", "points": 64, "axes": DRAWN, "failed": [(5, 0, 0)]},
        "saltelli": {"design": "saltelli", "points": 8, "axes": DRAWN, "conditions": both},
        "sizes": {"design": "list", "axes": AXES["sizes"], "replicates": 4, "conditions": both},
        "sparse": {"axes": {"g_gaba": ["1 nS"]}, "days": 1, "failed": [(0, 0, 0)]},
        "cube": {"axes": AXES["two"] | {"error_gain": [0.0, 1.0]}, "replicates": 3},
    }
    return {kind: write(folder / kind, **tables) for kind, tables in kinds.items()}


@pytest.fixture
def sweep_of(stored, tmp_path):
    """A copy of a stored sweep."""
    return lambda kind: shutil.copytree(stored[kind], tmp_path / kind)


@pytest.fixture
def undrawn(monkeypatch):
    """`plot_sweep` without drawing: the names of its figures, and the numbers it writes."""
    drawn = []
    monkeypatch.setattr(sweep_figures, "save", lambda out, figures: drawn.extend(figures) or out / "figures")

    def call(out, *measure):
        drawn.clear()
        plot_sweep(out, *measure)
        return set(drawn), json.loads((out / "plot_sweep.json").read_text())

    return call


MANY = {"by_parameter_hit_rate", "parallel_coordinates_hit_rate", "indices_hit_rate", "where_learning_holds"}


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("one", {"curves_hit_rate"}),
        ("two", {"heat_maps_hit_rate"}),
        ("sizes", {"curves_hit_rate", "sessions_to_criterion"}),
        ("sobol", MANY),
        ("saltelli", MANY),
        ("cube", MANY),
        ("sparse", {"curves_hit_rate"}),
    ],
)
def test_the_design_chooses_the_figures(undrawn, sweep_of, kind, names):
    assert undrawn(sweep_of(kind))[0] == names | {"learning_curves"}


def test_figures_of_another_measure_have_its_name(undrawn, sweep_of):
    names, numbers = undrawn(sweep_of("two"), "event_rate:P+")
    assert names == {"learning_curves", "heat_maps_event_rate_P+"}
    assert numbers["measure"] == "event_rate:P+"
    assert numbers["conditions"]["control"]["late_mean"] == pytest.approx(3, abs=0.05)


def test_numbers_of_learning_and_failures(undrawn, sweep_of):
    _, numbers = undrawn(sweep_of("two"))
    assert (numbers["points"], numbers["mice"], numbers["failed"]) == (6, 24, {"day 2: NaN": 3})
    assert numbers["late_days"] == [9, 10, 11, 12, 13, 14]
    control, silent = (numbers["conditions"][name] for name in ("control", "no_teaching"))
    # Of three points with 4 nS one failed; a gain of 0.1 with 1 nS is no more than the bar for two mice.
    assert control["points_without_value"] == 1
    assert control["points_that_learn"] >= 2
    assert control["share_that_learns"] == control["points_that_learn"] / 6
    assert control["mice_that_reach_the_criterion"] == 4
    assert (silent["points_that_learn"], silent["points_without_value"]) == (0, 0)


def test_numbers_of_indices_and_the_plane_of_the_figure(undrawn, sweep_of):
    _, numbers = undrawn(sweep_of("saltelli"))
    table = numbers["conditions"]["control"]["indices"]["table"]
    values = {(row["axis"], row["index"]): row["value"] for row in table}
    assert len(values) == 6
    assert values["error_gain", "total"] == pytest.approx(1, abs=0.3)
    assert values["eta", "total"] < 0.1
    assert numbers["conditions"]["control"]["indices"]["points"] == 40
    assert numbers["plane"][0] == "error_gain"


def test_numbers_of_scaling(undrawn, sweep_of):
    _, numbers = undrawn(sweep_of("sizes"))
    found = numbers["conditions"]["control"]["scaling_exponent"]
    assert found["value"] == pytest.approx(np.log(8 / 2) / np.log(16), abs=0.1)
    assert found["low"] - 1e-9 <= found["value"] <= found["high"] + 1e-9
    assert (found["mice"], found["censored"]) == (12, 0)
    assert numbers["conditions"]["control"]["mice_that_reach_the_criterion"] == 12
    assert numbers["conditions"]["control"]["mice_at_the_criterion_in_session_1"] == 0
    silent = numbers["conditions"]["no_teaching"]["scaling_exponent"]
    assert silent["value"] is None
    assert silent["reason"] == "none of 12 mice reached the criterion"


def test_the_command_saves_figures_and_numbers(apical, sweep_of):
    out = sweep_of("sparse")
    code, _, errors = apical("plot-sweep", out)
    assert (code, errors) == (0, "")
    names = {path.name for path in (out / "figures").iterdir()}
    assert names == {f"{name}.{kind}" for name in ("curves_hit_rate", "learning_curves") for kind in ("png", "svg")}
    for path in (out / "figures").glob("*.svg"):
        assert ElementTree.parse(path).getroot().tag.endswith("svg")
    numbers = json.loads((out / "plot_sweep.json").read_text())
    assert numbers["conditions"]["control"]["late_mean"] is None
    assert not list(out.glob("*.partial"))


def test_help_teaches(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["apical", "plot-sweep", "--help"])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    words = capsys.readouterr().out
    for word in ("--measure", "event_rate:P+", "heat map", "saltelli", "Example: apical plot-sweep", "plot_sweep.json"):
        assert word in words


def unfinished(out):
    description = json.loads((out / "sweep.json").read_text())
    del description["store_sha256"]
    (out / "sweep.json").write_text(json.dumps(description))


def damaged(out):
    path = next(path for path in (out / "sweep.zarr" / "hit_rate" / "c").rglob("*") if path.is_file())
    path.write_bytes(path.read_bytes()[:-1])


def foreign(out):
    (out / "sweep.json").unlink()


@pytest.mark.parametrize(
    ("spoil", "arguments", "message"),
    [
        (unfinished, (), "is unfinished; go on with: apical sweep --resume"),
        (damaged, (), "is damaged: its checksum differs"),
        (foreign, (), "holds no sweep"),
        (shutil.rmtree, (), "holds no sweep"),
        (lambda out: (out / "figures").write_text(""), (), "cannot write"),
        (lambda out: None, ("--measure", "latancy"), "unknown measure 'latancy'; did you mean latency?"),
    ],
)
def test_errors_are_one_line_and_leave_nothing(apical, sweep_of, spoil, arguments, message):
    out = sweep_of("sparse")
    spoil(out)
    code, _, errors = apical("plot-sweep", out, *arguments)
    assert code == 1
    assert message in errors
    assert len(errors.splitlines()) == 1
    assert not (out / "plot_sweep.json").exists()
    assert not (out / "figures").is_dir()
