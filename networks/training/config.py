"""The configuration of a run: what the command line, a TOML file and Python share."""

import difflib
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    field_validator,
    model_validator,
)

from apical.equations.parameters import Table, check, quantity
from apical.models.cells import CELLS, NAUD_SPREKELER, Cell
from apical.models.component import Component, Registry
from apical.models.content import digest
from apical.models.rules import BURST_DEPENDENT, RULES, Rule
from apical.models.teachers import MIXTURE, TEACHERS, Teacher
from apical.networks.errors import UserError
from apical.networks.recorded import RECORD
from apical.networks.training.conditions import CONDITIONS, Condition
from apical.networks.training.network import CIRCUIT, NETWORKS, Network
from apical.networks.training.protocols import PROTOCOLS


@lru_cache(64)
def parameters_of(
    network: Network = CIRCUIT, cell: Cell = NAUD_SPREKELER, teacher: Teacher = MIXTURE, rule: Rule = BURST_DEPENDENT
) -> Table:
    """All parameters of a network by their names. Raises ValueError if two groups have different ones of one name."""
    found: Table = {}
    for group, table in network.structure.tables(cell, teacher, rule).items():
        for name, parameter in table.items():
            if name in found and digest(found[name]) != digest(parameter):
                raise ValueError(f"parameter {name!r} of {group} is there already with another meaning; rename it")
            found[name] = parameter
    return found


def values_of(name: str, value: str | float | list, known: Table) -> np.ndarray:
    """A parameter as written, in SI units: scalar, or one value per mouse. Raises ValueError.

    known : table of parameters, such as `Config.table`
    """
    if isinstance(value, list):
        return np.array([check(name, quantity(v), known) for v in value])
    return check(name, quantity(value), known)


def chosen(registry: Registry) -> tuple:
    """A component is given by name or as itself, and written by name."""
    return PlainValidator(registry.find), PlainSerializer(str, return_type=str)


def offered(registry: Registry) -> str:
    """Names and meanings of what comes with apical, for helps; others are ``FILE.py:NAME``."""
    return "; ".join(f"{c.name} ({c.meaning})" for c in registry.own.values()) + "; or FILE.py:NAME"


