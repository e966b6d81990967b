"""Activity of the populations of a run: spikes in one index, rates, irregularity, plateaus."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from apical.equations.pyramidal import steps_from_onset
from apical.models.cortical import TABLES
from apical.networks.circuits.circuit import ROLES, Structure
from apical.networks.circuits.cortex.network import DT, Cortex
from apical.networks.circuits.cortex.populations import POPULATIONS

#: Time from the start to the steady state, in seconds; left out of rates.
SETTLING = 0.3


@dataclass(frozen=True)
class Events:
    """Times (s, ascending; of plateaus, their onsets) and neurons, numbered through all populations in their order."""

    time: np.ndarray
    neuron: np.ndarray


def offsets(s: Cortex) -> dict[str, int]:
    """Number of the first neuron of each population."""
    first = np.cumsum([0, *s.sizes.values()])
    return dict(zip(s.sizes, first.tolist(), strict=False))


def roles(s: Cortex) -> np.ndarray:
    """``P+``, ``P-`` or ``P0`` of each thick-tufted cell of layer 5: the first ones, as many as in the small circuit.

    Cells of a population are exchangeable.
    """
    count, plus, minus = s.sizes["L5 thick"], Structure.p_plus, Structure.p_minus
    return np.repeat(ROLES, (plus, minus, max(0, count - plus - minus)))[:count]


def events(s: Cortex, arrays: Mapping[str, np.ndarray], plateaus: bool = False) -> Events:
    """Spikes of all neurons, or plateaus of the pyramidal cells of layer 5, ordered by time and neuron."""
    first, steps, neurons = offsets(s), [], []
    for group, names in s.groups.items():
        monitor = "plateaus" if plateaus else f"{group}_spikes"
        if plateaus and group != "pyramidal":
            continue
        start = np.array([s.places[name][1] for name in names])
        index = arrays[f"{monitor}.i"]
        population = np.searchsorted(start, index, side="right") - 1
        neurons.append(index - start[population] + np.array([first[name] for name in names])[population])
        steps.append(np.rint(arrays[f"{monitor}.t"] / float(DT)).astype(np.int64))
    if plateaus:
        steps[0] -= steps_from_onset(float(TABLES["pyramidal"]["plateau_minimum"].value), float(DT))
    step, neuron = np.concatenate(steps), np.concatenate(neurons).astype(np.int32)
    order = np.lexsort((neuron, step))
    return Events(step[order] * float(DT), neuron[order])


def statistics(s: Cortex, spikes: Events, plateaus: Events, seconds: float) -> list[dict]:
    """A row for each population: mean rate (Hz) beside its ranges, irregularity, rate of plateaus (Hz)."""
    rows, lasted = [], seconds - SETTLING
    for name, first in offsets(s).items():
        population, size = POPULATIONS[name], s.sizes[name]
        rate = _within(spikes, first, size)[0].size / size / lasted
        rows.append(
            {
                "population": name,
                "neurons": size,
                "rate": rate,
                "aim": population.rate,
                "low": population.low,
                "high": population.high,
                "source": population.in_vivo,
                "in_range": bool(population.low <= rate <= population.high),
                "irregularity": _irregularity(*_within(spikes, first, size)),
                "plateau_rate": _within(plateaus, first, size)[0].size / size / lasted
                if population.cell in ("thick", "thin")
                else None,
            }
        )
    return rows


def _within(events: Events, first: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    chosen = (events.neuron >= first) & (events.neuron < first + size) & (events.time >= SETTLING)
    return events.time[chosen], events.neuron[chosen]


def _irregularity(time: np.ndarray, neuron: np.ndarray) -> float | None:
    """Mean coefficient of variation of the intervals of neurons with at least three; None if there is none."""
    order = np.lexsort((time, neuron))
    interval, same = np.diff(time[order]), np.diff(neuron[order]) == 0
    _, index = np.unique(neuron[order][1:][same], return_inverse=True)
    interval = interval[same]
    count = np.bincount(index)
    enough = count >= 3
    if not enough.any():
        return None
    mean = np.bincount(index, interval)[enough] / count[enough]
    square = np.bincount(index, interval**2)[enough] / count[enough]
    return float(np.mean(np.sqrt(np.maximum(square - mean**2, 0)) / mean))
