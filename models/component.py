"""Components that a model is put together from and a user can add: cells, teachers, rules, conditions, networks.

A component is chosen by its name, as ``FILE.py:NAME``, or given as itself. It goes to other processes by its name where
it comes with apical, else by value, with the functions and classes of the files and notebooks it was made in.
"""

import difflib
import importlib.util
import io
import sys
from dataclasses import dataclass, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any, ClassVar

import cloudpickle
from brian2 import Unit

from apical.models.content import digest, is_a_users


@dataclass(frozen=True, eq=False, repr=False)
class Component:
    """A named part of a model; two are equal if they consist of the same.

    name : a word, by which results and files call it; meaning : one line for helps and tables
    """

    registry: ClassVar["Registry"]

    name: str
    meaning: str

    def __post_init__(self):
        if not self.name.isidentifier():
            raise ValueError(f"a name is one word of letters, digits and _; got {self.name!r}")

    @property
    def own(self) -> bool:
        """True when it is the one that comes with apical under this name."""
        return self.registry.own.get(self.name) is self

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that it consists of: equations, parameters, code of functions."""
        return digest(self)

    @property
    def label(self) -> str:
        """Its name, with the start of its digest where it does not come with apical."""
        return self.name if self.own else f"{self.name} ({self.digest[:12]})"

    def __eq__(self, other) -> bool:
        return self is other or (isinstance(other, Component) and self.digest == other.digest)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.label}>"

    def __reduce__(self):
        if self.own:
            return _own, (self.registry.kind, self.name)
        return _brought, (dumps((type(self), {f.name: getattr(self, f.name) for f in fields(self)})),)


def _own(kind: type[Component], name: str) -> Component:
    return kind.registry.own[name]


def _brought(data: bytes) -> Component:
    kind, given = cloudpickle.loads(data)
    return kind(**given)


class _Pickler(cloudpickle.Pickler):
    """Keeps units what they are: Brian2 itself makes quantities of them, which functions must not return."""

    def reducer_override(self, value: Any) -> Any:
        if type(value) is Unit:
            return _unit, (float(value), value.dim, value.scale, value.name, value.dispname)
        return super().reducer_override(value)


def _unit(value: float, dimensions: Any, scale: int, name: str, shown: str) -> Unit:
    return Unit(value, dim=dimensions, scale=scale, name=name, dispname=shown)


def dumps(value: Any) -> bytes:
    """Pickle `value`; what it uses of a user's own modules goes by value: other processes need not have them."""
    own = [m for name, m in list(sys.modules.items()) if name != "__main__" and _is_file(name, m) and is_a_users(name)]
    added = [m for m in own if m.__name__ not in cloudpickle.list_registry_pickle_by_value()]
    for module in added:
        cloudpickle.register_pickle_by_value(module)
    try:
        with io.BytesIO() as file:
            _Pickler(file).dump(value)
            return file.getvalue()
    finally:
        for module in added:
            cloudpickle.unregister_pickle_by_value(module)


def _is_file(name: str, module: Any) -> bool:
    return getattr(module, "__name__", None) == name and getattr(module, "__file__", None) is not None


class Registry(dict):
    """Components of a kind by name. A user's own are added like ``CELLS["mine"] = my_cell``."""

    def __init__(self, kind: type[Component], *own: Component):
        super().__init__({component.name: component for component in own})
        self.kind, self.own = kind, dict(self)
        kind.registry = self

    def find(self, chosen: str | Component) -> Any:
        """The component of a name or of ``FILE.py:NAME``, or `chosen` itself if it is one.

        Raises ValueError, in one line, with the nearest name.
        """
        what = self.kind.__name__.lower()
        if isinstance(chosen, self.kind):
            return chosen
        if not isinstance(chosen, str):
            raise ValueError(f"a {what} is given by its name, as FILE.py:NAME or as an object; got {chosen!r}")
        if chosen in self:
            return self[chosen]
        file, colon, name = chosen.rpartition(":")
        if not colon:
            raise ValueError(f"unknown {what} {chosen!r}; {_nearest(chosen, self)}known: {', '.join(self)}")
        known = vars(_module(Path(file)))
        if name not in known:
            raise ValueError(f"{file} has no {name!r}; {_nearest(name, known)}give a {what} as FILE.py:NAME")
        if not isinstance(known[name], self.kind):
            raise ValueError(f"{chosen} is no {what} but of type {type(known[name]).__name__}")
        return known[name]


def _nearest(name: str, known) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}? " if near else ""


def _module(path: Path):
    """The module in a file, run once. Raises ValueError."""
    try:
        return _run(path.resolve(), path.stat().st_mtime_ns)
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
    except Exception as error:  # whatever a user's file raises
        reason = str(error).strip().partition("\n")[0]
        raise ValueError(f"{path} ends with {type(error).__name__}: {reason}") from None


@cache
def _run(path: Path, changed: int):
    name = f"{path.stem}_of_a_user"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ValueError("it is no Python file, whose name ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
