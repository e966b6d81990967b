"""Components are chosen by name, from a file or as themselves, know their content, and travel to other processes."""

import pickle
import subprocess
import sys
from dataclasses import replace

import pytest
from brian2 import Function, ms, mV, pA

from apical.equations.parameters import Parameter
from apical.models.cells import CELLS, Cell, conductance_cell
from apical.models.content import digest
from apical.models.rules import BURST_DEPENDENT
from apical.models.teachers import MIXTURE, TEACHERS, Teacher
from apical.networks.training.conditions import CONDITIONS, Condition

NAUD_SPREKELER = CELLS["naud_sprekeler"]

#: A user's file, with a helper that its function calls.
MINE = """
from dataclasses import replace
from apical import CELLS

OFFSET = {offset}

def potential(values):
    return values["e_leak"] + OFFSET

def rest(values):
    return {{"v_soma": potential(values), "v_apical": values["e_leak"], "v_threshold": values["v_threshold_rest"]}}

mine = replace(CELLS["naud_sprekeler"], name="mine", rest=rest)
"""


@pytest.fixture
def mine(tmp_path):
    """A cell in a file: (offset of its rest in V, name of the file) to the cell."""

    def make(offset=0.0, stem="mine"):
        path = tmp_path / f"{stem}.py"
        path.write_text(MINE.format(offset=offset))
        return CELLS.find(f"{path}:mine")

    return make


def test_own_components_are_found_by_name_and_travel_by_it():
    for registry in (CELLS, TEACHERS, CONDITIONS):
        for name, component in registry.items():
            assert registry.find(name) is component is registry.find(component) and component.own
            data = pickle.dumps(component)
            assert pickle.loads(data) is component and len(data) < 200


@pytest.mark.parametrize(
    "change",
    [
        {"equations": NAUD_SPREKELER.equations.replace("i_soma)", "2*i_soma)")},
        {"parameters": NAUD_SPREKELER.changed({"b_soma": -100 * pA}).parameters},
        {"reset": NAUD_SPREKELER.reset + "v_soma += 1*mV"},
        {"rest": lambda values: {"v_soma": values["e_leak"]}},
        {"functions": NAUD_SPREKELER.functions | {"f": Function(lambda x: 2 * x, arg_units=[1], return_unit=1)}},
        {"dt": 0.05},
        {"compartments": {"soma": "v_soma"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_change_makes_another_component(change):
    same = replace(NAUD_SPREKELER)
    other = replace(NAUD_SPREKELER, **change)
    assert same.digest == replace(NAUD_SPREKELER).digest != other.digest
    assert same == replace(same) != other and not other.own and other.label.startswith("naud_sprekeler (")


def test_words_do_not_count():
    assert replace(NAUD_SPREKELER, meaning="so to speak") == replace(NAUD_SPREKELER)
    one, other = (Parameter(1 * ms, text, text) for text in ("a", "b"))
    assert digest(one) == digest(other) != digest(replace(one, value=2 * ms))


def test_what_a_function_calls_and_closes_over_counts(mine):
    assert mine(0.0) == mine(0.0, "elsewhere") != mine(1e-3)
    assert conductance_cell(2) == conductance_cell(2) != conductance_cell(3)
    make = lambda x: Condition("c", "c", teaching=lambda weights, generators: weights * x)  # noqa: E731
    assert make(2) == make(2) != make(3)


def test_values_of_parameters_do_not_decide_over_a_program_but_their_units_do():
    compiled = lambda cell: digest(cell, compiled=True)  # noqa: E731
    table = NAUD_SPREKELER.parameters
    assert compiled(NAUD_SPREKELER.changed({"b_soma": -1 * pA})) == compiled(replace(NAUD_SPREKELER))
    other = replace(NAUD_SPREKELER, parameters=table | {"b_soma": replace(table["b_soma"], value=-1 * mV)})
    assert compiled(other) != compiled(replace(NAUD_SPREKELER))


@pytest.mark.slow
@pytest.mark.parametrize("which", ["of a file", "of apical's parts", "condition"])
def test_a_component_is_the_same_in_a_process_that_has_no_file_of_it(which, mine, tmp_path):
    if which == "condition":
        component = Condition("c", "c", teaching=lambda weights, generators: weights * digest_free)
    else:
        component = mine(5e-3) if which == "of a file" else replace(conductance_cell(2), name="two_tufts")
    (tmp_path / "pickled").write_bytes(pickle.dumps(component))
    code = "import pickle; c = pickle.load(open('pickled', 'rb')); print(c, c.digest, c.own);"
    if which == "of a file":
        (tmp_path / "mine.py").unlink()
        code += "print(c.rest({'e_leak': -0.07, 'v_threshold_rest': -0.05})['v_soma'])"
    environment = {"PYTHONPATH": ":".join(p for p in sys.path if p and not p.startswith(str(tmp_path)))}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    expected = [str(component), component.digest, "False"] + ["-0.065"] * (which == "of a file")
    assert done.stdout.split() == expected


digest_free = 0.5


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ("naud_sprekler", r"unknown cell 'naud_sprekler'; did you mean naud_sprekeler\? known: naud_sprekeler, cond"),
        (3, "a cell is given by its name, as FILE.py:NAME or as an object; got 3"),
        (MIXTURE, "a cell is given by its name"),
        ("{}/none.py:mine", "cannot read .*none.py: No such file"),
        ("{}/mine.py:min", r"mine.py has no 'min'; did you mean mine\?"),
        ("{}/mine.py:OFFSET", "mine.py:OFFSET is no cell but of type float"),
        ("{}/broken.py:mine", "broken.py ends with ZeroDivisionError: division by zero"),
        ("{}/notes.txt:mine", "notes.txt ends with ValueError: it is no Python file"),
    ],
)
def test_what_is_no_component_is_refused_in_one_line(chosen, message, mine, tmp_path):
    mine()
    (tmp_path / "broken.py").write_text("1/0\n")
    (tmp_path / "notes.txt").write_text("dear")
    with pytest.raises(ValueError, match=message) as caught:
        CELLS.find(chosen.format(tmp_path) if isinstance(chosen, str) else chosen)
    assert "\n" not in str(caught.value)


def test_a_registered_component_is_found_by_its_name(mine):
    cell = mine()
    CELLS["registered"] = cell
    try:
        assert CELLS.find("registered") is cell and not cell.own
    finally:
        del CELLS["registered"]


def test_fields_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="a name is one word"):
        Teacher("my teacher", "m", "teaching : 1", "")
    with pytest.raises(ValueError, match="compartment is apical or soma, not 'axon'"):
        Condition("c", "m", compartment="axon")
    with pytest.raises(ValueError, match="'etta' is none of its parameters"):
        replace(BURST_DEPENDENT, rates=("etta",))
    assert isinstance(CELLS.find("conductance"), Cell)
