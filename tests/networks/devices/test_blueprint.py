"""A program is found again for the same network and target, in each process, and made anew for another content."""

import subprocess
import sys
from dataclasses import dataclass, replace

import pytest
from brian2 import Unit

from apical.equations.parameters import Parameter
from apical.models.cells import CELLS, NAUD_SPREKELER
from apical.models.rules import BURST_DEPENDENT
from apical.models.teachers import MIXTURE
from apical.networks.circuits.circuit import Structure
from apical.networks.circuits.cortex.task import TaskCortex
from apical.networks.circuits.recurrent import Recurrent
from apical.networks.circuits.single_cells import SingleCells
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.program import _key
from apical.networks.devices.target import Target

STRUCTURES = [Structure(mice=2), TaskCortex(0.02), Recurrent(100, 10.0), SingleCells(NAUD_SPREKELER)]


@dataclass(frozen=True)
class Mine(Structure):
    weight: float = 1.0

    @property
    def dt(self):
        return 0.1e-3


def key(structure, target=None):
    return _key(Blueprint(structure, target or Target()), b"compiler")


@pytest.mark.parametrize("structure", [*STRUCTURES, Mine()], ids=lambda s: type(s).__name__)
def test_a_blueprint_survives_being_saved(structure, tmp_path):
    made = Blueprint(structure, Target(precision="single"))
    made.save(tmp_path)
    read = Blueprint.load(tmp_path)
    assert read.digest == made.digest and read.target == made.target
    assert read.difference(made) is None and read.difference(Blueprint(structure)) == ("precision", "single", "double")


def test_units_of_functions_survive_being_saved(tmp_path):
    cell = replace(CELLS["conductance"], name="mine")
    Blueprint(SingleCells(cell)).save(tmp_path)
    functions = Blueprint.load(tmp_path).structure.cell.functions
    units = {name: f._return_unit for name, f in cell.functions.items() if isinstance(f._return_unit, Unit)}
    assert len(units) > 5
    for name, unit in units.items():
        assert type(functions[name]._return_unit) is Unit and functions[name]._return_unit == unit


def test_a_changed_part_of_the_same_name_is_another_program():
    cell = replace(NAUD_SPREKELER, name="mine")
    changed = replace(cell, equations=cell.equations.replace("b_soma*w_soma", "2*b_soma*w_soma"))
    assert key(Structure(pyramidal=cell)) == key(Structure(pyramidal=replace(cell)))
    parts = {
        "pyramidal": changed,
        "teacher": replace(MIXTURE, frame=MIXTURE.frame + "teaching *= 2"),
        "rule": replace(BURST_DEPENDENT, on_post=BURST_DEPENDENT.on_post.replace("w_max", "2*w_max")),
    }
    keys = {key(Structure(pyramidal=cell)), *(key(Structure(**{name: part})) for name, part in parts.items())}
    assert len(keys) == 4
    name, made, asked = Blueprint(Structure(pyramidal=cell)).difference(Blueprint(Structure(pyramidal=changed)))
    assert name == "pyramidal" and made != asked and made.startswith("mine (") and asked.startswith("mine (")


def test_the_code_of_a_network_of_ones_own_counts():
    @dataclass(frozen=True)
    class Mine(Structure):
        weight: float = 1.0

        @property
        def dt(self):
            return 0.2e-3

    again, here = globals()["Mine"], Mine
    assert key(again()) != key(here()) and key(again()) != key(again(weight=2.0))
    assert Blueprint(again()).difference(Blueprint(here()))[0] == "kind"


def test_values_of_parameters_are_those_of_a_run():
    table = NAUD_SPREKELER.parameters
    tuned = NAUD_SPREKELER.changed({"b_soma": 2 * table["b_soma"].value})
    assert key(SingleCells(tuned)) == key(SingleCells(replace(NAUD_SPREKELER)))
    more = replace(NAUD_SPREKELER, parameters=table | {"new": Parameter(1.0, "more", "model")})
    assert key(SingleCells(more)) != key(SingleCells(tuned))


@pytest.mark.slow
def test_another_process_finds_the_program_of_the_same_file(tmp_path):
    (tmp_path / "mine.py").write_text(
        "from dataclasses import replace\nfrom apical import CELLS\n"
        "def rest(values):\n    return {name: values['e_leak'] for name in {'v_soma', 'v_apical'}}\n"
        "mine = replace(CELLS['naud_sprekeler'], name='mine', rest=rest)\n"
    )
    code = (
        "from apical.models.cells import CELLS\nfrom apical.networks.circuits.circuit import Structure\n"
        "from apical.networks.devices.blueprint import Blueprint\nfrom apical.networks.devices.program import _key\n"
        "print(_key(Blueprint(Structure(pyramidal=CELLS.find('mine.py:mine'))), b'compiler'))\n"
    )
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    run = lambda seed: subprocess.run(  # noqa: E731
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env=environment | {"PYTHONHASHSEED": seed},
    ).stdout.strip()
    assert run("1") == run("2") == key(Structure(pyramidal=CELLS.find(f"{tmp_path}/mine.py:mine")))
