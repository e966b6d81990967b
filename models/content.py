"""What an object consists of, as a digest that is the same in each process: values, and the code of functions."""

import dataclasses
import dis
import functools
import hashlib
import inspect
import site
import sys
import sysconfig
import types
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from brian2 import Function, get_dimensions

from apical.equations.parameters import Parameter

#: Fields that say what a thing is for; without effect.
_WORDS = {"meaning", "source"}

#: Of classes: where they were written, and what Python makes of the rest.
_MADE = {
    "__module__",
    "__dict__",
    "__weakref__",
    "__doc__",
    "__annotations__",
    "__annotate__",
    "__static_attributes__",
    "__firstlineno__",
    "__match_args__",
    "__dataclass_fields__",
    "__dataclass_params__",
    "__hash__",
    "_abc_impl",
}


def digest(value: Any, compiled: bool = False) -> str:
    """SHA-256 of the parts of `value`, and of theirs; what belongs to apical or an installed package counts by name.

    compiled : only what a program is made from: of a parameter its unit, since its value is one of a run
    """
    return _Reader(compiled).read(value)


def is_a_users(module: str | None) -> bool:
    """True when a module is a user's own: a script, a notebook, a file that is neither apical's nor installed."""
    if module in (None, "__main__", "__mp_main__"):
        return True
    if module.partition(".")[0] == "apical":
        return False
    found = sys.modules.get(module)
    if found is None:  # of another process
        return True
    file = getattr(found, "__file__", None)
    if file is None:
        return getattr(found, "__spec__", None) is None
    return not any(Path(file).is_relative_to(folder) for folder in _installed())


@cache
def _installed() -> list[str]:
    paths = sysconfig.get_paths()
    return [paths[k] for k in ("stdlib", "platstdlib", "purelib", "platlib")] + site.getsitepackages()


class _Reader:
    """Reads an object from the top; what is met again below itself counts by its place above."""

    def __init__(self, compiled: bool):
        self.compiled = compiled
        self.above: list[Any] = []

    def read(self, value: Any) -> str:
        if value is None or type(value) in (bool, int, float, complex, str, bytes):
            return repr(value)
        for place, one in enumerate(self.above):
            if one is value:
                return f"above {place}"
        self.above.append(value)
        try:
            parts = self._parts(value)
        finally:
            self.above.pop()
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _parts(self, value: Any) -> list[str]:
        if getattr(value, "own", None) is True:  # of apical, by that name
            return ["own", type(value).__name__, value.name]
        if isinstance(value, np.ndarray) and value.dtype != object:
            array = np.ascontiguousarray(value)
            return [repr(get_dimensions(value)), str(array.dtype), str(array.shape), array.tobytes().hex()]
        if isinstance(value, Parameter) and self.compiled:
            return ["parameter", value.unit]
        if isinstance(value, Mapping):
            return ["mapping", *sorted(f"{self.read(key)}: {self.read(of_key)}" for key, of_key in value.items())]
        if isinstance(value, list | tuple):
            return ["sequence", *map(self.read, value)]
        if isinstance(value, set | frozenset):
            return ["set", *sorted(map(self.read, value))]
        if isinstance(value, types.FunctionType):
            return self._function(value)
        if isinstance(value, types.CodeType):
            return self._code(value)
        if isinstance(value, types.MethodType):
            return ["method", self.read(value.__func__), self.read(value.__self__)]
        if isinstance(value, staticmethod | classmethod):
            return [type(value).__name__, self.read(value.__func__)]
        if isinstance(value, property):
            return ["property", *map(self.read, (value.fget, value.fset, value.fdel))]
        if isinstance(value, functools.cached_property):
            return ["property", self.read(value.func)]
        if isinstance(value, type):
            return self._class(value)
        if isinstance(value, Function):
            return self._brian_function(value)
        if dataclasses.is_dataclass(value):
            fields = [f.name for f in dataclasses.fields(value) if f.name not in _WORDS]
            return [self.read(type(value)), *(f"{name}: {self.read(getattr(value, name))}" for name in fields)]
        if isinstance(value, types.ModuleType) or hasattr(value, "__qualname__"):
            return [type(value).__name__, str(getattr(value, "__module__", "")), value.__name__]
        if hasattr(value, "__dict__"):
            return [self.read(type(value)), self.read(vars(value))]
        if isinstance(value, np.ufunc):
            return ["ufunc", value.__name__]
        return ["object", self.read(value.__reduce_ex__(4))]

    def _function(self, function: types.FunctionType) -> list[str]:
        cells = [cell.cell_contents for cell in function.__closure__ or ()]
        given = [self.read(part) for part in (cells, function.__defaults__, function.__kwdefaults__)]
        if not is_a_users(function.__module__):
            return ["function", function.__module__, function.__qualname__, *given]
        known = function.__globals__
        globals_ = {name: known[name] for name in sorted(_globals(function.__code__)) if name in known}
        return ["function", self.read(function.__code__), *given, self.read(globals_)]

    def _code(self, code: types.CodeType) -> list[str]:
        counts = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags
        names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
        bytecode = code.co_code.hex(), code.co_exceptiontable.hex()
        return ["code", repr(counts), repr(names), *bytecode, *map(self.read, code.co_consts)]

    def _class(self, kind: type) -> list[str]:
        if not is_a_users(kind.__module__):
            return ["class", kind.__module__, kind.__qualname__]
        members = {name: member for name, member in vars(kind).items() if name not in _MADE and not _generated(member)}
        if dataclasses.is_dataclass(kind):
            members["fields"] = {f.name: f.default for f in dataclasses.fields(kind)}
        members = {n: m for n, m in members.items() if not isinstance(m, types.MemberDescriptorType)}
        return ["class", kind.__name__, self.read(kind.__bases__), self.read(members)]

    def _brian_function(self, function: Function) -> list[str]:
        pyfunc = function.pyfunc
        if isinstance(pyfunc, types.FunctionType) and not is_a_users(pyfunc.__module__):
            return ["Brian2 function", self.read(pyfunc)]
        units = [self.read(part) for part in (function._arg_units, function._return_unit)]
        written = function.implementations._implementations
        code = [f"{getattr(target, '__name__', target)}: {self.read(one._code)}" for target, one in written.items()]
        return ["Brian2 function", self.read(pyfunc), *units, *sorted(code)]


def _generated(member: Any) -> bool:
    """True when a member of a class is what `dataclasses` wrote."""
    code = getattr(inspect.unwrap(member), "__code__", None) if callable(member) else None
    return code is not None and code.co_filename == "<string>" and member.__name__.startswith("__")


def _globals(code: types.CodeType) -> set[str]:
    """Names of the globals that a function and those within it read."""
    found = {i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return found.union(*(_globals(const) for const in code.co_consts if isinstance(const, types.CodeType)))
