"""NDNF+ interneurons beside their published physiology: cells, inhibitory potentials, block of BAC firing."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from scipy.stats import spearmanr

from apical.analysis.physiology import interneurons
from apical.analysis.physiology.figures_ndnf import Block, Cells, draw
from apical.analysis.physiology.interpreted import interpreted
from apical.analysis.physiology.ndnf_block import Recording, Trial, ih_conductances, record
from apical.analysis.physiology.rows import Row
from apical.models.cells import Cell

LIGHT_RATE = 31.0  # Hz
RATES = (0.0, 4.0, 8.0, 16.0, LIGHT_RATE, 62.0)  # Hz
TRAIN, PAUSE = 250.0, 50.0  # ms: light, and from its end to the pairing
SETTLE = 100.0  # ms
EPSC = np.geomspace(0.2, 6.0, 35)  # nA
STRENGTH = 1.5  # EPSC of the pairing in units of its threshold without NDNF+ cells
DELAYS = np.arange(10.0, 1111.0, 25.0)  # ms from a release to the pairing
ONE_OF_TEN = 0.1  # part of a full release, for potentials without saturation

WITHOUT_IH = "GABA_B: time to peak, I_h blocked"

CELL, POTENTIAL, BLOCK = "NDNF+ cell", "NDNF+ inhibitory potential", "NDNF+ block of BAC firing"
TEXTBOOK = "layer 1 neurogliaform cells, textbook range"
SCHUMAN = "Schuman et al. 2019"
HARTUNG = "Hartung 2024"
PALMER = "Palmer et al. 2012: hundreds of ms"


def rows_and_figure(cell: Cell) -> tuple[list[Row], Figure]:
    """All protocols of NDNF+ cells, alone and with the pyramidal cell `cell`."""
    cells, block = measure_cells(), measure_block(cell)
    return cell_rows(cells) + potential_rows(block) + block_rows(block), draw(cells, block)


@cache
@interpreted()
def measure_cells() -> Cells:
    """Neurogliaform and canopy cells alone; measured once."""
    return Cells(interneurons.steps("neurogliaform"), interneurons.steps("canopy"), interneurons.persistence())


def cell_rows(cells: Cells) -> list[Row]:
    """Intrinsic physiology of neurogliaform and canopy cells."""
    ngf, canopy = cells.neurogliaform, cells.canopy
    trains, tonic = (interneurons.rate_afterwards(spikes) for spikes in cells.persistence)
    late, canopies = f"{SCHUMAN}: late spiking", f"{SCHUMAN}: canopy cells"
    return [
        Row(CELL, "resting potential", ngf.rest, "mV", -70, -65, TEXTBOOK),
        Row(CELL, "input resistance", ngf.input_resistance, "MOhm", 150, 190, "Naumann et al. 2025: medians"),
        Row(CELL, "membrane time constant", ngf.time_constant, "ms", 10, 15, TEXTBOOK),
        Row(CELL, "first spike at rheobase", ngf.latency, "ms", 200, None, late),
        Row(CELL, "last / first interval", ngf.interval_ratio(), "", None, 1.1, f"{SCHUMAN}: no adaptation"),
        Row(CELL, "canopy: first spike at rheobase", canopy.latency, "ms", None, 200, canopies, False),
        Row(CELL, "canopy: last / first interval", canopy.interval_ratio(), "", 1.1, None, canopies, False),
        Row(CELL, "rate after trains of 28 Hz", trains, "Hz", 40, 60, f"{HARTUNG}: about 51 Hz ± 20 %", False),
        Row(CELL, "rate after 13 Hz", tonic, "Hz", 0, 0, f"{HARTUNG}: needs trains", False),
    ]


def measure_block(cell: Cell) -> Block:
    """Threshold of the pairing by NDNF+ rate; burst by the delay from a release; inhibitory potentials at rest."""
    pairing = SETTLE + TRAIN + PAUSE
    trials = [Trial(_light(rate), pairing, epsc) for rate in RATES for epsc in EPSC]
    bursts = np.reshape([each.burst for each in record(trials, pairing + 80, cell)], (len(RATES), EPSC.size))
    thresholds = np.array([EPSC[np.argmax(row > 1)] if np.any(row > 1) else np.nan for row in bursts])
    epsc = STRENGTH * thresholds[0]

    one = (SETTLE,)
    receptors: dict[str, dict[str, Any]] = {"both": {}, "GABA_A": {"gaba_b": 0.0}, "GABA_B": {"gaba_a": 0.0}}
    delayed = [
        Trial(light, light[-1] + delay, epsc, **blocked)
        for light, blocked in ((one, {}), (_light(LIGHT_RATE), {}), (one, receptors["GABA_A"]))
        for delay in DELAYS
    ]
    small = Trial(one, gaba_a=ONE_OF_TEN, gaba_b=ONE_OF_TEN)
    at_rest = [replace(small, **blocked) for blocked in receptors.values()]
    if ih_conductances(cell):
        at_rest.append(replace(small, gaba_a=0.0, ih=0.0))
    shown = [Trial((), pairing, epsc), Trial(_light(LIGHT_RATE), pairing, epsc)]
    recordings = record(delayed + at_rest + shown, SETTLE + TRAIN + DELAYS[-1] + 100, cell)
    by_delay = np.array([recording.burst for recording in recordings[: len(delayed)]]).reshape(3, -1)
    potentials = dict(zip([*receptors, WITHOUT_IH], recordings[len(delayed) : -2], strict=False))
    return Block(np.array(RATES), thresholds, DELAYS, by_delay, potentials, (recordings[-2], recordings[-1]))


def potential_rows(block: Block) -> list[Row]:
    """Kinetics of the inhibitory potentials, one receptor blocked at a time."""
    fast, slow = (kinetics(block.potentials[receptor]) for receptor in ("GABA_A", "GABA_B"))
    rows = [Row(POTENTIAL, "slow GABA_A: decay to 1/e", fast[1], "ms", 20, 50, "Szabadics et al. 2007: tens of ms")]
    peak = Row(POTENTIAL, "GABA_B: time to peak", slow[0], "ms", 130, 200, "Tamas et al. 2003; textbook range")
    if WITHOUT_IH not in block.potentials:
        return [*rows, peak]
    alone = kinetics(block.potentials[WITHOUT_IH])[0]
    note = "published in cells with little I_h, which cuts the potential short"
    return [*rows, replace(peak, value=alone, quantity=WITHOUT_IH), replace(peak, mandatory=False, note=note)]


def block_rows(block: Block) -> list[Row]:
    """Test whether NDNF+ cells block BAC firing, by how much at which rate, and for how long."""
    free, blocked = (recording.burst for recording in block.shown)
    # A threshold beyond the largest current is above all others.
    rank = spearmanr(block.rates, np.nan_to_num(block.thresholds, nan=2 * EPSC[-1])).statistic
    volley, train, without_b = (duration(bursts, block.delays) for bursts in block.by_delay)
    return [
        Row(BLOCK, "action potentials of the pairing alone", free, "", 2, 4, "Larkum 2013"),
        Row(BLOCK, "the same after 31 Hz", blocked, "", 1, 1, "Larkum et al. 1999; Jiang et al. 2013: blocked"),
        Row(BLOCK, "threshold by NDNF+ rate, rank correlation", float(rank), "", 0.9, 1, "Larkum et al. 1999: graded"),
        Row(BLOCK, "duration after one volley", volley, "ms", 200, 1000, PALMER),
        Row(BLOCK, "duration after 31 Hz", train, "ms", 200, 1000, PALMER),
        Row(BLOCK, "one volley, GABA_B blocked", without_b, "ms", None, 100, f"{PALMER} by GABA_B", mandatory=False),
    ]


def kinetics(recording: Recording) -> tuple[float, float]:
    """Time from the presynaptic spike to the peak of an inhibitory potential, and from there to 1/e of it (ms)."""
    after = recording.time > recording.ndnf[0] - np.diff(recording.time[:2]) / 2
    time, v = recording.time[after] - recording.ndnf[0], recording.v_apical[after]
    size = v[0] - v
    peak = np.argmax(size)
    gone = np.argmax(size[peak:] < size[peak] / np.e)
    return time[peak], time[peak + gone] - time[peak]


def duration(bursts: np.ndarray, delays: np.ndarray) -> float:
    """Longest delay (ms) at which a pairing makes no burst; 0 if all do."""
    return float(np.max(delays[bursts < 2], initial=0))


def _light(rate: float) -> tuple[float, ...]:
    return tuple(SETTLE + np.arange(0, TRAIN, 1000 / rate)) if rate else ()
