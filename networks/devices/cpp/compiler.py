"""The C++ compiler and the flags that make results reproducible."""

import platform
import shutil
import subprocess

from apical.networks.errors import UserError

#: No reassociation and no fused multiply-add: a neuron's arithmetic is then the same in each lane of a vector
#: loop and in its remainder, so a mouse does not depend on the size of its cohort.
COMPILER_FLAGS = [
    "-std=c++17",
    "-O3",
    "-march=native",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-ffp-contract=off",
    "-w",
]
if platform.machine() in ("x86_64", "AMD64"):
    COMPILER_FLAGS.append("-mprefer-vector-width=512")


def compiler() -> str:
    """Path of the C++ compiler. Raises UserError when g++ or make is missing."""
    for tool in ("make", "g++"):
        if not shutil.which(tool):
            raise UserError(
                f"{tool} is missing: install it (Debian/Ubuntu: sudo apt-get install g++ make), or use --device runtime"
            )
    return str(shutil.which("g++"))


class CppToolchain:
    """g++ and make, as `CompiledProgram` needs them. Raises UserError when one is missing."""

    def __init__(self):
        self.path = compiler()

    def make_variables(self) -> list[str]:
        """Arguments for the makefile of a C++ program."""
        return [f"CXX={self.path}"]

    def identity(self) -> bytes:
        """Compiler and processor, on which the compiled program depends besides its sources."""
        query = [self.path, "-march=native", "-Q", "--help=target", "--version"]
        return subprocess.run(query, capture_output=True).stdout
