"""Write the C++ sources of a circuit; run as ``python -m networks.generate STRUCTURE.json FOLDER``.

A process of its own, because Brian2 numbers its objects by what the process made before: a fresh one always
writes the same sources. It also leaves the device of the caller's session alone.
"""

import json
import sys
from pathlib import Path

import numpy as np
from brian2 import device, prefs, second, set_device

from networks.circuit import Structure, build
from networks.compiler import COMPILER_FLAGS


def generate(structure: Structure, folder: Path) -> None:
    """Write the program into `folder`, with a table of its arrays in ``arrays.json``."""
    prefs.codegen.cpp.extra_compile_args_gcc = COMPILER_FLAGS
    # The same expressions whether a parameter is one value or an array.
    prefs.codegen.loop_invariant_optimisations = False
    set_device("cpp_standalone", build_on_run=False, directory=str(folder))
    network = build(structure)
    network.run(1 * second)
    _take_duration_from_readout()
    device.build(directory=str(folder), compile=False, run=False, with_output=False)
    _mark_independent(folder / "code_objects")
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


def _take_duration_from_readout() -> None:
    """Let the program run for ``readout.duration``: Brian2 writes the duration as a constant."""
    (lines,) = [entry[1][1] for entry in device.main_queue if entry[0] == "run_network"]
    (position,) = [n for n, line in enumerate(lines) if line.startswith("cohort.run(1.0, ")]
    lines[position] = lines[position].replace("(1.0, ", "(_array_readout_duration[0], ", 1)


def _mark_independent(folder: Path) -> None:
    """Tell the compiler that the neurons of a state update do not depend on each other.

    Brian2's `__restrict` on local pointers has no effect in GCC, and without it no such loop is vectorized.
    """
    loop = "    for(int _idx=0; _idx<_N; _idx++)\n"
    for path in folder.glob("*_stateupdater_codeobject.cpp"):
        before, after = path.read_text().split(loop)
        path.write_text(f"{before}#pragma GCC ivdep\n{loop}{after}")


if __name__ == "__main__":
    fields = json.loads(Path(sys.argv[1]).read_text())
    generate(Structure(**fields | {"varied": frozenset(fields["varied"])}), Path(sys.argv[2]))
