"""Blueprint of a program: a network and the target that it is compiled for."""

import json
import pickle
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from apical.models.component import Component, dumps
from apical.models.content import digest, is_a_users
from apical.networks.circuits.compiled import Compiled
from apical.networks.devices.target import Target

PICKLE = "blueprint.pickle"


@dataclass(frozen=True)
class Blueprint:
    """structure : the network; target : device and arithmetic"""

    structure: Compiled
    target: Target = field(default_factory=Target)

    @property
    def digest(self) -> str:
        """SHA-256 of what decides over the program, a user's own code included; values of parameters do not."""
        return digest(self, compiled=True)

    @property
    def described(self) -> dict[str, Any]:
        """Kind of network and all options, for people and for JSON."""
        options = {f.name: getattr(self.structure, f.name) for f in fields(self.structure)}  # type: ignore[arg-type]
        shown = {name: _shown(value) for name, value in options.items()}
        return {"kind": _name_of(type(self.structure)), "structure": shown, "target": asdict(self.target)}

    def save(self, folder: Path) -> None:
        """Write ``blueprint.pickle``, to be loaded, and ``description.json``, to be read."""
        (folder / PICKLE).write_bytes(dumps(self))
        (folder / "description.json").write_text(json.dumps(self.described, indent=1))

    @classmethod
    def load(cls, folder: Path) -> "Blueprint":
        """Load what `save` left. Raises OSError without it, and what `pickle` raises when it is of another version."""
        return pickle.loads((folder / PICKLE).read_bytes())

    def difference(self, other: "Blueprint") -> tuple[str, Any, Any] | None:
        """The first option in which the other differs, with both values; None if a program of one is one of the other.

        What it is compiled for (``arch``), any GPU that can run it may run.
        """
        mine, others = ({"kind": b["kind"]} | b["structure"] | b["target"] for b in (self.described, other.described))
        for name, value in mine.items():
            if name != "arch" and others[name] != value:
                return name, value, others[name]
        return None


def _name_of(kind: type) -> str:
    return f"{kind.__name__} ({digest(kind)[:12]})" if is_a_users(kind.__module__) else kind.__name__


def _shown(value: Any) -> Any:
    if isinstance(value, Component):
        return value.label
    return sorted(value) if isinstance(value, frozenset) else value
