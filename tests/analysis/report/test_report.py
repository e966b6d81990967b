"""The report is one page that needs nothing but itself, and says what is missing."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from apical.analysis.report.page import study_of, write_report
from apical.analysis.report.rows import MADE_BY, misses, number, title, verdicts
from apical.analysis.statistics.published import PUBLISHED
from apical.networks.errors import UserError
from apical.scripts.analyse import statistics_table

DOI = "https://doi.org/10.1038/s41586-026-10190-7"


class Links(HTMLParser):
    """All that a page refers to, and its tags that are open."""

    def __init__(self, page):
        super().__init__()
        self.found, self.open = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if name in ("src", "href", "srcset", "data", "poster")]
        if tag not in ("meta", "img", "br", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def study_runs(analysed):
    return [analysed(name) for name in ("control", "no_teaching", "ndnf_opto", "light_only", "scalar")]


@pytest.fixture
def report(tmp_path):
    return lambda runs: write_report(runs, tmp_path / "out" / "report.html").read_text()


def text_of(page):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_page_is_self_contained(report, study_runs):
    page = report(study_runs)
    links = Links(page)
    assert links.open == []
    assert {link for link in links.found if not link.startswith(("data:image/png;base64,", "#"))} == {DOI}
    assert "@import" not in page and "url(" not in page and "<script" not in page


def test_each_statistic_is_there_with_its_numbers(report, study_runs):
    page = report(study_runs)
    study = study_of(study_runs)
    assert len(study.statistics) > 15
    for row in study.statistics:
        line = text_of(re.search(rf'<tr id="{row.name}">.*?</tr>', page, re.DOTALL)[0])
        assert title(row.name) in line
        assert number(row.model) in line and number(row.published) in line
        assert f"({row.n})" in line
        assert ("outside" in line) == (row.within_2_sem is False)
    counts = study.counts
    assert f"{counts.same_sign} of {counts.with_sign}" in text_of(page)
    assert f"{counts.within_2_sem} of {counts.with_sem}" in text_of(page)


@pytest.mark.parametrize("signs,shown,missed", [([1, 1], "2 of 2", False), ([1, 0, 0], "1 of 3", True)])
def test_mice_with_the_sign_are_counted_out_of_those_there_are(report, analysed, signs, shown, missed):
    run = analysed("control", mice=len(signs), error_contrast_mice_with_sign=signs)
    page = report([run])
    line = text_of(re.search(r'<tr id="error_contrast_mice_with_sign">.*?</tr>', page, re.DOTALL)[0])
    assert line == f"error contrast mice with sign mice mice {shown} 6 of 6 {'other' if missed else 'same'}"
    fails = f"error contrast mice with sign: model {shown} mice, smaller than the paper’s 6 of 6: other sign"
    assert (fails in text_of(page)) == missed
    rows = study_of([run]).statistics
    table = statistics_table([row for row in rows if row.name == "error_contrast_mice_with_sign"], "")
    assert [next(iter(column.cells)) for column in table.columns[1:3]] == [shown, "6 of 6"]


def test_the_error_table_has_paper_learners_and_null(report, study_runs):
    page = text_of(report(study_runs))
    assert "paper control no teaching (null) ndnf opto light only residual" in page
    assert "paper scalar residual" in page
    assert "P+, error decreases 0.004 ± 0.02 0.0567 (30) 0.0567 (30)" in page
    assert "P+ minus P− 0.23 ± 0.05 (6) 0.123 ± 0.05 (6)" in page


def test_what_conditions_take_away_is_read_off_the_verdicts(study_runs):
    table = verdicts(study_of(study_runs))
    lost = {condition: worse for condition, worse, _ in table["lost"]}
    assert lost["light_only"] == []
    tested = {condition: compared for condition, _, compared in table["lost"]}
    assert (tested["light_only"], tested["no_teaching"]) == (4, 3)  # mice that do not learn need no signal
    assert set(lost["scalar"]) >= {"task encoding", "causal sign"}
    assert [name for name, _ in table["rows"]] == [row["name"] for row in table["learners"]]


def test_criteria_that_cannot_be_tested_are_no_failures(report, analysed):
    summary = lambda runs: text_of(report(runs)).split("Four criteria of")[0]  # noqa: E731
    two = summary([analysed("control", mice=2), analysed("no_teaching", mice=2)])
    assert "None of the paper’s 4 criteria could be tested in the mice that learn." in two
    assert not re.search(r"\d hold", two)
    some = summary([analysed("control"), analysed("no_teaching")])
    assert "Of the paper’s 4 criteria, 3 could be tested in the mice that learn, and 3 of these 3 hold: indep" in some
    assert "Not tested: necessity." in some
    flat = summary([analysed("control", hit_rate_late=[0.5] * 6), analysed("no_teaching"), analysed("ndnf_opto")])
    assert "3 of these 3 hold" in flat and "Not tested: necessity." in flat
    every = summary([analysed("control"), analysed("no_teaching"), analysed("ndnf_opto")])
    assert "4 of these 4 hold" in every and "Not tested" not in every


def test_criteria_that_cannot_be_tested_are_not_among_what_fails_nor_kept(report, analysed):
    page = text_of(report([analysed("control", mice=2), analysed("scalar", mice=2)])).split("What fails")
    assert "Criteria of the mice that learn" not in page[1]
    assert "Criteria that could not be tested independent information: cannot be tested." in page[1]
    assert "scalar : no criterion could be tested under both" in page[0]


def test_all_figures_are_embedded_with_captions(report, study_runs):
    page = report(study_runs)
    assert page.count('<img src="data:image/png;base64,') == page.count("<figcaption>") == 17
    for caption in re.findall(r"<figcaption>(.*?)</figcaption>", page, re.DOTALL):
        assert re.search(r"mean ± s\.e\.m\.|no error bars|a point for each", caption)
        assert re.search(r"\d", caption)
    assert "4321 coincident events" in text_of(page)
    assert "over the 5 mice with enough hits and misses" in text_of(page)


def test_missing_runs_and_figures_are_named_with_their_commands(report, analysed):
    run = analysed("control")
    (run / "figures" / "decoders.png").unlink()
    (run / "figures" / "weights.png").unlink()
    page = text_of(report([run]))
    folder = run.parent
    assert "Not among these runs: no_teaching, ndnf_opto, light_only, scalar" in page
    assert f"apical train --condition no_teaching --protocol short --record imaging --out {folder}/no_teaching" in page
    assert (
        f"apical train --mice 9 --first-mouse 6 --protocol short --record imaging --days 1 --out {folder}/dark" in page
    )
    assert f"apical analyse {folder}/light_only --reference {folder}/dark" in page
    assert f"missing; make it with: apical analyse {run}" in page
    assert f"missing; make it with: apical train --resume --out {run}" in page
    assert "There is no null column" in page
    assert "residual shift ndnf" in page


def test_what_fails_is_listed_from_the_numbers(report, analysed):
    run = analysed("control", hit_rate_late=[0.4, 0.41, 0.42, 0.4, 0.41, 0.42])
    (topic,) = [topic for topic in misses(study_of([run])) if topic["topic"] == "learning"]
    (text,) = topic["texts"]
    assert text.startswith("hit rate days 9–14 (paper: above): model 0.41 ± 0.0037")
    assert text.endswith("smaller than the paper’s 0.75: other sign, outside 2 s.e.m.")
    page = text_of(report([run]))
    assert text in page
    assert "necessity: cannot be tested" not in page.split("What fails")[0]


def test_every_topic_names_parts_of_the_model_that_exist():
    assert {entry.where for entry in PUBLISHED.values()} <= set(MADE_BY)
    root = Path(__file__).parents[3]
    assert all((root / file).is_file() for files in MADE_BY.values() for file in files)


def test_a_study_without_control_is_reported(report, analysed):
    assert "No run of condition control" in text_of(report([analysed("scalar")]))


def test_how_to_run_it_again(report, study_runs):
    page = text_of(report(study_runs))
    assert "apical paper --protocol short --seed 1 --ablations" in page
    assert f"apical train --condition scalar --protocol short --record imaging --out {study_runs[-1]}" in page
    assert "abcdef123456" in page and "brian2 2.10.1" in page


def test_runs_that_differ_are_pointed_out(report, study_runs):
    assert "differ where a study should not" not in report(study_runs)
    path = study_runs[0] / "run.json"
    description = json.loads(path.read_text())
    description["config"]["seed"] = 2
    path.write_text(json.dumps(description))
    assert "seed: 1, 2" in text_of(report(study_runs))


def test_the_command_writes_both_pages_and_keeps_earlier_ones(apical, study_runs, tmp_path):
    out, claims = tmp_path / "report.html", tmp_path / "docs" / "claims.md"
    arguments = ["report", *study_runs, "--out", out, "--claims", claims]
    assert apical(*arguments) == (0, f"{out} opens in any browser.", "")
    assert claims.read_text().startswith("# Claims")
    code, _, errors = apical(*arguments)
    assert (code, errors) == (1, f"apical: {out} exists; replace it (--overwrite) or choose another name")
    assert apical(*arguments, "--overwrite")[0] == 0


def test_wrong_runs_are_one_line(apical, analysed, described, study_runs, tmp_path):
    twice = analysed("control", folder=tmp_path / "other")
    out = tmp_path / "report.html"
    for runs, said in (
        ([tmp_path / "nothing"], f"{tmp_path / 'nothing'} is not analysed; do it with: apical analyse"),
        ([study_runs[0], twice], f"{twice} and {study_runs[0]} are both control; give one run per condition"),
    ):
        code, _, errors = apical("report", *runs, "--out", out)
        assert code == 1 and errors.startswith(f"apical: {said}") and len(errors.splitlines()) == 1
    assert not out.exists()


def test_a_run_that_was_moved_is_reported_from_where_it_is(report, analysed, tmp_path):
    run = analysed("control").rename(tmp_path / "moved")
    page = report([run])
    assert f"apical train --protocol short --record imaging --out {run}" in page
    assert "missing; make it with" not in page


def test_no_runs_are_refused(tmp_path):
    with pytest.raises(UserError, match="no runs"):
        write_report([], tmp_path / "report.html")
