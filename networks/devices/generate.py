"""Write the sources of a program; run as ``python -m apical.networks.devices.generate FOLDER`` with its blueprint.

A process of its own, so that the device and the preferences of the caller's session stay what they are.
"""

import json
import sys
import traceback
from pathlib import Path

import numpy as np
from brian2 import device, prefs, second, set_device

from apical.equations import noise
from apical.equations.conductance import gates
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.cpp.compiler import COMPILER_FLAGS
from apical.networks.devices.cpp.loops import vectorize
from apical.networks.devices.cpp.precompiled import precompile_headers
from apical.networks.devices.guards import check_network
from apical.networks.devices.lighten import lighten
from apical.networks.devices.patch import patched


def generate(blueprint: Blueprint, folder: Path) -> None:
    """Write the program into `folder`, with a table of its arrays in ``arrays.json``."""
    structure, target = blueprint.structure, blueprint.target
    cuda = target.device == "cuda_standalone"
    if cuda:
        from apical.networks.devices.cuda.preferences import configure
        from apical.networks.devices.cuda.repairs import repair

        configure(target)
    else:
        single = ["-DAPICAL_SINGLE"] if target.precision == "single" else []
        # Not Brian2's threads: they share each of the many small loops of a step, and wait for each other at each.
        threads = ["-fopenmp"] if target.threads > 1 else []
        prefs.codegen.cpp.extra_compile_args_gcc = COMPILER_FLAGS + single + threads
        prefs.codegen.cpp.extra_link_args += threads
    prefs.core.default_float_dtype = np.float32 if target.precision == "single" else np.float64
    # The same expressions whether a parameter is one value or an array.
    prefs.codegen.loop_invariant_optimisations = False
    set_device(target.device, build_on_run=False, directory=str(folder))
    network = structure.build()
    check_network(network, cuda)
    network.run(1 * second)
    _take_duration(network.name, structure.duration)
    device.build(directory=str(folder), compile=False, run=False, with_output=False)
    if cuda:
        for header in (noise.HEADER, gates.HEADER):  # side by side, so that the sources can go to another machine
            (folder / header.name).write_text(header.read_text().replace('"../noise.h"', '"noise.h"'))
        repair(folder)
    else:
        vectorize(folder / "code_objects", target.threads)
        precompile_headers(folder)
    if structure.many_synapses:
        lighten(folder)
    (folder / "arrays.json").write_text(json.dumps(_array_table(), indent=1))


def _array_table() -> dict:
    """``group.variable`` to file, type, size (null where it grows) and columns (of 2-d arrays)."""
    grows = device.dynamic_arrays.keys() | device.dynamic_arrays_2d.keys()
    return {
        f"{variable.owner.name}.{variable.name}": {
            "file": device.get_array_filename(variable),
            "dtype": np.dtype(variable.dtype).name,
            "size": None if variable in grows else int(variable.size),
            "columns": int(variable.size[1]) if np.ndim(variable.size) else None,
        }
        for variable in device.arrays
        if hasattr(variable.owner, "name")
    }


def _take_duration(network: str, variable: str) -> None:
    """Let the program run for the value of ``group.variable``: Brian2 writes the duration as a constant."""
    (lines,) = [entry[1][1] for entry in device.main_queue if entry[0] == "run_network"]
    (position,) = [n for n, line in enumerate(lines) if line.startswith(f"{network}.run(1.0, ")]
    duration = f"{network}.run(_array_{variable.replace('.', '_')}[0], "
    lines[position] = patched(lines[position], rf"^{network}\.run\(1\.0, ", duration, name="main")


if __name__ == "__main__":
    try:
        generate(Blueprint.load(Path(sys.argv[1])), Path(sys.argv[1]))
    except Exception as error:
        traceback.print_exc()
        cause: BaseException = error
        while cause.__cause__:  # Brian2 says last where it happened, and first what
            cause = cause.__cause__
        sys.exit(" ".join(str(cause).split()) or type(cause).__name__)
