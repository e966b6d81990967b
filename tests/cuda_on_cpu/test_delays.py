"""Delays that differ in a CUDA program, executed on the CPU against Brian2's runtime device."""

import subprocess
import sys

import numpy as np
import pytest

pytestmark = pytest.mark.slow

#: 50 cells with delays of 1 to 30 steps: writes the CUDA program, or what it should compute.
SCRIPT = """
import sys
import numpy as np
from brian2 import *
from apical.networks.devices.cuda.preferences import configure
from apical.networks.devices.target import Target

prefs.codegen.target = "numpy"
folder = sys.argv[1]
if folder != "runtime":
    configure(Target("cuda_standalone", arch=("sm_90",)))
    set_device("cuda_standalone", build_on_run=False, directory=folder)
cells = NeuronGroup(50, "dv/dt = (2 - v)/(10*ms) : 1\\nlast : 1", threshold="v > 1", reset="v = 0", method="euler",
                    name="cells", dt=0.1*ms)
cells.v = "0.5*int(i % 2)"
synapses = Synapses(cells, cells, "w : 1", on_pre="v_post += w\\nw += 1/1024", name="synapses", dt=0.1*ms)
i, j = np.divmod(np.arange(50*50), 50)
synapses.connect(i=i, j=j)
synapses.w = 1/4096
synapses.delay = (1 + (7*i + 3*j) % 30)*0.1*ms
network = Network(cells, synapses)
network.run(30*ms)
if folder == "runtime":
    np.save(sys.argv[2], [*cells.v, *synapses.w])
else:
    device.build(directory=folder, compile=False, run=False, with_output=False)
    for variable in (cells.variables["v"], synapses.variables["w"]):
        print(device.get_array_filename(variable))
"""


def python(*arguments):
    """What a script prints: (script, its arguments)."""
    return subprocess.run([sys.executable, "-c", *arguments], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Folder of the generated program, the files of v and w, and their values by the runtime device."""
    folder = tmp_path_factory.mktemp("delays")
    (folder / "sources").mkdir()

    files = python(SCRIPT, folder / "sources").split()[-2:]
    python(SCRIPT, "runtime", folder / "expected.npy")
    return folder, files, np.load(folder / "expected.npy")


@pytest.fixture(scope="module")
def executed(execute, network):
    """Results of an order of threads: (name of the program, order, options of `build`) to v and w."""

    def make(name, order, **options):
        folder, files, _ = network
        program = folder / name / "main"
        if not program.exists():
            execute.build(folder / "sources", folder / name, **options)
        results = folder / f"{name}-{order}"
        results.mkdir()
        execute.run(program, "--results_dir", f"{results}/", order=order, check=True)
        return np.concatenate([np.fromfile(results / file) for file in files])

    return make


@pytest.mark.parametrize("order", ["forward", "reversed", "shuffled"])
def test_delays_that_differ_are_right_in_any_order_of_threads(order, executed, network):
    # Sums of synaptic effects depend on their order in the last digits.
    np.testing.assert_allclose(executed("whole", order), network[2], rtol=0, atol=1e-12)


def test_delays_longer_by_a_step_show(executed, network):
    def later(name, text):
        return text.replace("/ _ptr_array_cells_clock_dt[0] + 0.5", "/ _ptr_array_cells_clock_dt[0] + 1.5")

    assert not np.allclose(executed("late", "forward", edit=later), network[2], atol=1e-6)


def test_effects_whose_order_matters_do_not_compile(tmp_path):
    clipped = SCRIPT.replace("v_post += w", "v_post = clip(v_post + w, 0, 1)")
    assert clipped != SCRIPT
    python(clipped, tmp_path)
    effect = (tmp_path / "code_objects" / "synapses_pre_codeobject.cu").read_text()
    assert '#error "synapses: where delays differ, the order of synaptic effects must not matter"' in effect
