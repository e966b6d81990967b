"""The NESTML twins hold the parameters of the Brian2 equations, and no others."""

import re
from pathlib import Path

import pytest
from brian2 import Quantity, ms, mV, nS, pA, pF

from apical import models
from apical.equations import ndnf, plasticity, pyramidal
from apical.equations.interneurons import neurogliaform, pv, som, synapses

FOLDER = Path(models.__path__[0]) / "nestml"
UNITS = {"mV": mV, "ms": ms, "pA": pA, "nS": nS, "pF": pF, "real": 1}
RECEPTORS = synapses.FAST_PARAMETERS | synapses.SLOW_PARAMETERS
TEACHING = {"i_teaching"}  # a current from outside, in NEST
TABLES = {
    "pyramidal_neuron": pyramidal.PARAMETERS | ndnf.DENDRITE_PARAMETERS | plasticity.PARAMETERS,
    "burst_dependent_synapse": plasticity.INPUT_PARAMETERS | plasticity.SYNAPSE_PARAMETERS,
    "ndnf_neuron": neurogliaform.PARAMETERS | RECEPTORS,
    "pv_neuron": pv.PARAMETERS | RECEPTORS,
    "som_neuron": som.PARAMETERS | RECEPTORS,
}
#: What only NEST needs, with its value: a link of the Brian2 network, and the delay of a connection.
OWN = {"pyramidal_neuron": {"closed_loop": 1.0}, "burst_dependent_synapse": {"delay": 1 * ms}}


def declared(name: str) -> dict[str, tuple[Quantity | float, str]]:
    """Name to value and comment of the parameters that a model declares."""
    text = (FOLDER / f"{name}.nestml").read_text()
    (block,) = re.findall(r"^    parameters:\n((?:        .*\n|\n)+)", text, re.MULTILINE)
    pattern = r"^ {8}(\w+) (\w+) = (\S+)(?: (\w+))? +# (.*)$"
    lines = [line for line in block.splitlines() if line.strip() and not line.strip().startswith("#")]
    matches = [re.match(pattern, line) for line in lines]
    assert all(matches), [line for line, match in zip(lines, matches, strict=True) if not match]
    for match in matches:
        assert match[2] == (match[4] or "real"), f"{match[1]} is declared in {match[2]} with a value in {match[4]}"
    return {match[1]: (float(match[3]) * UNITS[match[2]], match[5]) for match in matches}


@pytest.mark.parametrize("name", TABLES)
def test_a_twin_has_the_parameters_of_its_equations(name):
    found, table = declared(name), TABLES[name]
    assert found.keys() - OWN.get(name, {}).keys() == table.keys() - TEACHING
    for parameter, value in OWN.get(name, {}).items():
        assert found[parameter][0] == value
    for parameter in table.keys() - TEACHING:
        value, meaning = found[parameter]
        # Values are written with as many digits as the tables have; the unit scales them, which may cost the last bit.
        assert abs(value - table[parameter].value) <= 1e-12 * abs(table[parameter].value), parameter
        assert meaning == table[parameter].meaning


def test_each_model_is_compared():
    assert {path.stem for path in FOLDER.glob("*.nestml")} == TABLES.keys()
