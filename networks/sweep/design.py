"""The design of a sweep: which values which parameters take, read from a TOML file and checked before anything runs."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    InstanceOf,
    PlainSerializer,
    ValidationError,
    field_validator,
    model_validator,
)

from apical.models.component import Component
from apical.networks.errors import UserError
from apical.networks.sweep.sampling import Value, between, sample, unit_of
from apical.networks.training.conditions import CONDITIONS, Condition
from apical.networks.training.config import Config, chosen, one_line, read_toml, values_of

#: Fields that can be swept besides parameters; each combination is a program of its own.
STRUCTURAL = ("cells", "bci_cells")

#: Options of the configuration that a sweep decides itself.
OWN = {"mice", "first_mouse", "condition", "parameters", "threads", "record"}

#: An option of a run: a text or number, or a component of one's own, which is written by its name.
Option = str | int | float | Annotated[InstanceOf[Component], PlainSerializer(str, return_type=str)]

#: The values of one point by name, as a configuration writes them.
Point = dict[str, Value]


class Range(BaseModel):
    """Bounds of an axis; count : values of a grid between them, both included; log : equal ratios."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    low: Value
    high: Value
    log: bool = False
    count: Annotated[int, Field(ge=2)] | None = None


class Design(BaseModel):
    """A sweep file: ``[sweep]``, whose entries are the first five, ``[axes]``, ``[run]`` and ``[parameters]``.

    axes : values that points take; run : options of ``apical train``; parameters : values that all points share
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    design: Literal["grid", "list", "random", "sobol", "saltelli"] = "grid"
    points: Annotated[int, Field(ge=1)] | None = None
    replicates: Annotated[int, Field(ge=1)] = 1
    conditions: Annotated[list[Annotated[Condition, *chosen(CONDITIONS)]], Field(min_length=1)] = [
        CONDITIONS["control"]
    ]
    first_mouse: Annotated[int, Field(ge=0)] = 0
    axes: Annotated[dict[str, list[Value] | Range], Field(min_length=1)]
    run: dict[str, Option] = {}
    parameters: dict[str, Value] = {}

    @field_validator("conditions")
    @classmethod
    def _each_once(cls, conditions: list[Condition]) -> list[Condition]:
        if len({condition.name for condition in conditions}) < len(conditions):
            raise ValueError("a condition is there twice")
        return conditions

    @field_validator("run")
    @classmethod
    def _options_of_a_run(cls, run: dict) -> dict:
        for name in run:
            if name in OWN:
                raise ValueError(f"{name} belongs to the sweep itself ([sweep] and [axes])")
        if not _config(**run).network.batched:
            raise ValueError("network: a sweep has the mice of many points in one program; leave it out")
        return run

    @model_validator(mode="after")
    def _axes(self):
        drawn = self.design in ("random", "sobol", "saltelli")
        if drawn and self.points is None:
            raise ValueError(f"points: how many? A {self.design} design needs a number")
        if not drawn and self.points is not None:
            raise ValueError(f"points: a {self.design} has the points of its axes; leave it out")
        if self.design in ("sobol", "saltelli") and self.points & (self.points - 1):
            raise ValueError(f"points: {self.points} is no power of 2, for which Sobol sequences are even")
        for name, axis in self.axes.items():
            for table, fixed in (("run", self.run), ("parameters", self.parameters)):
                if name in fixed:
                    raise ValueError(f"{name} is in [axes] and in [{table}]; it can be in one of them")
            self._check_axis(name, axis, drawn)
        if self.design == "list" and len({len(axis) for axis in self.axes.values()}) > 1:
            sizes = ", ".join(f"{name} {len(axis)}" for name, axis in self.axes.items())
            raise ValueError(f"axes: in a list the n-th values belong together, but there are {sizes}")
        for program in {tuple(structural(point).items()) for point in self.all_points()}:
            _config(**self.run, **dict(program), parameters=self.parameters)
        return self

    def _check_axis(self, name: str, axis: list[Value] | Range, drawn: bool) -> None:
        ranged = isinstance(axis, Range)
        if drawn and ranged and axis.count:
            raise ValueError(f"axes.{name}: count is for grids; a {self.design} design has its points")
        if ranged != drawn and not (self.design == "grid" and ranged and axis.count):
            needed = "low and high" if drawn else "a list of values" + " or low, high, count" * (self.design == "grid")
            raise ValueError(f"axes.{name}: a {self.design} design needs {needed}")
        known = self.settings.table
        if name not in STRUCTURAL and name not in known:
            near = difflib.get_close_matches(name, [*known, *STRUCTURAL], n=1)
            raise ValueError(f"axes: unknown parameter {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        values = [axis.low, axis.high] if isinstance(axis, Range) else axis
        try:
            if not values:
                raise ValueError("has no value")
            if name in STRUCTURAL:
                if not all(isinstance(value, int) for value in values) or drawn:
                    raise ValueError("must be whole numbers in a grid or a list")
            else:
                values_of(name, list(values), known)
            if isinstance(axis, Range):
                between(axis.low, axis.high, 0.5, axis.log)
            else:
                unit_of(values)
            if len(set(values)) < len(values) and self.design == "grid":
                raise ValueError("has a value twice")
        except ValueError as error:
            raise ValueError(f"axes.{name}: {error}") from None

    def all_points(self) -> list[Point]:
        """The points in order; random and Sobol designs are drawn by the seed of the run."""
        return sample(self.design, self.axes, self.points, self.settings.seed)

    @property
    def brought(self) -> dict[str, str]:
        """Digests of the components that do not come with apical: by field of the run, conditions by their name."""
        own = {f"condition {c}": c.digest for c in self.conditions if not c.own}
        return self.settings.brought | own

    @property
    def settings(self) -> Config:
        """The configuration that all points share."""
        return Config(**self.run, parameters=self.parameters)


def _config(**fields) -> Config:
    """Raises ValueError in one line."""
    try:
        return Config(**fields)
    except ValidationError as error:
        raise ValueError(one_line(error, Config.model_fields)) from None


def structural(point: Point) -> Point:
    """Part of a point that decides over the program."""
    return {name: value for name, value in point.items() if name in STRUCTURAL}


def load_design(path: Path, parameters: Mapping[str, Any] | None = None, **run) -> Design:
    """The design in a TOML file. Raises UserError in one line for whatever is wrong with it.

    parameters, run : values that override those of its tables of these names
    """
    tables = read_toml(path)
    unknown = sorted(tables.keys() - {"sweep", "axes", "run", "parameters"})
    if unknown:
        known = "a sweep has [sweep], [axes], [run] and [parameters]"
        raise UserError(f"{path}: unknown table or option {unknown[0]!r}; {known}")
    for name in ("sweep", "run", "parameters"):
        if not isinstance(tables.get(name, {}), dict):
            raise UserError(f"{path}: {name} is a table; write [{name}]")
    if misplaced := tables.get("sweep", {}).keys() & {"axes", "run", "parameters"}:
        raise UserError(f"{path}: {misplaced.pop()} is a table of its own, not an entry of [sweep]")
    fields = tables.get("sweep", {}) | {"axes": tables.get("axes", {}), "run": tables.get("run", {}) | run}
    fields["parameters"] = tables.get("parameters", {}) | dict(parameters or {})
    try:
        return Design(**fields)
    except ValidationError as error:
        raise UserError(f"{path}: {one_line(error, Design.model_fields)}") from None
