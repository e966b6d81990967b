"""The protocols on the cells: closed forms, blocked channels, devices, time steps, and what apical validate writes."""

import json
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

from apical.analysis.physiology import bac, bap, coincidence, critical_frequency, passive, plateau, protocols
from apical.analysis.physiology.rows import FAILS, HOLDS, Row
from apical.equations.conductance import fitted
from apical.models.cells import CELLS
from apical.networks.errors import UserError
from apical.networks.experiments.current_clamp import experiment
from apical.scripts.main import app

CONDUCTANCE, NAUD_SPREKELER = CELLS["conductance"], CELLS["naud_sprekeler"]
BOTH = pytest.mark.parametrize("cell", [CONDUCTANCE, NAUD_SPREKELER], ids=lambda cell: cell.name)


@BOTH
@pytest.mark.slow
def test_membranes_are_as_published_and_passive_trees_as_in_closed_form(cell):
    rows, figure = passive.rows_and_figure(cell)
    assert isinstance(figure, Figure)
    assert {row.quantity: row.verdict for row in rows if row.verdict == FAILS} == {}
    assert rows[-1].source == passive.CLOSED and 0 < rows[-1].value < 1


@pytest.mark.slow
def test_without_calcium_channels_at_least_five_rows_are_red():
    channels = [name for name in fitted.PARAMETERS if name.startswith(("gmax_hva_", "gmax_lva_"))]
    blocked = CONDUCTANCE.changed({name: 0 * fitted.PARAMETERS[name].value for name in channels})
    broken = (bac, critical_frequency, plateau, coincidence)
    rows = [row for protocol in broken for row in protocol.rows_and_figure(blocked)[0]]
    red = [row.quantity for row in rows if row.mandatory and row.verdict == FAILS]
    assert len(red) >= 5, red
    intact = bac.rows_and_figure(CONDUCTANCE)[0]
    assert [row.quantity for row in intact if row.mandatory and row.verdict != HOLDS] == []


@BOTH
@pytest.mark.slow
def test_runtime_and_compiled_programs_fire_at_the_same_times(cell, numpy_runtime):
    both = {"amplitude_soma": 1.9, "onset_soma": 5.0, "epsc_peak_apical": 1.2, "epsc_onset_apical": 10.0}
    stimuli = [both, {"amplitude_soma": 0.9, "width_soma": 100.0}, {}]
    compiled, interpreted = (experiment(cell, stimuli, 40.0, compiled=x).spikes for x in (True, False))
    assert len(compiled[0]) >= 3 and len(compiled[2]) == 0
    for one, other in zip(compiled, interpreted, strict=True):
        np.testing.assert_array_equal(np.rint(one / cell.dt), np.rint(other / cell.dt))


@pytest.mark.slow
def test_numbers_change_less_than_5_percent_when_the_step_is_halved():
    values = []
    for dt in (CONDUCTANCE.dt, CONDUCTANCE.dt / 2):
        cell = replace(CONDUCTANCE, dt=dt)
        rows = bap.rows_and_figure(cell)[0] + bac.rows_and_figure(cell)[0]
        values.append({row.quantity: row.value for row in rows if row.mandatory})
    coarse, fine = values
    changes = {name: abs(coarse[name] / fine[name] - 1) for name in fine if fine[name]}
    # The threshold of the paired EPSC is known to a step of the search, 0.05 nA.
    changes.pop("EPSC threshold alone / paired")
    assert max(changes.values()) < 0.05, changes


def test_what_a_cell_cannot_show_is_a_row_with_a_reason():
    rows = passive.rows_and_figure(NAUD_SPREKELER)[0] + bap.rows_and_figure(NAUD_SPREKELER)[0]
    without = [row for row in rows if row.value is None]
    assert len(without) == 3 and all(row.note for row in without)


def test_a_table_passes_if_no_mandatory_row_fails():
    row = Row("p", "q", 2.0, "", 0, 1, "s")
    assert not protocols.passed({"cell": [row]})
    assert protocols.passed(
        {"cell": [replace(row, mandatory=False), replace(row, value=0.5), replace(row, value=None)]}
    )


class Stub:
    """A protocol of one row and an empty figure."""

    __name__ = "apical.analysis.physiology.stub"

    def __init__(self, value):
        self.value = value

    def rows_and_figure(self, cell):
        return [Row("stub", "a number", self.value, "mV", 0, 1, "nobody")], Figure()


@pytest.mark.parametrize(("value", "code"), [(0.5, 0), (2.0, 1), (np.nan, 1)])
def test_the_command_writes_its_table_and_tells_by_its_exit_code(value, code, tmp_path, monkeypatch):
    monkeypatch.setattr(protocols, "PROTOCOLS", (Stub(value),))
    done = CliRunner().invoke(app, ["validate", "--cell", "conductance", "--out", str(tmp_path)])
    assert done.exit_code == code, done.output
    assert "a number" in done.output and ("holds" if code == 0 else "fails") in done.output
    written = json.loads((tmp_path / "validate.json").read_text())
    assert written["passed"] == (code == 0)
    assert written["cells"]["conductance"][0]["value"] == (None if np.isnan(value) else value)
    assert (tmp_path / "figures" / "conductance_stub.png").stat().st_size > 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("c_soma = '-6 pF'", "c_soma must lie between"),
        ("c_soma = '6 mV'", "c_soma is a quantity in farad"),
        ("c_soma = '6 furlong'", "unknown unit 'furlong'"),
        ("c_apex = '6 pF'", "unknown parameter 'c_apex'"),
        ("c_soma = [", "Invalid"),
        ("c_soma = true", "c_soma"),
    ],
)
def test_a_bad_parameter_file_is_one_clear_line(text, message, tmp_path):
    path = tmp_path / "cell.toml"
    path.write_text(text)
    with pytest.raises(UserError) as raised:
        protocols.chosen(["conductance"], path)
    assert message in str(raised.value) and "\n" not in str(raised.value)


def test_unknown_cells_and_unreadable_files_are_one_clear_line(tmp_path):
    with pytest.raises(UserError, match="unknown cell 'hay'; known: naud_sprekeler, conductance"):
        protocols.chosen(["hay"])
    with pytest.raises(UserError, match="cannot read"):
        protocols.chosen(["conductance"], tmp_path / "none.toml")
    with pytest.raises(UserError, match="belong to one cell"):
        protocols.chosen(None, tmp_path / "none.toml")
