"""What is stored of a day against the potentials that the cells had. NumPy runs the cells, nothing is compiled."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from brian2 import StateMonitor

from apical.networks.circuits import circuit
from apical.networks.errors import UserError
from apical.networks.recorded import RECORD
from apical.networks.training.config import Config, load_config
from apical.networks.training.record import RECORDED, day_record

SECONDS = 0.3
CALIBRATION = SimpleNamespace(x_minimum=np.zeros(2), threshold=np.ones(2))


@pytest.fixture
def potential_at_each_step(monkeypatch):
    """The circuit with one more monitor, ``potential``."""
    usual = circuit.monitors

    def more(cells, *others):
        return [*usual(cells, *others), StateMonitor(cells, "v_apical", record=True, name="potential")]

    monkeypatch.setattr(circuit, "monitors", more)


def onsets(potential, level, minimum):
    """Steps at which stays above `level` begin that last for at least `minimum` steps."""
    edges = np.diff(np.r_[0, potential > level, 0])
    first, last = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return first[last - first >= minimum]


@pytest.mark.parametrize(("cell", "level"), [("naud_sprekeler", -38e-3), ("conductance", -40e-3)])
def test_the_time_of_a_plateau_is_its_onset(numpy_runtime, potential_at_each_step, excerpt, cell, level):
    minimum = (15, 9)  # ms, of each mouse
    config = Config(
        mice=2,
        cells=10,
        device="runtime",
        pyramidal=cell,
        parameters={"i_bias_apical": "400 pA", "plateau_minimum": [f"{m} ms" for m in minimum]},
    )
    loop = excerpt(config, SECONDS)
    potential = loop.recorded("potential.v_apical")
    record = day_record(loop, CALIBRATION, np.ones((2, 10)), config.given("plateau_minimum"))
    ends = np.cumsum(record["plateau_row_size"])
    assert np.diff(ends, prepend=0).min() > 5
    for mouse, end in enumerate(ends):
        own = slice(end - record["plateau_row_size"][mouse], end)
        steps, cells = record["plateau_step"][own], record["plateau_cell"][own]
        for number in range(10):
            expected = onsets(potential[mouse, number], level, round(minimum[mouse] * 1e-3 / record["time_step"]))
            np.testing.assert_array_equal(steps[cells == number], expected)


def test_what_can_be_recorded_is_said_in_the_same_words_everywhere():
    assert [*RECORDED] == [*RECORD]
    page = (Path(__file__).parents[3] / "results" / "README.md").read_text()
    for name, meaning in RECORD.items():
        assert load_config(record=name).record == name
        assert name == "events" or f"- `--record {name}`: {meaning}" in page
    with pytest.raises(UserError, match=r"record: .*'events', 'imaging' or 'traces'"):
        load_config(record="voltages")


@pytest.mark.parametrize("command", ["train", "build", "cuda-report"])
def test_the_help_says_what_can_be_recorded(apical, command):
    _, text, _ = apical(command, "--help")
    words = " ".join(text.replace("│", " ").split())
    for name, meaning in RECORD.items():
        assert f"{name}: {meaning}" in words
