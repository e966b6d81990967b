"""The rows of NDNF+ interneurons: measures on recordings of known shape, and rows that turn red when a part is cut."""

from dataclasses import replace

import numpy as np
import pytest
from brian2 import nS, pA

from apical.analysis.physiology import interneurons
from apical.analysis.physiology.figures_ndnf import Block, Cells, draw
from apical.analysis.physiology.ndnf import RATES, block_rows, cell_rows, duration, kinetics, potential_rows
from apical.analysis.physiology.ndnf_block import Recording, Trial, record
from apical.analysis.physiology.rows import FAILS, HOLDS
from apical.equations.interneurons import neurogliaform
from apical.equations.parameters import Table
from apical.models.cells import NAUD_SPREKELER

pytestmark = pytest.mark.usefixtures("numpy_runtime")


def changed(table: Table, name: str, value) -> Table:
    return table | {name: replace(table[name], value=value)}


CURRENTS = np.array([interneurons.TEST, *np.arange(130.0, 161.0, 5.0), 280.0, 300.0])


@pytest.fixture(scope="module")
def cells(numpy_runtime):
    silent = (np.array([1.0]), np.array([1.0]))
    return Cells(interneurons.steps("neurogliaform", CURRENTS), interneurons.steps("canopy", CURRENTS), silent)


@pytest.fixture(scope="module")
def responses(numpy_runtime):
    """One pairing alone, after light, after light with both receptors blocked; potentials at rest by receptor."""
    light = tuple(40 + np.arange(0, 100, 1000 / 31))
    pairings = [
        Trial((), 220, 0.9),
        Trial(light, 220, 0.9),
        Trial(light, 220, 0.9, gaba_a=0, gaba_b=0),
    ]
    at_rest = [Trial((40.0,), gaba_a=a, gaba_b=b) for a, b in ((0.1, 0.1), (0.1, 0), (0, 0.1))]
    return record(pairings + at_rest, 300, NAUD_SPREKELER)


def block(by_delay, thresholds, responses):
    potentials = dict(zip(("both", "GABA_A", "GABA_B"), responses[3:], strict=True))
    delays = np.arange(10.0, 10 + 50 * by_delay.shape[1], 50)
    return Block(np.array(RATES), thresholds, delays, by_delay, potentials, tuple(responses[:2]))


def verdicts(rows):
    return {row.quantity: row.verdict for row in rows}


def test_neurogliaform_and_canopy_cells_are_as_published(cells):
    rows = cell_rows(cells)
    assert {row.verdict for row in rows if row.mandatory} == {HOLDS}
    found = verdicts(rows)
    assert found["canopy: first spike at rheobase"] == found["canopy: last / first interval"] == HOLDS
    assert found["rate after trains of 28 Hz"] == FAILS  # neither cell of `persistence` fired


def test_without_the_potassium_current_spikes_are_not_late(monkeypatch, cells):
    monkeypatch.setattr(neurogliaform, "PARAMETERS", changed(neurogliaform.PARAMETERS, "g_potassium", 0 * nS))
    broken = Cells(interneurons.steps("neurogliaform", CURRENTS), cells.canopy, cells.persistence)
    assert verdicts(cell_rows(broken))["first spike at rheobase"] == FAILS


def test_trains_of_light_leave_persistent_firing_and_13_hz_does_not(monkeypatch):
    monkeypatch.setattr(interneurons, "WATCH", 0.5)
    trains, tonic = interneurons.persistence()
    assert interneurons.rate_afterwards(trains) == pytest.approx(51, abs=5)
    assert interneurons.rate_afterwards(tonic) == 0
    assert np.sum(trains < 0.5) == 7  # one spike per pulse


def test_light_blocks_the_burst_of_a_pairing_through_the_receptors(responses):
    alone, light, cut = (recording.burst for recording in responses[:3])
    assert (alone, light, cut) == (3, 1, 3)
    assert responses[1].ndnf.size == 4


def test_kinetics_are_those_of_two_exponentials():
    rise, decay = 5.0, 40.0
    time = np.arange(0, 400, 0.1)
    since = np.maximum(time - 20, 0)
    v = -70 - (np.exp(-since / decay) - np.exp(-since / rise))
    recording = Recording(Trial(), np.array([]), np.array([20.0]), time, v)
    peak, fall = kinetics(recording)
    assert peak == pytest.approx(np.log(decay / rise) * rise * decay / (decay - rise), abs=0.2)
    late = time[np.flatnonzero((v > -70 - (-70 - v.min()) / np.e) & (time > 20 + peak))[0]] - 20 - peak
    assert fall == pytest.approx(late, abs=0.2)


def test_the_block_lasts_until_the_last_pairing_without_burst():
    delays = np.array([10.0, 60.0, 110.0])
    assert duration(np.array([1, 1, 3]), delays) == 60
    assert duration(np.array([3, 2, 2]), delays) == 0
    assert duration(np.array([1, 1, 1]), delays) == 110


def test_potentials_and_block_hold_as_they_are_and_turn_red_when_cut(responses, cells):
    blocked = np.array([[1, 1, 1, 1, 1, 1, 3], [1, 1, 1, 1, 1, 1, 3], [1, 3, 3, 3, 3, 3, 3]])
    graded = np.array([0.6, 0.9, 1.3, 2.0, 2.7, np.nan])
    whole = block(blocked, graded, responses)
    assert set(verdicts(potential_rows(whole) + block_rows(whole)).values()) == {HOLDS}
    assert len(draw(cells, whole).axes) == 8  # seven panels, one of them with two scales
    cut = replace(
        block(blocked[[2, 2, 2]], graded[::-1], responses),
        shown=(responses[0], responses[2]),
        potentials={"both": responses[3], "GABA_A": responses[5], "GABA_B": responses[4]},
    )
    found = verdicts(potential_rows(cut) + block_rows(cut))
    failing = {quantity for quantity, verdict in found.items() if verdict == FAILS}
    assert failing == {
        "slow GABA_A: decay to 1/e",
        "GABA_B: time to peak",
        "the same after 31 Hz",
        "threshold by NDNF+ rate, rank correlation",
        "duration after one volley",
        "duration after 31 Hz",
    }


def test_the_library_cell_needs_no_current_of_persistence_by_default():
    assert neurogliaform.PARAMETERS["i_persistence"].value == 0 * pA
