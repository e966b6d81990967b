"""Claims are judged by the numbers of runs, by the rules that they state."""

import json
import re

import numpy as np
import pytest

from apical.analysis.report.claim_parts import FAILS, HOLDS, IN_PART, UNTESTED, VERDICTS, Part, erased, joint
from apical.analysis.report.claims import claims
from apical.analysis.report.claims_page import claims_page
from apical.analysis.report.page import study_of

ALL = ("control", "no_teaching", "ndnf_opto", "light_only", "scalar", "shuffled", "somatic_teaching")


@pytest.fixture
def verdicts(analysed):
    """Verdicts of the twelve claims on runs of conditions, each with its values by hand."""

    def judge(*conditions, **values):
        study = study_of([analysed(name, **values.get(name, {})) for name in conditions])
        return {claim.number: claim.verdict for claim in claims(study)}

    return judge


def test_all_claims_hold_of_mice_that_are_as_claimed(verdicts):
    found = verdicts(*ALL)
    assert list(found) == list(range(1, 13))
    open_claims = {6, 8, 11}  # part of them is not measured
    assert {n for n, verdict in found.items() if verdict == IN_PART} == open_claims
    assert {verdict for n, verdict in found.items() if n not in open_claims} == {HOLDS}


def test_nothing_holds_of_mice_that_do_not_learn(verdicts, analysed):
    silent = json.loads((analysed("no_teaching") / "analysis.json").read_text())["values"]
    found = verdicts(*ALL, control=silent, light_only=silent)
    assert {n for n, verdict in found.items() if verdict == FAILS} >= {1, 3, 4}
    assert HOLDS not in {found[n] for n in (1, 2, 3, 4, 5, 7, 8, 9, 11, 12)}


@pytest.mark.parametrize("missing,number", [("scalar", 11), ("somatic_teaching", 1), ("shuffled", 4), ("ndnf_opto", 8)])
def test_a_claim_without_its_run_is_not_tested_and_says_which(analysed, missing, number):
    study = study_of([analysed(name) for name in ALL if name != missing])
    claim = next(claim for claim in claims(study) if claim.number == number)
    assert claim.verdict == UNTESTED
    assert claim.open == f"needs a run of condition {missing}"


def test_two_mice_test_nothing(verdicts, analysed):
    study = study_of([analysed(name, mice=2) for name in ALL])
    assert {claim.verdict for claim in claims(study)} == {UNTESTED}


def test_without_control_nothing_is_tested(verdicts):
    assert set(verdicts("no_teaching", "scalar").values()) == {UNTESTED}


def test_the_null_is_subtracted(verdicts):
    """Contrasts that are there without teaching as well are no teaching signal."""
    same = {"error_contrast_p_plus": [0.08 + 0.01 * n for n in range(6)]}
    assert verdicts("control")[3] == UNTESTED
    assert verdicts("control", "no_teaching", control=same)[3] == HOLDS
    assert verdicts("control", "no_teaching", control=same, no_teaching=same)[3] == IN_PART  # P- as claimed


def test_angles_decide_between_theories(verdicts, analysed):
    run = analysed("control")
    result = json.loads((run / "analysis.json").read_text())
    judge = lambda: claims(study_of([run]))[9].verdict  # noqa: E731
    assert judge() == HOLDS
    result["ground_truth"][-1]["inverse"] = 50.0  # on the last day alone
    (run / "analysis.json").write_text(json.dumps(result))
    assert judge() == IN_PART
    for day in result["ground_truth"][1:]:
        day["inverse"] = 50.0
    (run / "analysis.json").write_text(json.dumps(result))
    assert judge() == FAILS


def test_verdicts_of_parts_join():
    parts = lambda *verdicts: [Part("", verdict) for verdict in verdicts]  # noqa: E731
    assert joint(parts(HOLDS, HOLDS)) == HOLDS
    assert joint(parts(FAILS, FAILS)) == FAILS
    assert joint(parts(HOLDS, FAILS)) == joint(parts(IN_PART, HOLDS)) == IN_PART
    assert joint(parts(HOLDS, FAILS, UNTESTED)) == UNTESTED


def test_erased_is_there_with_and_gone_without():
    there, gone = np.array([0.9, 1.0, 1.1]), np.array([-0.1, 0.0, 0.1])
    assert erased("", there, gone).verdict == HOLDS
    assert erased("", there, there).verdict == FAILS
    assert erased("", gone, gone).verdict == FAILS
    assert erased("", there, there, there).verdict == FAILS
    assert erased("", there + 1, there, there).verdict == HOLDS


def test_the_page_has_all_claims_with_rule_numbers_and_command(analysed):
    study = study_of([analysed(name) for name in ("control", "no_teaching", "ndnf_opto", "light_only")])
    page = claims_page(study)
    for claim in claims(study):
        assert claim.verdict in VERDICTS
        section = page.split(f"## {claim.number}. ")[1].split("\n## ")[0]
        assert claim.rule in section
        assert f"**{claim.verdict[0].upper()}{claim.verdict[1:]}.**" in section
        assert all(text in section for text in (*claim.numbers, claim.open))
        assert re.search(r"`apical paper --protocol short --seed 1( --ablations)?`", section)
        assert bool(claim.numbers) == (not claim.open.startswith("needs"))
