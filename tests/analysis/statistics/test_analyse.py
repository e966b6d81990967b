"""``analysis.json`` of a small run, and several of them side by side."""

import json

import numpy as np
import pytest

from apical.analysis.report.combine import combine
from apical.analysis.statistics.analyse import analyse, criteria, read_analysis
from apical.analysis.statistics.tables import Tables
from apical.networks.errors import UserError

ROW = {"name", "model", "sem", "n", "published", "published_sem", "same_sign", "within_2_sem"}


@pytest.fixture(scope="module")
def analysed(recorded_run):
    run = recorded_run("imaging")
    steps = []
    analyse(run, jobs=1, progress=lambda done, count: steps.append((done, count)))
    return run, steps


def test_the_numbers_of_a_run_are_plain_json_with_the_keys_of_a_comparison(analysed):
    run, steps = analysed
    text = (run / "analysis.json").read_text()
    result = json.loads(text)
    assert "NaN" not in text and result["condition"] == "ndnf_opto" and result["mice"] == [0, 1]
    assert all(set(row) >= ROW for row in result["statistics"])
    assert steps[-1] == (2 * 2 + 2, 2 * 2 + 2)
    assert set(result["values"]) >= {"hit_rate_day_1", "error_contrast_difference", "unexplained"}
    assert read_analysis(run) == result
    assert not list(run.glob(".rates-*"))


def test_the_tables_can_be_read_again(analysed):
    tables = Tables.load(analysed[0])
    assert len(tables.cells) == 2 * 2 * 6 and set(tables.scores.compartment) == {"soma", "apical"}
    assert set(tables.events.columns) >= {"mouse", "session", "cell", "role", "residual", "latency", "error"}


def test_runs_without_imaging_or_analysis_say_how_to_make_it(recorded_run, tmp_path):
    with pytest.raises(UserError, match="--record imaging"):
        analyse(recorded_run("events"))
    with pytest.raises(UserError, match="apical analyse"):
        read_analysis(recorded_run("events"))
    with pytest.raises(UserError, match="apical analyse"):
        Tables.load(tmp_path)


def test_a_run_that_changed_must_be_analysed_again(analysed, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    for name in ("analysis.json", "run.json"):
        (run / name).write_text((analysed[0] / name).read_text())
    description = json.loads((run / "run.json").read_text()) | {"store_sha256": "other"}
    (run / "run.json").write_text(json.dumps(description))
    with pytest.raises(UserError, match="has changed"):
        read_analysis(run)


def test_one_run_per_condition_is_combined(analysed):
    study = combine([analysed[0]])
    assert set(study.runs) == set(study.criteria) == {"ndnf_opto"}
    assert study.counts.statistics == len(study.statistics)
    with pytest.raises(UserError, match="both ndnf_opto"):
        combine([analysed[0], analysed[0]])


def test_a_study_in_json_has_its_runs_word_for_word(analysed):
    plain = json.loads(json.dumps(combine([analysed[0]]).as_plain(), allow_nan=False))
    assert list(plain) == ["runs", "statistics", "criteria", "counts"]
    text = (analysed[0] / "analysis.json").read_text()
    assert json.dumps(plain["runs"]["ndnf_opto"], indent=1) == json.dumps(json.loads(text), indent=1)
    assert all(list(row) == list(plain["statistics"][0]) and set(row) >= ROW for row in plain["statistics"])
    assert {row["verdict"] for row in plain["criteria"]["ndnf_opto"]} == {"cannot be tested"}


def test_an_analysis_with_other_fields_must_be_done_again(analysed, tmp_path):
    for name in ("analysis.json", "run.json"):
        (tmp_path / name).write_text((analysed[0] / name).read_text())
    result = json.loads((tmp_path / "analysis.json").read_text())
    del result["latency"]
    (tmp_path / "analysis.json").write_text(json.dumps(result))
    with pytest.raises(UserError, match="another version; do it again: apical analyse"):
        combine([tmp_path])


def test_criteria_take_what_no_teaching_gives_for_free_from_the_learners():
    generator = np.random.default_rng(1)

    def values(sign, decoding, gain):
        noise = lambda mean: mean + 0.01 * generator.standard_normal(6)  # noqa: E731
        return {
            "unexplained": noise(0.3),
            "network_decoding_above_shuffles": noise(decoding),
            "outcome_above_shuffles_after": noise(0.1),
            "error_contrast_difference": noise(2 * sign),
            "error_contrast_p_plus": noise(sign),
            "error_contrast_p_minus": noise(-sign),
            "hit_rate_day_1": noise(0.5),
            "hit_rate_late": noise(0.5 + gain),
        }

    with_signal, free, lit = values(0.1, 0.1, 0.3), values(0.0, 0.0, 0.0), values(0.0, 0.0, 0.0)
    assert [c.verdict for c in criteria(with_signal, free, lit)] == ["holds"] * 4
    assert criteria(with_signal, with_signal, lit)[2].verdict == "does not hold"
    assert len(criteria(with_signal, free, None)) == 3
