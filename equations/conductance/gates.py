"""Gating variables of ion channels as Brian2 functions: the formula of a paper in, a lookup table out.

A formula is written once, in mV and ms, in the vocabulary below. C++, Cython and NumPy fill a table with it when
the program starts, every 0.1 mV, and interpolate; CUDA evaluates it as it stands.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from brian2 import Function, Hz, volt

HEADER = Path(__file__).with_name("gates.h")

#: Factor of rates from 21 degrees, where the channels were measured, to 34 degrees: Q10 of 2.3 (Hay et al. 2011).
WARMER = 2.3 ** ((34 - 21) / 10)


def logistic(v, half, slope):
    """Boltzmann function, 1/2 at `half`; falls if the slope is negative."""
    return 1 / (1 + np.exp((half - v) / slope))


def bell(v, centre, width):
    """Gaussian of height 1."""
    return np.exp(-(((v - centre) / width) ** 2))


def linoid(v, half, slope):
    """(v - half)/(1 - exp(-(v - half)/slope)), whose limit at `half` is `slope`."""
    x = (v - half) / slope
    near = np.abs(x) < 1e-6
    return np.where(near, slope * (1 + x / 2), slope * x / -np.expm1(-np.where(near, 1, x)))


def below(v, border, under, over):
    """`under` where v < border, else `over`."""
    return np.where(v < border, under, over)


_VOCABULARY = {f.__name__: f for f in (logistic, bell, linoid, below)} | {"exp": np.exp}


@dataclass(frozen=True)
class Gate:
    """d gate/dt = (steady - gate)*rate; formulas in v (mV), the rate in 1/ms."""

    steady: str
    rate: str

    @classmethod
    def opening(cls, alpha: str, beta: str, faster: float = 1.0) -> "Gate":
        """A gate from its rates of opening and closing in 1/ms."""
        return cls(f"({alpha})/({alpha} + {beta})", f"{faster!r}*({alpha} + {beta})")

    @classmethod
    def relaxing(cls, steady: str, tau: str, faster: float = 1.0) -> "Gate":
        """A gate from its steady state and its time constant in ms."""
        return cls(steady, f"{faster!r}/({tau})")


def evaluate(formula: str, v):
    """A formula at the potentials `v` in mV."""
    return eval(formula, {"__builtins__": {}}, _VOCABULARY | {"v": np.asarray(v, dtype=float)})


def relaxed(x):
    """1 - exp(-x): the share of the way to its steady state that a gate goes in a step of x time constants."""
    return -np.expm1(-np.asarray(x))


def hill(x, n):
    """Hill function, 1/2 where x is 1; x is positive."""
    return 1 / (1 + np.asarray(x) ** -n)


def functions(gates: dict[str, Gate]) -> dict[str, Function]:
    """``NAME_inf(v)`` and ``NAME_rate(v)`` of each gate, and what else its equations call, as a Brian2 namespace."""
    found = {f"{name}_inf": _tabulated(f"{name}_inf", gate.steady) for name, gate in gates.items()}
    found |= {f"{name}_rate": _tabulated(f"{name}_rate", gate.rate, 1e3, Hz) for name, gate in gates.items()}
    return found | {"relaxed": _in_header(relaxed, ["x"]), "hill": _in_header(hill, ["x", "n"])}


def plain_functions(formulas: dict[str, str]) -> dict[str, Function]:
    """Dimensionless formulas in v (mV) by name, as functions of a potential."""
    return {name: _tabulated(name, formula) for name, formula in formulas.items()}


_INCLUDE = {"headers": ['"gates.h"'], "include_dirs": [str(HEADER.parent)]}


def _tabulated(name: str, formula: str, scale: float = 1.0, unit=1) -> Function:
    """A formula times `scale`, as a function of a potential in volt."""

    table = scale * evaluate(formula, np.linspace(-150, 100, 2501))

    def values(v):
        x = (np.asarray(v) + 0.150) * 1e4
        k = np.clip(x.astype(int), 0, table.size - 2)
        return table[k] + (x - k) * (table[k + 1] - table[k])

    function = Function(values, arg_units=[volt], arg_names=["v"], return_unit=unit)
    tabulated = (
        f"static const GateTable {name}_table([](double v) {{ return {scale!r}*({formula}); }});\n"
        f"GATE_FUNCTION double {name}(double v) {{ return {name}_table(v); }}\n"
    )
    direct = (
        f"GATE_FUNCTION double {name}(double volt)\n{{ const double v = 1e3*volt; return {scale!r}*({formula}); }}\n"
    )
    verbatim = f'#include "{HEADER}"\n{tabulated}'
    _implement(function, name, 1, tabulated, direct, f'*:\n    """\n{verbatim}"""')
    return function


def _in_header(numpy_function, arguments: list[str]) -> Function:
    name = numpy_function.__name__
    function = Function(numpy_function, arg_units=[1] * len(arguments), return_unit=1, arg_names=arguments)
    _implement(function, name, len(arguments), "", "", f'"{HEADER}":')
    return function


def _implement(function: Function, name: str, arguments: int, cpp: str, cuda: str, cython: str) -> None:
    function.implementations.add_numpy_implementation(function.pyfunc, discard_units=True)
    function.implementations.add_implementation("cpp", cpp, compiler_kwds=_INCLUDE, name=name)
    function.implementations.add_implementation("cuda", cuda, compiler_kwds=_INCLUDE, name=name)
    declared = f'cdef extern from {cython}\n    double _{name} "{name}"({", ".join(["double"] * arguments)}) nogil\n'
    function.implementations.add_implementation("cython", declared, name=f"_{name}")
