"""The CUDA program of the cortical network, executed on the CPU, against the C++ program, in any order of threads."""

import numpy as np
import pytest

from apical.networks.circuits.cortex.network import Cortex
from apical.networks.circuits.cortex.values import values
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.program import CompiledProgram, generate_sources
from apical.networks.devices.target import Target
from apical.networks.experiments.spontaneous.activity import events

pytestmark = pytest.mark.slow

ORDERS = ("forward", "reversed", "shuffled")
#: Seven neurogliaform cells, whose releases differ and add up in layer 1.
SMALL = Cortex(scale=0.03, in_degree=0.05)
SECONDS = 0.1
#: Not the seed of a program without values: synapses show whether values come before them.
SEED = 3


@pytest.fixture(scope="module")
def on_cpu(execute, tmp_path_factory):
    """The CUDA program, built for the CPU."""
    folder = tmp_path_factory.mktemp("cuda")
    (folder / "sources").mkdir()
    generate_sources(Blueprint(SMALL, Target("cuda_standalone", arch=("sm_90",))), folder / "sources")
    program = CompiledProgram.__new__(CompiledProgram)
    program.blueprint = Blueprint(SMALL)  # needs no GPU
    program.folder = execute.build(folder / "sources", folder / "program").parent
    return program


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run a program: (program, order of threads, other values) to results."""

    def go(program, order="forward", **changed):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("APICAL_THREAD_ORDER", order)
            given = values(SMALL, SEED, SECONDS, rates={"top_down": 20.0}) | _busy_layer_1() | changed
            return program.run(given, tmp_path_factory.mktemp("run"))

    return go


def _busy_layer_1() -> dict:
    """All neurogliaform cells fire together and often, and no two release the same."""
    count = SMALL.sizes["L1 NGF"]
    given = {"mean_i_input": 5e-10, "i_input": 5e-10, "kick_i_input": 0.0, "v": -0.06}
    return {f"neurogliaform.{name}": np.full(count, value) for name, value in given.items()} | {
        "volume_transmission.x": np.linspace(0.3, 1, count)
    }


@pytest.fixture(scope="module")
def expected(run):
    return run(CompiledProgram(Blueprint(SMALL)))


def different(one, other) -> set[str]:
    """Names of state variables that differ in any bit, ``spikes`` and ``plateaus``."""
    fixed = [n for n, entry in one.arrays.items() if entry["size"] and not n.split(".")[1].startswith("_")]
    fixed += [f"volume_transmission.{name}" for name in ("u", "x", "last_arrival")]
    found = {name for name in fixed if one[name].tobytes() != other[name].tobytes()}
    for kind in ("spikes", "plateaus"):
        a, b = (events(SMALL, results, plateaus=kind == "plateaus") for results in (one, other))
        if not (np.array_equal(a.time, b.time) and np.array_equal(a.neuron, b.neuron)):
            found.add(kind)
    return found


def test_the_reference_fires_in_all_groups_and_has_the_synapses_of_the_seed(expected):
    for group in SMALL.groups:
        assert expected[f"{group}_spikes.N"][0] > 0, group
    assert np.unique(expected["volume_transmission.x"]).size > 3, "releases differ"
    made = [expected[f"{c.name}.N"][0] for c in SMALL.connections]
    of_seed, of_default = ([c.sampler.pairs(seed)[0].size for c in SMALL.connections] for seed in (SEED, 1))
    assert made == of_seed != of_default


@pytest.mark.parametrize("order", ORDERS)
def test_spikes_and_state_are_those_of_the_cpp_program_in_any_order_of_threads(order, expected, on_cpu, run):
    assert different(expected, run(on_cpu, order)) == set()


def test_one_weight_of_the_other_sign_shows(expected, on_cpu, run):
    weight = values(SMALL, SEED, SECONDS)["pv_to_point.weight"]
    assert weight < 0
    found = different(expected, run(on_cpu, **{"pv_to_point.weight": -weight}))
    assert {"spikes", "point.v"} <= found