class Config(BaseModel):
    """A cohort and its training. Unknown fields and values out of range are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    network: Annotated[Network, *chosen(NETWORKS), Field(description=f"Network: {offered(NETWORKS)}.")] = CIRCUIT
    scale: Annotated[float, Field(ge=0.005, le=10, description="Part of the 77,759 neurons of the cortex.")] = 0.02
    in_degree: Annotated[float, Field(gt=0, le=1, description="Part of the synapses of a neuron of the cortex.")] = 0.1
    mice: Annotated[int, Field(ge=1, lt=10**6, description="Number of mice.")] = 6
    first_mouse: Annotated[
        int, Field(ge=0, lt=2**30, description="Number of the first mouse: mouse 3 is the same in each cohort.")
    ] = 0
    cells: Annotated[int, Field(ge=2, lt=10**6, description="Layer 5 pyramidal cells of a mouse, in the circuit.")] = 80
    bci_cells: Annotated[
        int, Field(ge=2, multiple_of=2, description="Cells of the readout of a mouse: half of them P+, half P-.")
    ] = 10
    days: Annotated[int, Field(ge=1, description="Days of training, one session each.")] = 14
    condition: Annotated[
        Condition, *chosen(CONDITIONS), Field(description=f"Condition of all mice: {offered(CONDITIONS)}.")
    ] = CONDITIONS["control"]
    feedback: Annotated[
        Literal["aligned", "learned", "random"],
        Field(description="Signs of the teaching: learned (locally), aligned (by role), random."),
    ] = "learned"
    pyramidal: Annotated[
        Cell, *chosen(CELLS), Field(description=f"Model of the pyramidal cells: {offered(CELLS)}.")
    ] = NAUD_SPREKELER
    teacher: Annotated[
        Teacher, *chosen(TEACHERS), Field(description=f"What the top-down units say: {offered(TEACHERS)}.")
    ] = MIXTURE
    rule: Annotated[
        Rule, *chosen(RULES), Field(description=f"Plasticity of the feed-forward synapses: {offered(RULES)}.")
    ] = BURST_DEPENDENT
    protocol: Annotated[str, Field(description=f"Length of the days: {', '.join(PROTOCOLS)}.")] = "full"
    probe_every: Annotated[
        int,
        Field(ge=0, description="Each n-th trial runs open loop, without feedback, plasticity and light; 0: none."),
    ] = 0
    seed: Annotated[int, Field(ge=0, lt=2**31, description="Seed of all noise.")] = 1
    device: Annotated[
        Literal["cpp_standalone", "cuda_standalone", "runtime"],
        Field(description="cpp_standalone (compiled), cuda_standalone (NVIDIA GPU) or runtime (slow)."),
    ] = "cpp_standalone"
    precision: Annotated[
        Literal["double", "single"],
        Field(description="Floating-point numbers of a compiled program: double or single."),
    ] = "double"
    math: Annotated[
        Literal["precise", "fast"],
        Field(description="Arithmetic of a CUDA program: precise (as on the CPU) or fast (nvcc -use_fast_math)."),
    ] = "precise"
    arch: Annotated[
        str,
        Field(
            pattern=r"^(sm_\d{2,3}(,sm_\d{2,3})*)?$",
            description="GPUs to compile for, such as sm_90. Default: that of this machine, else sm_80,sm_90.",
        ),
    ] = ""
    gpu: Annotated[
        int, Field(ge=0, description="Number of the GPU, as nvidia-smi counts or in $CUDA_VISIBLE_DEVICES.")
    ] = 0
    heap_mb: Annotated[int, Field(ge=0, lt=10**6, description="Memory in MiB that CUDA kernels can allocate.")] = 128
    threads: Annotated[
        int, Field(ge=1, description="Processor threads: parts of the cohort that run side by side.")
    ] = 2
    record: Annotated[
        Literal[*RECORD],  # type: ignore[valid-type]
        Field(description=f"What is kept: {'; '.join(f'{n}: {m}' for n, m in RECORD.items())}."),
    ] = "events"
    parameters: Annotated[
        dict[str, str | float | list[str | float]],
        Field(description="Values of parameters, by name; a list has one value per mouse."),
    ] = {}

    @model_validator(mode="before")
    @classmethod
    def _fits_the_network(cls, fields: dict) -> dict:
        defaults = {name: field.default for name, field in cls.model_fields.items()}
        return NETWORKS.find(fields.get("network", CIRCUIT)).check(fields, defaults)

    @field_validator("bci_cells")
    @classmethod
    def _among_the_cells(cls, value: int, info) -> int:
        if value > info.data.get("cells", value):
            raise ValueError(f"{value} neurons of the readout are more than the {info.data['cells']} cells of a mouse")
        return value

    @field_validator("protocol")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in PROTOCOLS:
            near = difflib.get_close_matches(value, PROTOCOLS, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise ValueError(f"unknown protocol {value!r}; {hint}known: {', '.join(PROTOCOLS)}")
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
        parts = ("network", "pyramidal", "teacher", "rule")
        if not info.data.keys() >= set(parts):  # one of them is refused already
            return parameters
        known = parameters_of(*(info.data[part] for part in parts))
        for name, value in parameters.items():
            values_of(name, value, known)
            if isinstance(value, list) and len(value) != info.data.get("mice"):
                raise ValueError(f"{name} has {len(value)} values for {info.data.get('mice')} mice")
        return parameters

    @property
    def tables(self) -> dict[str, Table]:
        """All parameters of the network, by group."""
        return self.network.structure.tables(self.pyramidal, self.teacher, self.rule)

    @property
    def table(self) -> Table:
        """All parameters of the network, by name."""
        return parameters_of(self.network, self.pyramidal, self.teacher, self.rule)

    @property
    def brought(self) -> dict[str, str]:
        """Digests of the components that do not come with apical, by field."""
        components = {name: value for name, value in self if isinstance(value, Component)}
        return {name: component.digest for name, component in components.items() if not component.own}

    def given(self, name: str) -> np.ndarray:
        """A parameter in SI units, as given or by default: scalar, or one value per mouse."""
        value = self.parameters.get(name)
        return np.asarray(float(self.table[name].value)) if value is None else values_of(name, value, self.table)


def load_config(path: Path | None = None, defaults: dict | None = None, **options) -> Config:
    """The configuration of a TOML file (if any) over `defaults`, overridden by `options`. Raises UserError.

    Parameters go one by one: those of `options` leave the others of the file and of `defaults` as they are.
    """
    defaults, fields = defaults or {}, {} if path is None else read_toml(path)
    tables = [given.get("parameters", {}) for given in (defaults, fields, options)]
    fields |= options
    if all(isinstance(table, dict) for table in tables):
        fields["parameters"] = tables[0] | tables[1] | tables[2]
    try:
        follow = NETWORKS.find(fields.get("network", defaults.get("network", CIRCUIT))).follow
        return Config(**{name: value for name, value in defaults.items() if name not in follow} | fields)
    except ValidationError as error:
        raise UserError(one_line(error, Config.model_fields)) from None
    except ValueError as error:
        raise UserError(f"network: {error}") from None


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
