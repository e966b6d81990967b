"""The configuration of a run: what the command line, a TOML file and Python share."""

import difflib
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from apical.equations.parameters import Table, check, quantity
from apical.models.cells import CELLS
from apical.networks.circuits.circuit import tables
from apical.networks.circuits.cortex.task import PARAMETERS, TaskCortex
from apical.networks.errors import UserError
from apical.networks.recorded import RECORD
from apical.networks.training.conditions import CONDITIONS
from apical.networks.training.protocols import PROTOCOLS


def tables_of(network: str, cell: str) -> dict[str, Table]:
    """Parameters of a network with pyramidal cells of this name, by the group that holds them."""
    return PARAMETERS if network == "cortex" else tables(cell)


@cache
def parameters_of(network: str, cell: str) -> Table:
    """The same by their names: what two groups have under one name is the same parameter."""
    return {name: p for table in tables_of(network, cell).values() for name, p in table.items()}


def values_of(name: str, value: str | float | list, known: Table) -> np.ndarray:
    """A parameter as written, in SI units: scalar, or one value per mouse. Raises ValueError.

    known : as `Config.table`
    """
    if isinstance(value, list):
        return np.array([check(name, quantity(v), known) for v in value])
    return check(name, quantity(value), known)


#: What the cortical network runs with.
CORTEX_ONLY = {"pyramidal": "naud_sprekeler", "device": "cpp_standalone", "precision": "double"}


class Config(BaseModel):
    """A cohort and its training. Unknown fields and values out of range are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    network: Literal["circuit", "cortex"] = "circuit"
    scale: Annotated[float, Field(ge=0.005, le=10)] = 0.02  # this and in_degree: of the cortical network
    in_degree: Annotated[float, Field(gt=0, le=1)] = 0.1
    mice: Annotated[int, Field(ge=1, lt=10**6)] = 6
    first_mouse: Annotated[int, Field(ge=0, lt=2**30)] = 0
    cells: Annotated[int, Field(ge=2, lt=10**6)] = 80
    bci_cells: Annotated[int, Field(ge=2, multiple_of=2)] = 10  # of the cells; half of them P+, half P-
    days: Annotated[int, Field(ge=1)] = 14
    condition: str = "control"
    feedback: Literal["aligned", "learned", "random"] = "learned"
    pyramidal: Literal[*CELLS] = "naud_sprekeler"
    protocol: str = "full"
    probe_every: Annotated[int, Field(ge=0)] = 0
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    device: Literal["cpp_standalone", "cuda_standalone", "runtime"] = "cpp_standalone"
    precision: Literal["double", "single"] = "double"
    math: Literal["precise", "fast"] = "precise"  # of a CUDA program, see networks/devices/target.py
    arch: Annotated[str, Field(pattern=r"^(sm_\d{2,3}(,sm_\d{2,3})*)?$")] = ""  # of a CUDA program; "" is chosen
    gpu: Annotated[int, Field(ge=0)] = 0
    heap_mb: Annotated[int, Field(ge=0, lt=10**6)] = 128
    threads: Annotated[int, Field(ge=1)] = 2
    record: Literal[*RECORD] = "events"
    parameters: dict[str, str | float | list[str | float]] = {}  # a list has one value per mouse

    @model_validator(mode="before")
    @classmethod
    def _fits_the_network(cls, fields: dict) -> dict:
        if fields.get("network") != "cortex":
            for name in ("scale", "in_degree"):
                if fields.get(name, default := cls.model_fields[name].default) != default:
                    raise ValueError(f"{name}: of the cortical network; add network = cortex")
            return fields
        scale = fields.get("scale", cls.model_fields["scale"].default)
        for name, only in CORTEX_ONLY.items():
            if fields.get(name, only) != only:
                raise ValueError(f"{name}: the cortical network runs with {only} only")
        if not (isinstance(scale, float | int) and 0 < scale <= 10):
            return fields
        s = TaskCortex(scale)
        if fields.get("cells", s.cells) != s.cells:
            raise ValueError(f"cells: the cortical network has {s.cells} at this scale; leave them out")
        if fields.get("bci_cells", 0) > (thick := s.sizes["L5 thick"]):
            raise ValueError(f"bci_cells: there are {thick} thick-tufted cells for the readout at this scale")
        return fields | {"cells": s.cells}

    @field_validator("bci_cells")
    @classmethod
    def _among_the_cells(cls, value: int, info) -> int:
        if value > info.data.get("cells", value):
            raise ValueError(f"{value} neurons of the readout are more than the {info.data['cells']} cells of a mouse")
        return value

    @field_validator("condition", "protocol")
    @classmethod
    def _known(cls, value: str, info) -> str:
        known = {"condition": CONDITIONS, "protocol": PROTOCOLS}[info.field_name]
        if value not in known:
            near = difflib.get_close_matches(value, known, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise ValueError(f"unknown {info.field_name} {value!r}; {hint}known: {', '.join(known)}")
        return value

    @field_validator("precision")
    @classmethod
    def _compiled(cls, value: str, info) -> str:
        if value == "single" and info.data.get("device") == "runtime":
            raise ValueError("single precision needs a compiled device, cpp_standalone or cuda_standalone")
        return value

    @field_validator("parameters")
    @classmethod
    def _right_unit_and_range(cls, parameters: dict, info) -> dict:
        known = parameters_of(info.data.get("network", "circuit"), info.data.get("pyramidal", "naud_sprekeler"))
        for name, value in parameters.items():
            values_of(name, value, known)
            if isinstance(value, list) and len(value) != info.data.get("mice"):
                raise ValueError(f"{name} has {len(value)} values for {info.data.get('mice')} mice")
        return parameters

    @property
    def tables(self) -> dict[str, Table]:
        """All parameters of the network, by group."""
        return tables_of(self.network, self.pyramidal)

    @property
    def table(self) -> Table:
        """All parameters of the network, by name."""
        return parameters_of(self.network, self.pyramidal)

    def given(self, name: str) -> np.ndarray:
        """A parameter in SI units, as given or by default: scalar, or one value per mouse."""
        value = self.parameters.get(name)
        return np.asarray(float(self.table[name].value)) if value is None else values_of(name, value, self.table)


def load_config(path: Path | None = None, defaults: dict | None = None, **options) -> Config:
    """The configuration of a TOML file (if any) over `defaults`, overridden by `options`. Raises UserError."""
    fields = ({} if path is None else read_toml(path)) | options
    defaults = defaults or {}
    if fields.get("network", defaults.get("network")) == "cortex":
        defaults = {name: value for name, value in defaults.items() if name != "cells"}  # they follow from the scale
    try:
        return Config(**defaults | fields)
    except ValidationError as error:
        raise UserError(one_line(error, Config.model_fields)) from None


def read_toml(path: Path) -> dict:
    """The tables of a TOML file. Raises UserError when it cannot be read."""
    try:
        return tomllib.loads(Path(path).read_text())
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is no valid TOML: {error}") from None


def one_line(error: ValidationError, known: Iterable[str]) -> str:
    """The first thing that is wrong, where, and the nearest of the `known` names for an unknown one."""
    first = error.errors()[0]
    place = ".".join(str(x) for x in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(place, known, n=1)
        message = "unknown option" + (f"; did you mean {near[0]}?" if near else "")
    elif first["type"] != "value_error":
        message = f"{message[0].lower()}{message[1:]}, got {first['input']!r}"
    return f"{place}: {message}" if place else message
