"""The conditions: one network, one switch each. A condition only changes values that a run is given."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Condition:
    """meaning : for the help; the rest are the switches (see `deliver` for `teaching`)."""

    meaning: str
    teaching: str = "vector"
    light: bool = False
    opsin: bool = False
    ndnf: bool = True
    compartment: str = "apical"


CONDITIONS: dict[str, Condition] = {
    "control": Condition("each dendrite gets its own signed teaching signal"),
    "light_only": Condition("the LED is on, no opsin is expressed", light=True),
    "ndnf_opto": Condition("light switches the NDNF+ cells on", light=True, opsin=True),
    "scalar": Condition("one signal for all cells, of the same power", teaching="scalar"),
    "no_teaching": Condition("no teaching signal", teaching="none"),
    "shuffled": Condition("the teaching signals are permuted among the cells", teaching="shuffled"),
    "random_feedback": Condition("fixed random feedback of the same power", teaching="random"),
    "somatic_teaching": Condition("the teaching current enters the soma", compartment="soma"),
    "no_ndnf": Condition("the NDNF+ cells release nothing", ndnf=False),
}


def deliver(kind: str, feedback: np.ndarray, generators: list[np.random.Generator]) -> np.ndarray:
    """The feedback weights that reach the cells, with the same power per mouse as `feedback`.

    feedback : (mice, cells) signed weights of the intact signal
    generators : one per mouse, the same on each day, so that a permutation stays what it was
    """
    power = np.sqrt(np.mean(feedback**2, axis=1, keepdims=True))
    match kind:
        case "vector":
            return feedback
        case "none":
            return np.zeros_like(feedback)
        case "scalar":
            return np.broadcast_to(power, feedback.shape).copy()
        case "shuffled":
            return np.stack([g.permutation(row) for g, row in zip(generators, feedback, strict=True)])
        case "random":
            random = np.stack([g.standard_normal(feedback.shape[1]) for g in generators])
            return random * power / np.sqrt(np.mean(random**2, axis=1, keepdims=True))
    raise ValueError(f"unknown kind of teaching {kind!r}")
