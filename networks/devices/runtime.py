"""Brian2's runtime device for the same circuits: it is slower, and its steps can be looked at from Python."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from brian2 import Network, get_device, prefs, second, set_device
from brian2.core.variables import ArrayVariable

from apical.networks.circuits.compiled import Compiled
from apical.networks.devices.cpp.compiler import COMPILER_FLAGS


def arrays_of(network: Network) -> dict[str, np.ndarray]:
    """The arrays of all groups and monitors of a network that has run, by ``group.variable``."""
    return {
        f"{item.name}.{name}": np.array(variable.get_value())
        for item in network.objects
        if hasattr(item, "variables")
        for name, variable in item.variables.items()
        if isinstance(variable, ArrayVariable) and variable.owner.name == item.name
    }


class RuntimeProgram:
    """Builds the network anew for each run, with Cython where there is a compiler, else NumPy."""

    def __init__(self, structure: Compiled):
        self.structure = structure

    def run(self, values: Mapping[str, np.ndarray], folder: Path, gpu: int = 0) -> dict[str, np.ndarray]:
        """Run with `values` (``group.variable`` to SI numbers); the arrays of all groups and monitors."""
        previous, flags = get_device(), prefs.codegen.cpp.extra_compile_args_gcc
        prefs.codegen.cpp.extra_compile_args_gcc = COMPILER_FLAGS
        set_device("runtime")
        try:
            network = self.structure.build()
            for name, value in values.items():
                group, variable = name.split(".")
                network[group].variables[variable].set_value(value)
            network.run(float(values[self.structure.duration]) * second)
            return arrays_of(network)
        finally:
            set_device(previous)
            prefs.codegen.cpp.extra_compile_args_gcc = flags
