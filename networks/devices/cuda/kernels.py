"""GPU operations and memory traffic of a CUDA program in a time step, read from its sources."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from apical.networks.devices.cuda.parse import Function, closing, functions, statements

#: Bytes of the types of arrays; a pointer has 8.
SIZES = {
    "double": 8,
    "float": 4,
    "int64_t": 8,
    "uint64_t": 8,
    "size_t": 8,
    "int32_t": 4,
    "int": 4,
    "char": 1,
    "bool": 1,
}

#: Conditions that hold in the first call at most, or in calls outside a run.
NEVER = re.compile(r"^(first_run|needs_init|current_iteration >= num_iterations)$")
#: Condition under which a monitor asks whether its memory is full.
RARE = re.compile(r"^at_most \+ _N > ")


@dataclass(frozen=True)
class Operation:
    """One thing that the host asks of the GPU in a call.

    kind : ``launch``, ``memset``, ``transfer`` (host to device or back), ``growth`` (of device memory), ``wait``
    what : name of the kernel or function
    rare : True for what happens only when the memory of a monitor could be full
    """

    kind: str
    what: str
    rare: bool


@dataclass
class Traffic:
    """Bytes that one thread of a kernel reads and writes in global memory, by what the thread is for.

    Elements of arrays count once however often they are used; single values that all threads of a block read do not
    count.
    """

    read: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("cell", "event", "synapse"), 0))
    written: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("cell", "event", "synapse"), 0))

    def total(self, level: str) -> int:
        """Read and written per ``cell`` (also: unit, mouse), ``event`` (spike) or ``synapse`` (of that spike)."""
        return self.read[level] + self.written[level]


class Program:
    """The sources of a generated program."""

    def __init__(self, folder: Path):
        """Read the sources in `folder`. Raises OSError or ValueError when they are not those of a CUDA program."""
        main = (folder / "main.cu").read_text()
        #: Clock and host function, in the order of a step.
        self.calls = re.findall(r"\.add\(&(\w+), (\w+)\);", main)
        if not self.calls:
            raise ValueError(f"no network in {folder}")
        #: Seconds between ticks.
        self.dt = {clock: float(dt) for clock, dt in re.findall(r"_array_(\w+)_dt\[0\] = ([\d.e+-]+);", main)}
        files = [folder / "rand.cu", *sorted((folder / "code_objects").glob("*.cu"))]
        texts = [path.read_text() for path in files]
        self._files = [functions(text) for text in texts]
        self.functions = {name: f for file in self._files for name, f in file.items()}
        objects = (folder / "objects.h").read_text()
        self._device_vectors = set(re.findall(r"thrust::device_vector<[^;\n]*>\s*\*?\s*(\w+)", objects))
        declared = re.findall(r"__device__ (\w+)\s*(\*+)\s*(\w+);", objects)
        self._device_arrays = {name: type_ + stars for type_, stars, name in declared}
        self._flags = dict(re.findall(r"(\w+_scalar_delay) = (true|false);", "\n".join(texts)))

    def operations(self, function: str) -> list[Operation]:
        """Operations that a call of this host function, after the first, asks of the GPU.

        Branches that only the first call takes are left out, and so are those that the delays of the pathway rule
        out; of all other branches each is assumed to be taken.
        """
        (file,) = [f for f in self._files if function in f]
        found = []
        for statement, conditions in statements(file[function].body):
            if any(self._is_false(condition) for condition in conditions):
                continue
            rare = any(RARE.match(condition) for condition in conditions)
            found += [Operation(kind, what, rare) for kind, what in self._asks(statement)]
            for called in re.findall(r"(\w+)\(", statement):
                if called in file and not file[called].is_kernel and called != function:
                    found += [Operation(o.kind, o.what, rare or o.rare) for o in self.operations(called)]
        return found

    def rare_interval(self) -> int | None:
        """Steps that pass at least between two rare operations; None when there are none."""
        texts = "".join(f.body for f in self.functions.values())
        steps = [int(n) for n in re.findall(r"const int steps = (\d+);", texts)]
        return min(steps) if steps else None

    def traffic(self, kernel: str) -> Traffic:
        """Bytes that a thread of this kernel moves. Raises KeyError for a type of unknown size."""
        return thread_traffic(self.functions[kernel], self._device_arrays)

    def _is_false(self, condition: str) -> bool:
        negated, flag = condition.startswith("not "), condition.removeprefix("not ")
        if flag in self._flags:
            return (self._flags[flag] == "true") == negated
        return bool(NEVER.match(condition))

    def _asks(self, statement: str) -> Iterator[tuple[str, str]]:
        for kernel in re.findall(r"(\w+)\s*<<<|\b(curandGenerate\w*)\(", statement):
            yield "launch", "".join(kernel)
        for name in re.findall(r"\b(cudaMemset\w*)\(", statement):
            yield "memset", name
        for name in re.findall(r"\b(cudaMemcpy(?!Kind|(?:Host|Device)To)\w*|thrust::copy\w*)\(", statement):
            if "DeviceToDevice" not in statement:
                yield "transfer", name
        for name in re.findall(r"\b(cuda\w*Synchronize)\(", statement):
            yield "wait", name
        for name, method in re.findall(r"(\w+)(?:\[[^\]]*\])?\.(push_back|resize)\(", statement):
            if name in self._device_vectors:
                yield ("transfer" if method == "push_back" else "growth"), f"{name}.{method}"
        for name in re.findall(r"(\w+)\[[^\]]*\] =[^=]", statement):
            if name in self._device_vectors:
                yield "transfer", f"{name}[...]"


def thread_traffic(kernel: Function, device_arrays: dict[str, str]) -> Traffic:
    """Bytes that a thread of `kernel` moves.

    device_arrays : types of the pointers that are not parameters, such as ``int32_t*``
    Raises KeyError for a type of unknown size.
    """
    types = device_arrays | _pointers(kernel.parameters.replace(",", ";")) | _pointers(kernel.body)
    values = [p for p in kernel.parameters.split(",") if "*" not in p]
    uniform = {p.split()[-1] for p in values if p.split()}
    uniform |= set(re.findall(r"const \w+ (\w+) = (?:[\d.e+-]+|blockIdx\.x % \w+);", kernel.body))
    traffic, seen, rest = Traffic(), set(), "cell"
    for statement, conditions in statements(kernel.body):
        level = rest
        if any("< num_synapses" in condition for condition in conditions):
            level = "synapse"
        elif any("< num_events" in condition or condition == "_cond" for condition in conditions):
            level = "event"
        if statement == "return" and any("_num_events" in condition for condition in conditions):
            rest = "event"
        for array, index, size, reads, writes in _accesses(statement, types, uniform):
            for used, table, name in ((reads, traffic.read, "read"), (writes, traffic.written, "written")):
                if used and (array, index, name) not in seen:
                    seen.add((array, index, name))
                    table[level] += size
    return traffic


def _pointers(text: str) -> dict[str, str]:
    """Types of the pointers declared in `text`, such as ``double*``."""
    return {name: type_ + stars for type_, stars, name in re.findall(r"(\w+)\s*(\*+)\s*(\w+)\s*(?:=|;|$)", text)}


def _accesses(statement: str, types: dict[str, str], uniform: set[str]):
    """Elements of arrays in a statement: array, index, bytes, whether it is read, whether it is written."""
    for match in re.finditer(r"\b(\w+)\[", statement):
        if match[1] not in types:
            continue
        end, size = match.start() + len(match[1]), 8
        indices: list[str] = []
        for level in range(types[match[1]].count("*")):
            if statement[end : end + 1] != "[":
                break
            if level:  # the address of the row
                yield match[1], indices[0], 8, True, False
            start, end = end + 1, closing(statement, end)
            indices.append(statement[start : end - 1])
            pointed = types[match[1]].replace("*", "", level + 1)
            size = 8 if "*" in pointed else SIZES[pointed]
        if all(name in uniform for name in re.findall(r"[A-Za-z_]\w*", " ".join(indices))):
            continue
        atomic = re.search(r"atomic\w+\(\s*&\s*$", statement[: match.start()])
        after = re.match(r"\s*(\+\+|--|[-+*/]?=(?!=))", statement[end:])
        writes = bool(atomic or after)
        reads = not after or after[1] != "="
        yield match[1], "][".join(indices), size, reads, writes
