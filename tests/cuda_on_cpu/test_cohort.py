"""The CUDA program of the cohort, executed on the CPU, against the C++ program, in any order of threads."""

import numpy as np
import pytest

from apical.equations import task
from apical.models.cells import CELLS
from apical.networks.circuits.circuit import Structure
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.program import CompiledProgram, generate_sources
from apical.networks.devices.target import Target
from apical.networks.sweep.design import Design
from apical.networks.sweep.shards import cut
from apical.networks.training.cohort import Cohort
from apical.networks.training.config import Config
from apical.networks.training.day import Training

ORDERS = ("forward", "reversed", "shuffled")
MANY = dict(mice=13, cells=80)  # 1040 pyramidal cells
FEW = dict(mice=4, cells=21)
DURATION = 0.4

#: Without noise: all inputs fire at each step, weakly, and the cells differ by their weights.
DETERMINISTIC = {
    "sigma_soma": "0 pA",
    "sigma_apical": "0 pA",
    "sigma_ndnf": "0 mV",
    "i_bias_ndnf": "200 pA",
    "rate_active": "10000 Hz",
    "rate_silent": "10000 Hz",
    "w_max": "3 pA",
    "modulation": 0.0,
    "photons": 1e12,
}


@pytest.fixture(scope="module")
def cuda_on_cpu(execute, tmp_path_factory):
    """Build a cohort's CUDA program for the CPU: (configuration of the cohort, options of `build`) to its program."""
    built = {}

    def make(mice, cells, precision="double", name="plain", varied=frozenset(), pyramidal="naud_sprekeler", **options):
        key = mice, cells, precision, name, varied, pyramidal
        if key not in built:
            target = Target("cuda_standalone", precision, arch=("sm_90",))
            structure = Structure(mice=mice, cells=cells, pyramidal=CELLS[pyramidal], varied=varied)
            folder = tmp_path_factory.mktemp("cuda")
            (folder / "sources").mkdir()
            generate_sources(Blueprint(structure, target), folder / "sources")
            program = CompiledProgram.__new__(CompiledProgram)
            program.blueprint = Blueprint(structure, Target(precision=precision))  # needs no GPU
            program.folder = execute.build(folder / "sources", folder / "program", **options).parent
            built[key] = program
        return built[key]

    return make


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run part of a session: (program or None for C++, parameters, order of threads, cohort) to results."""

    def make(program=None, parameters=DETERMINISTIC, order="forward", precision="double", **cohort):
        monkeypatch.setenv("APICAL_THREAD_ORDER", order)
        training = Training(Cohort(Config(**cohort, threads=1, precision=precision, parameters=parameters)))
        if program is not None:
            training.cohort.program = program
        return training.excerpt(DURATION, tmp_path / f"{program is None}-{order}")

    return make


def spike_set(results) -> set[tuple[int, int, int]]:
    """Mouse, cell and step of each spike."""
    per_mouse, cell, step = results.events("spikes")
    return set(zip(np.repeat(np.arange(per_mouse.size), per_mouse).tolist(), cell.tolist(), step.tolist(), strict=True))


@pytest.mark.parametrize("drive", ["deterministic", "noise"])
def test_spikes_and_weights_are_those_of_the_cpp_program_in_any_order_of_threads(drive, run, cuda_on_cpu, differences):
    parameters = DETERMINISTIC if drive == "deterministic" else {}
    expected = run(parameters=parameters, **MANY)
    assert expected.events("spikes")[0].sum() > 500
    assert (np.ptp(expected.parts[0]["feed_forward.w"].reshape(13, -1), axis=1) > 0).all()
    for order in ORDERS:
        assert differences(expected, run(cuda_on_cpu(**MANY), parameters, order, **MANY)) == []


def test_a_constant_off_by_one_part_in_a_thousand_shows(run, cuda_on_cpu, differences):
    def off(name, text):
        return text.replace("p = p * r + 0.5;", "p = p * r + 0.4995;") if name == "noise.h" else text

    expected = run(**FEW)
    assert differences(expected, run(cuda_on_cpu(**FEW), **FEW)) == []
    wrong = run(cuda_on_cpu(**FEW, name="constant", edit=off), **FEW)
    assert {"pyramidal.v_apical", "feed_forward.w"} < set(differences(expected, wrong))


def test_single_precision_fires_nearly_the_same_spikes(run, cuda_on_cpu, differences):
    # Brian2's C++ computes what contains dt in double, brian2cuda in single: no bits to compare.
    double = spike_set(run(parameters={}, **FEW))
    first = run(cuda_on_cpu(**FEW, precision="single"), {}, "forward", precision="single", **FEW)
    assert first.parts[0]["pyramidal.v_soma"].dtype == np.float32
    assert (
        differences(first, run(cuda_on_cpu(**FEW, precision="single"), {}, "shuffled", precision="single", **FEW)) == []
    )
    for single in (first, run(parameters={}, precision="single", **FEW)):
        spikes = spike_set(single)
        assert len(spikes ^ double) < 0.05 * len(double), "of the spikes, those that moved in 0.4 s"


def test_conductance_cells_fire_nearly_the_same_spikes(run, cuda_on_cpu, differences):
    # C++ interpolates the gates in tables, CUDA evaluates their formulas: no bits to compare.
    cells = dict(mice=2, cells=13, pyramidal="conductance")
    expected = spike_set(run(parameters={}, **cells))
    first = run(cuda_on_cpu(**cells), {}, "forward", **cells)
    assert differences(first, run(cuda_on_cpu(**cells), {}, "shuffled", **cells)) == []
    assert len(expected) > 20
    near = {(mouse, cell, step + k) for mouse, cell, step in spike_set(first) for k in range(-5, 6)}
    assert len(expected - near) < 0.05 * len(expected), "of the spikes, those that moved by more than 0.5 ms in 0.4 s"
    assert len(spike_set(first)) == pytest.approx(len(expected), rel=0.05)


def test_the_batch_of_a_sweep_fires_the_spikes_of_the_cpp_program(cuda_on_cpu, tmp_path, differences):
    sweep = Design(
        axes={"eta": ["0.1 pA", "0.4 pA"], "sigma_soma": ["100 pA", "400 pA"]},
        conditions=["control", "somatic_teaching"],
        run={"protocol": "short", "cells": 21},
    )
    (shard,) = cut(sweep, 8)
    results = []
    for program in (None, cuda_on_cpu(mice=8, cells=21, varied=frozenset(sweep.axes))):
        training = shard.training()
        training.cohort.program = program or training.cohort.program
        results.append(training.excerpt(DURATION, tmp_path / str(program is None)))
    assert differences(*results) == []
    spikes = results[0].events("spikes")[0]
    assert spikes.min() > 0 and np.unique(spikes).size > 1, "the points differ"


def test_the_program_makes_no_memory_error(run, cuda_on_cpu):
    # The program's stderr, where the sanitizers write, is an error of the run.
    program = cuda_on_cpu(**FEW, name="sanitized", sanitize=True)
    for order in ORDERS:
        assert run(program, {}, order, **FEW).events("spikes")[0].sum() > 0


def test_a_session_in_closed_loop_has_the_trials_of_the_cpp_program(cuda_on_cpu, tmp_path, monkeypatch):
    monkeypatch.setenv("APICAL_THREAD_ORDER", "shuffled")
    records = []
    for program in (None, cuda_on_cpu(**FEW)):
        training = Training(Cohort(Config(**FEW, threads=1, protocol="short", feedback="aligned")))
        training.cohort.program = program or training.cohort.program
        records.append(training.day(1, training.first_state(), tmp_path / str(program is None))[0])
    expected, cuda = records
    hits = (expected["phase"] == task.FREEZE).any(axis=1)
    assert hits.all(), "each mouse should hit"
    for name, value in expected.items():
        np.testing.assert_array_equal(value, cuda[name], err_msg=name)
