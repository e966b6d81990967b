"""The cells in somebody's own Brian2 script, compiled with Brian2's own flags."""

import ast
import subprocess
import sys

import numpy as np
import pytest

#: The conductance-based cell, 0.6 nA into the soma from 50 to 350 ms; prints the times of its spikes in ms.
SCRIPT = """
import sys
from brian2 import *
if sys.argv[1] == "cpp_standalone":
    set_device("cpp_standalone", directory=sys.argv[2])
else:
    prefs.codegen.target = sys.argv[1]
from apical.equations import ndnf
from apical.equations.parameters import declarations
from apical.models.cells import CELLS

cell = CELLS["conductance"]
table = cell.parameters | ndnf.DENDRITE_PARAMETERS
currents = "i_soma = 0.6*nA*int(t >= 50*ms)*int(t < 350*ms) : amp\\ni_apical : amp\\n"
group = NeuronGroup(
    1, cell.equations + ndnf.DENDRITE + currents + declarations(table), method=cell.method, threshold=cell.spike,
    reset=cell.reset, namespace=cell.functions, dt=cell.dt*ms,
)
for name, parameter in table.items():
    setattr(group, name, parameter.value)
for name, value in cell.resting({n: float(p.value) for n, p in cell.parameters.items()}, 1).items():
    group.variables[name].set_value(value)
group.last_spike = -10000
spikes = SpikeMonitor(group)
run(400*ms)
print(list(map(float, spikes.t/ms)))
"""

#: The elementary functions through Cython, as Brian2's runtime compiles them.
FUNCTIONS = """
from brian2 import *
import sys
prefs.codegen.target = "cython"
prefs.codegen.runtime.cython.cache_dir = sys.argv[1]
from apical.equations import noise
x = linspace(-30, 30, 1001)
group = NeuronGroup(len(x), "x : 1\\ny : 1\\nz : 1\\ngridded : 1", namespace=noise.FUNCTIONS)
group.x = x
group.run_regularly("y = sigmoid(x)\\nz = plain_exp(x)\\ngridded = on_grid(x, 32)")
run(defaultclock.dt)
wanted = noise.sigmoid(x), noise.plain_exp(x), noise.on_grid(x, 32)
found = group.y[:], group.z[:], group.gridded[:]
print([float(nanmax(abs(f/w - 1))) for f, w in zip(found, wanted)])
"""


def printed(script, *arguments):
    done = subprocess.run([sys.executable, "-c", script, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return ast.literal_eval(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_a_cell_fires_alike_whatever_compiles_it(tmp_path):
    interpreted, compiled = (printed(SCRIPT, target, tmp_path) for target in ("numpy", "cpp_standalone"))
    assert len(interpreted) == 5
    # To the step of 0.1 ms: -ffast-math sums in another order.
    np.testing.assert_allclose(compiled, interpreted, atol=0.101)


@pytest.mark.slow
def test_functions_are_right_in_cython_with_the_flags_of_brian2(tmp_path):
    assert max(printed(FUNCTIONS, tmp_path)) < 3e-14
