"""Networks that mice can be trained in: what is compiled, what a run of it is given, which options it takes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apical.models.cells import CELLS, NAUD_SPREKELER
from apical.models.component import Component, Registry
from apical.networks.circuits.circuit import Structure
from apical.networks.circuits.cortex.task import TaskCortex
from apical.networks.training.cohort import Cohort
from apical.networks.training.cortical_cohort import CorticalCohort

Options = dict[str, Any]

#: Options that only a cortical network has.
_CORTICAL = ("scale", "in_degree")

#: What the cortical network runs with.
_ONLY = {"device": "cpp_standalone", "precision": "double"}


def without_cortex(options: Options, defaults: Options) -> Options:
    """Refuse options of the cortical network. Raises ValueError."""
    for name in _CORTICAL:
        if options.get(name, defaults[name]) != defaults[name]:
            raise ValueError(f"{name}: of the cortical network; add network = cortex")
    return options


def of_cortex(options: Options, defaults: Options) -> Options:
    """Check the options of the cortical network; its cells follow from its scale. Raises ValueError."""
    if CELLS.find(options.get("pyramidal", NAUD_SPREKELER)) != NAUD_SPREKELER:
        raise ValueError(f"pyramidal: the cortical network runs with {NAUD_SPREKELER} only")
    for name, only in _ONLY.items():
        if options.get(name, only) != only:
            raise ValueError(f"{name}: the cortical network runs with {only} only")
    scale = options.get("scale", defaults["scale"])
    if not (isinstance(scale, float | int) and 0 < scale <= 10):
        return options
    s = TaskCortex(scale)
    if options.get("cells", s.cells) != s.cells:
        raise ValueError(f"cells: the cortical network has {s.cells} at this scale; leave them out")
    if options.get("bci_cells", 0) > (thick := s.sizes["L5 thick"]):
        raise ValueError(f"bci_cells: there are {thick} thick-tufted cells for the readout at this scale")
    return options | {"cells": s.cells}


@dataclass(frozen=True, eq=False, repr=False)
class Network(Component):
    """A network with the brain-computer interface on it.

    structure : class of what is compiled, a `Structure` or a class with its fields, properties and ``of``, ``tables``,
        ``build``
    cohort : class of what a run is given, a `Cohort` or a class with its methods; with Python's ``cohort(config, ...)``
    check : check of the options as they were given, with all defaults; returns them with those that follow from
        others, and raises ValueError, ``"NAME: ..."``, for those that it cannot run with
    follow : names of options that follow from others
    batched : True when the mice of a cohort share a program, so that a sweep can have one
    """

    structure: type[Structure] | type[TaskCortex]
    cohort: type[Cohort] = Cohort
    check: Callable[[Options, Options], Options] = without_cortex
    follow: frozenset[str] = frozenset()
    batched: bool = True


CIRCUIT = Network("circuit", "layer 5 cells, their inputs, NDNF+ cells", Structure)

CORTEX = Network(
    "cortex",
    "layers 1 to 6, one network for each mouse",
    TaskCortex,
    cohort=CorticalCohort,
    check=of_cortex,
    follow=frozenset({"cells"}),
    batched=False,
)

NETWORKS = Registry(Network, CIRCUIT, CORTEX)
