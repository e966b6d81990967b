"""Targets of a neuron as a pure function of (seed, synapses, neuron, number of the synapse).

The out-degrees of a neuron into the populations of the target group, laid end to end, make an interval of length D. One
point is drawn in each unit of it, from an offset of the neuron's own, and mapped linearly onto the neurons of the
population in whose part it falls. So each neuron of a population of N is a target with probability K/N of each source,
its in-degree is binomial, targets come in order of their index, and nothing has to be stored or exchanged: each thread,
device and simulator makes the same synapses.
"""

from dataclasses import dataclass

import numpy as np
from brian2 import Function

from apical.equations.noise import HEADER, uniform_noise

#: Streams of the noise, and its session. Session 0 is a run of ``apical cortex``; 2 and more are days of training.
_POINT, _OFFSET, DELAYS, SESSION = 10, 12, 14, 1


@dataclass(frozen=True)
class Sampler:
    """Synapses of one group onto another.

    name : a C identifier; number : number of its noise, unlike that of any other
    first : index of the first neuron of each source population, then the size of the group; length (sources + 1)
    targets : same indices of the target populations, length (targets + 1)
    outdegree : mean synapses of a neuron, shape (sources, targets)
    """

    name: str
    number: int
    first: np.ndarray
    targets: np.ndarray
    outdegree: np.ndarray

    @property
    def edges(self) -> np.ndarray:
        """Places where the parts of the interval begin and end, shape (sources, targets + 1)."""
        return np.concatenate([np.zeros((len(self.outdegree), 1)), np.cumsum(self.outdegree, axis=1)], axis=1)

    @property
    def expected(self) -> float:
        """Mean number of synapses."""
        return float(np.diff(self.first) @ self.outdegree.sum(1))

    def points(self, source) -> np.ndarray:
        """Number of points that neurons `source` draw; one of them may be of no target."""
        population = np.searchsorted(self.first, source, side="right") - 1
        return np.ceil(self.edges[population, -1]).astype(np.int64) + (self.edges[population, -1] > 0)

    def target(self, seed, source, k) -> np.ndarray:
        """Target of point `k` of neuron `source` (broadcast integer arrays), or -1."""
        seed, source, k = np.broadcast_arrays(seed, source, k)
        population = np.searchsorted(self.first, source, side="right") - 1
        offset = uniform_noise(seed, self.number, source, _OFFSET, SESSION, 0)
        x = k - offset + uniform_noise(seed, self.number, source, _POINT, SESSION, k)
        found = np.full(x.shape, -1, dtype=np.int64)
        for p in range(len(self.outdegree)):
            edges = self.edges[p]
            mine = (population == p) & (x >= 0) & (x < edges[-1])
            part = np.searchsorted(edges, x[mine], side="right") - 1
            size = np.diff(self.targets)[part]
            within = ((x[mine] - edges[part]) / (edges[part + 1] - edges[part]) * size).astype(np.int64)
            found[mine] = self.targets[part] + np.minimum(within, size - 1)
        return found

    def pairs(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Sources and targets of all synapses, in order (int32), for engines other than Brian2."""
        points = self.points(np.arange(self.first[-1]))
        source = np.repeat(np.arange(self.first[-1]), points)
        k = np.arange(source.size) - np.repeat(np.cumsum(points) - points, points)
        target = self.target(seed, source, k)
        return source[target >= 0].astype(np.int32), target[target >= 0].astype(np.int32)

    def functions(self) -> dict[str, Function]:
        """Brian2 functions ``points_NAME(i)`` and ``target_NAME(seed, i, k)``."""
        points = Function(self.points, arg_units=[1], return_unit=1, arg_types=["integer"], return_type="integer")
        target = Function(
            self.target, arg_units=[1] * 3, return_unit=1, arg_types=["integer"] * 3, return_type="integer"
        )
        made = {f"points_{self.name}": (points, "source"), f"target_{self.name}": (target, "seed, source, k")}
        for name, (function, arguments) in made.items():
            code = self._tables() + (_POINTS if function is points else _TARGET)
            for key, value in {"NAME": name, "NUMBER": self.number, "SOURCES": len(self.outdegree)}.items():
                code = code.replace(key, str(value))
            code = code.replace("TARGETS", str(self.outdegree.shape[1]))
            header = {"headers": [f'"{HEADER.name}"'], "include_dirs": [str(HEADER.parent)]}
            for language in ("cpp", "cuda"):  # brian2cuda makes synapses on the host
                function.implementations.add_implementation(language, code, compiler_kwds=header, name=name)
            typed = ", ".join(f"long {a}" for a in arguments.split(", "))
            cython = (
                f'cdef extern from *:\n    """\n#include "{HEADER}"\n{code}\n    """\n'
                f'    long _{name} "{name}"({typed}) nogil\n'
            )
            function.implementations.add_implementation("cython", cython, name=f"_{name}")
        return {name: function for name, (function, _) in made.items()}

    def _tables(self) -> str:
        def array(kind: str, name: str, values: np.ndarray) -> str:
            return f"static const {kind} NAME_{name}[] = {{{', '.join(repr(v) for v in values.ravel().tolist())}}};\n"

        return (
            array("double", "edges", self.edges)
            + array("int64_t", "first", self.first)
            + array("int64_t", "targets", self.targets)
        )


_FIND = """
    int p = 0;
    while (p + 1 < SOURCES && source >= NAME_first[p + 1]) p++;
    const double *edges = NAME_edges + p*(TARGETS + 1);
"""

_POINTS = (
    "static inline int64_t NAME(int64_t source)\n{"
    + _FIND
    + """
    return (int64_t)std::ceil(edges[TARGETS]) + (edges[TARGETS] > 0);
}
"""
)

_TARGET = (
    f"""
static inline double NAME_uniform(int64_t seed, int64_t source, int64_t stream, int64_t k)
{{
    const PhiloxBlock block = noise_block(seed, NUMBER, source, stream, {SESSION}, k);
    return ((double)block.word0 + 0.5)*2.3283064365386963e-10;
}}
static inline int64_t NAME(int64_t seed, int64_t source, int64_t k)
{{"""
    + _FIND
    + f"""
    const double x = k - NAME_uniform(seed, source, {_OFFSET}, 0) + NAME_uniform(seed, source, {_POINT}, k);
    if (x < 0 || x >= edges[TARGETS]) return -1;
    int part = TARGETS - 1;
    while (x < edges[part]) part--;
    const int64_t size = NAME_targets[part + 1] - NAME_targets[part];
    const int64_t within = (int64_t)((x - edges[part])/(edges[part + 1] - edges[part])*size);
    return NAME_targets[part] + (within < size ? within : size - 1);
}}
"""
)
