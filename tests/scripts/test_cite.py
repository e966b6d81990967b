import json
import re

import pytest

from apical.equations.bibliography import named_in, publications
from apical.networks.training.config import Config


@pytest.fixture
def run(tmp_path):
    """A run's description, with other fields: (configuration, other entries) to its folder."""

    def write(brought=None, **options):
        versions = {"apical": "0.1.0"}
        description = {"config": Config(**options).model_dump(), "versions": versions, "wall_seconds": {}}
        (tmp_path / "run.json").write_text(json.dumps(description | {"brought": brought or {}}))
        return tmp_path

    return write


def keys(text):
    return re.findall(r"^@\w+\{(\w+),", text, flags=re.M)


def test_entries_are_whole_and_named_by_first_author_and_year():
    for key, publication in publications().items():
        assert publication.text.count("{") == publication.text.count("}")
        author, year = (re.search(rf"{field} = \{{(\w+)", publication.text)[1] for field in ("author", "year"))
        assert key == author + year


def test_sources_name_publications_in_any_form():
    sources = ["fit; Hay et al. 2011: -45 mV", "Naud & Sprekeler 2018", "Gupta, Wang, Markram 2000: F2", "Rhodes 2006"]
    assert sorted(named_in(sources)) == ["Gupta2000", "Hay2011", "Naud2018", "Rhodes2006"]


def test_a_run_cites_cell_rule_indicator_and_simulator(apical, run):
    code, text, _ = apical("cite", run())
    assert code == 0
    cited = ["Francioni2026", "Naud2018", "Payeur2021", "Salmon2011", "Stimberg2019", "Zhang2023"]
    assert keys(text) == [*cited, "apical"]


def test_what_a_run_did_not_use_is_not_cited(apical, run):
    cells = keys(apical("cite", run(pyramidal="conductance"))[1])
    assert "Hay2011" in cells and "Alevi2022" not in cells and "Friedrich2017" not in cells
    folder = run(device="cuda_standalone")
    (folder / "analysis.json").write_text("{}")
    assert {"Alevi2022", "Friedrich2017"} <= set(keys(apical("cite", folder)[1]))
    assert "Potjans2014" in keys(apical("cite", run(network="cortex"))[1])


def test_what_was_brought_is_named_with_its_digest(apical, run):
    folder = run(brought={"condition": "0123456789abcdef"})
    assert "% condition control was brought to this run (sha256 0123456789ab)" in apical("cite", folder)[1]


def test_a_folder_without_a_run_is_one_line(apical, tmp_path):
    assert apical("cite", tmp_path) == (1, "", f"apical: {tmp_path} holds no run (there is no run.json)")
