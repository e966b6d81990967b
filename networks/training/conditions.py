"""The conditions: one network, one switch each. A condition only changes values that a run is given."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from apical.models.component import Component, Registry

#: From signed weights (mice, cells) of the intact signal, and a generator of each mouse, to weights of the same shape.
#: The generators are the same on each day, so that a permutation stays what it was.
Delivery = Callable[[np.ndarray, list[np.random.Generator]], np.ndarray]


def vector(weights: np.ndarray, generators: list[np.random.Generator]) -> np.ndarray:
    """Each cell gets its own."""
    return weights


def none(weights: np.ndarray, generators: list[np.random.Generator]) -> np.ndarray:
    """No cell gets anything."""
    return np.zeros_like(weights)


def scalar(weights: np.ndarray, generators: list[np.random.Generator]) -> np.ndarray:
    """All cells of a mouse get the same, of the same power."""
    return np.broadcast_to(_power(weights), weights.shape).copy()


def shuffled(weights: np.ndarray, generators: list[np.random.Generator]) -> np.ndarray:
    """Permuted among the cells of a mouse."""
    return np.stack([g.permutation(row) for g, row in zip(generators, weights, strict=True)])


def random(weights: np.ndarray, generators: list[np.random.Generator]) -> np.ndarray:
    """Normally distributed, of the same power per mouse."""
    drawn = np.stack([g.standard_normal(weights.shape[1]) for g in generators])
    return drawn * _power(weights) / np.sqrt(np.mean(drawn**2, axis=1, keepdims=True))


def _power(weights: np.ndarray) -> np.ndarray:
    """Root mean square over the cells of each mouse, (mice, 1)."""
    return np.sqrt(np.mean(weights**2, axis=1, keepdims=True))


@dataclass(frozen=True, eq=False, repr=False)
class Condition(Component):
    """Treatment of the mice of a cohort.

    teaching : function from the weights of the teaching signal that a mouse has to those that reach its cells
    light, opsin : True when the LED is on in the closed loop, and when NDNF+ cells express the opsin
    ndnf : True when NDNF+ cells release GABA
    compartment : compartment that the teaching current enters, ``apical`` or ``soma``
    """

    teaching: Delivery = vector
    light: bool = False
    opsin: bool = False
    ndnf: bool = True
    compartment: str = "apical"

    def __post_init__(self):
        super().__post_init__()
        if self.compartment not in ("apical", "soma"):
            raise ValueError(f"condition {self.name}: compartment is apical or soma, not {self.compartment!r}")


CONDITIONS = Registry(
    Condition,
    Condition("control", "each dendrite gets its own signed teaching signal"),
    Condition("light_only", "the LED is on, no opsin is expressed", light=True),
    Condition("ndnf_opto", "light switches the NDNF+ cells on", light=True, opsin=True),
    Condition("scalar", "one signal for all cells, of the same power", teaching=scalar),
    Condition("no_teaching", "no teaching signal", teaching=none),
    Condition("shuffled", "the teaching signals are permuted among the cells", teaching=shuffled),
    Condition("random_feedback", "fixed random feedback of the same power", teaching=random),
    Condition("somatic_teaching", "the teaching current enters the soma", compartment="soma"),
    Condition("no_ndnf", "the NDNF+ cells release nothing", ndnf=False),
)
