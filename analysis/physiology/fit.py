"""Fit of the conductance-based cell to the published protocols: all candidates of a generation are one experiment.

Differential evolution (Storn & Price 1997) on the logarithms of the free parameters, around their present values.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import differential_evolution

from apical.analysis.physiology.bac import SOMA, START, epsc
from apical.analysis.physiology.measures import burst_rate, longest_above, rise
from apical.models.cells import Cell
from apical.networks.experiments.current_clamp import Recording, experiment

#: Parameters that are fitted by default: those that shape the f-I curve, the back-propagating AP and the plateau.
FREE = (
    *("charge_ca_soma", "charge_ca_nexus", "charge_ca_tuft", "gmax_sk_soma", "gmax_sk_nexus", "gmax_hva_nexus"),
    *("gmax_nat_trunk", "gmax_nat_nexus", "gmax_ih_nexus", "g_axial_trunk", "g_axial_nexus", "gmax_leak_trunk"),
)
WITHIN = 1.5  # largest factor by which a parameter may change

#: Target and what counts as one unit of error, half the published range.
TARGETS: dict[str, tuple[float, float]] = {
    "rate at 0.458 nA (Hz)": (6, 1.2),
    "rate at 0.562 nA (Hz)": (8.5, 1.0),
    "rate at 0.95 nA (Hz)": (17.5, 0.8),
    "AP at the nexus (mV)": (45, 10),
    "AP in the tuft (mV)": (36, 9),
    "APs, BAC firing": (3, 1),
    "burst rate, BAC firing (Hz)": (140, 60),
    "plateau, BAC firing (ms)": (37, 12.5),
    "plateau, 0.5 nA distal alone (ms)": (0, 5),
    "plateau, 1.25 nA distal alone (ms)": (0, 5),
    "plateau, 2 nA distal alone (ms)": (37, 12.5),
    "plateau, 4 APs at 70 Hz (ms)": (0, 5),
    "plateau, 4 APs at 100 Hz (ms)": (0, 5),
    "plateau, 4 APs at 120 Hz (ms)": (37, 12.5),
    "plateau 20 ms before the AP (ms)": (0, 5),
    "plateau 16 ms after the AP (ms)": (0, 5),
}
_LENGTH = 2000.0
_STEPS = [{"amplitude_soma": i, "onset_soma": START, "width_soma": _LENGTH} for i in (0.458, 0.562, 0.95)]
_TRAIN = {"amplitude_soma": 4.0, "onset_soma": START, "width_soma": 2.0, "count_soma": 4}
_BRIEF = [
    SOMA,
    SOMA | epsc(0.5),
    *(epsc(peak) for peak in (0.5, 1.25, 2.0)),
    *(_TRAIN | {"period_soma": 1000 / frequency} for frequency in (70, 100, 120)),
    *(SOMA | epsc(0.8, START + 3 + delay) for delay in (-20, 16)),
]


@dataclass(frozen=True)
class Fit:
    """parameters : the best found, by name in SI units; error : theirs; measured : target to value"""

    parameters: dict[str, float]
    error: float
    measured: dict[str, float]


def measure(cell: Cell, parameters: dict[str, np.ndarray]) -> np.ndarray:
    """All of `TARGETS` for each candidate, (candidates, targets). `parameters` : name to one value per candidate."""
    count = len(next(iter(parameters.values())))

    def run(stimuli: list[dict[str, float]], duration: float, traces: float) -> Recording:
        each = {name: np.repeat(value, len(stimuli)) for name, value in parameters.items()}
        return experiment(cell, stimuli * count, duration, each, traces=traces)

    steps, brief = run(_STEPS, START + _LENGTH, 0.1), run(_BRIEF, START + 130, START + 130)
    rates = np.array([(s > START).sum() / _LENGTH * 1e3 for s in steps.spikes]).reshape(count, -1)
    shape = (count, len(_BRIEF))
    nexus, tuft = (rise(brief, place, START - 1).reshape(shape)[:, 0] for place in ("nexus", "tuft"))
    paired = brief.spikes[1 :: len(_BRIEF)]
    burst = [[s.size, np.nan_to_num(burst_rate(s))] for s in paired]
    return np.column_stack([rates, nexus, tuft, burst, longest_above(brief, cell).reshape(shape)[:, 1:]])


def error(measured: np.ndarray) -> np.ndarray:
    """Mean square of the errors of each candidate, each in units of half its published range."""
    target, unit = np.array(list(TARGETS.values())).T
    return np.mean(((measured - target) / unit) ** 2, axis=1)


def fit(
    cell: Cell,
    free: tuple[str, ...] = FREE,
    seed: int = 1,
    generations: int = 30,
    population: int = 48,
    progress: Callable[[int, float], None] = lambda generation, error: None,
) -> Fit:
    """Fit the parameters `free` of `cell`, starting from the values they have.

    population : candidates per generation; progress : called with each generation and its smallest error so far
    """
    start = np.array([float(cell.parameters[name].value) for name in free])
    best = [np.inf]

    def errors(logarithms: np.ndarray) -> np.ndarray:
        found = error(measure(cell, dict(zip(free, start[:, None] * np.exp(logarithms), strict=True))))
        best.append(min(best[-1], float(found.min())))
        progress(len(best) - 2, best[-1])
        return found

    bound = np.log(WITHIN)
    generator = np.random.default_rng(seed)
    first = generator.uniform(-bound, bound, (population, len(free))) * np.linspace(0, 1, population)[:, None]
    found = differential_evolution(
        errors,
        [(-bound, bound)] * len(free),
        init=first,
        maxiter=generations,
        vectorized=True,
        updating="deferred",
        polish=False,
        rng=generator,
    )
    parameters = start * np.exp(found.x)
    measured = measure(cell, {name: value[None] for name, value in zip(free, parameters, strict=True)})[0]
    named = dict(zip(free, parameters.tolist(), strict=True))
    return Fit(named, float(found.fun), dict(zip(TARGETS, measured.tolist(), strict=True)))
