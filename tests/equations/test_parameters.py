from collections import Counter

import numpy as np
import pytest
from brian2 import Equations, Hz, amp, get_dimensions, ms, mV, nS, pA, second
from brian2.units.allunits import all_units

from apical.equations.parameters import Parameter, check, declarations, quantity
from apical.models.cells import CELLS
from apical.models.rules import BURST_DEPENDENT
from apical.models.teachers import MIXTURE
from apical.networks.circuits.circuit import Structure

TABLE = {
    "i_bias": Parameter(100 * pA, "drive", "model", low=-1000 * pA, high=1000 * pA),
    "tau": Parameter(20 * ms, "time constant", "model", low=1 * ms),
    "fraction": Parameter(0.1, "share", "model", low=0.0, high=1.0),
    "rate": Parameter(8 * Hz, "rate", "model"),
}


def tables(cell):
    """Parameters of the circuit with cells of this name, by group."""
    return Structure.tables(CELLS[cell], MIXTURE, BURST_DEPENDENT)


EVERY = {(cell, name): (p, table) for cell in CELLS for table in tables(cell).values() for name, p in table.items()}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("250 pA", 250e-12 * amp),
        ("  -1.5e2   mV ", -150 * mV),
        ("2 nS", 2 * nS),
        ("20 ms", 0.02 * second),
        ("0.3", 0.3),
        (4, 4.0),
        (0.25, 0.25),
    ],
)
def test_quantities_are_read_with_their_unit(text, value):
    read = quantity(text)
    assert get_dimensions(read) == get_dimensions(value)
    # A decimal number and a power of ten: two roundings.
    np.testing.assert_allclose(np.asarray(read), np.asarray(value), rtol=4e-16)


@pytest.mark.parametrize("text", ["", "pA", "ten pA", "250p", "1,5 mV"])
def test_text_that_is_no_quantity_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="write it like '250 pA'"):
        quantity(text)


@pytest.mark.parametrize("text", ["1 parsec", "3 pamp", "3 pa", "2 p A"])
def test_unknown_units_are_refused(text):
    with pytest.raises(ValueError, match="unknown unit"):
        quantity(text)


def test_values_in_range_are_returned_in_si_units_ends_included():
    assert check("i_bias", 250 * pA, TABLE) == pytest.approx(250e-12, rel=1e-15)
    assert check("i_bias", -1000 * pA, TABLE) == pytest.approx(-1e-9, rel=1e-15)
    assert check("fraction", 1.0, TABLE) == 1
    assert check("rate", -1e6 * Hz, TABLE) == -1e6
    np.testing.assert_allclose(check("tau", [1, 20] * ms, TABLE), [1e-3, 20e-3], rtol=1e-15)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("i_bais", 1 * pA, "unknown parameter 'i_bais'; did you mean 'i_bias'"),
        ("fractoin", 0.5, "did you mean 'fraction'"),
        ("i_bias", 3 * mV, "i_bias is a quantity in amp"),
        ("i_bias", 3.0, "i_bias is a quantity in amp"),
        ("fraction", 3 * mV, "fraction is a quantity in 1"),
        ("i_bias", 1001 * pA, "must lie between"),
        ("i_bias", -1001 * pA, "must lie between"),
        ("tau", 0.9 * ms, "must lie between"),
        ("tau", [20, 0.9] * ms, "must lie between"),
        ("fraction", float("nan"), "must lie between"),
        ("rate", float("nan") * Hz, "must lie between"),
        ("rate", float("inf") * Hz, "must lie between"),
    ],
)
def test_wrong_values_are_refused_with_the_mend(name, value, message):
    with pytest.raises(ValueError, match=message):
        check(name, value, TABLE)


def test_a_name_like_no_other_gets_no_suggestion():
    with pytest.raises(ValueError) as caught:
        check("zzz", 1.0, TABLE)
    assert "did you mean" not in str(caught.value)


def test_varied_parameters_are_arrays_and_the_others_shared():
    equations = Equations(declarations(TABLE, frozenset({"tau"})))
    assert equations.names == set(TABLE)
    for name, parameter in TABLE.items():
        single = equations[name]
        assert single.dim == get_dimensions(parameter.value)
        assert set(single.flags) == ({"constant"} if name == "tau" else {"shared", "constant"})


@pytest.mark.parametrize(("cell", "name"), EVERY)
def test_each_parameter_is_documented_and_its_default_admitted(cell, name):
    parameter, table = EVERY[cell, name]
    for text in (parameter.meaning, parameter.source):
        assert text.strip() and "\n" not in text
    assert check(name, parameter.value, table) == np.asarray(parameter.value)
    assert name.isidentifier() and name == name.lower()  # Brian2CUDA passes over names with capitals


@pytest.mark.parametrize("cell", CELLS)
def test_names_are_unique_over_the_groups(cell):
    repeated = [name for name, count in Counter(name for t in tables(cell).values() for name in t).items() if count > 1]
    assert not repeated


def test_no_parameter_is_named_like_a_unit():
    assert not {name for _, name in EVERY} & {str(unit) for unit in all_units}


@pytest.mark.parametrize("cell", CELLS)
def test_declared_tables_are_valid_equations(cell):
    for table in tables(cell).values():
        assert Equations(declarations(table)).names == set(table)
