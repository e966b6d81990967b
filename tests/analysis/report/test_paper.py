"""The study in one command: its arms, how it goes on, what it writes. Training and analysis are stubbed."""

import json

import pytest

import apical.networks.training.run
from apical.analysis.figures import all_analyses as figures_study
from apical.analysis.report.plan import ABLATIONS, STUDY, arm_commands
from apical.networks.errors import UserError
from apical.networks.training.config import Config
from apical.scripts.paper import config_of, run_study

SETTINGS = Config(protocol="short", record="imaging")


@pytest.fixture
def stubbed(monkeypatch, described, drawn, analysed):
    """Stubs that write what training and analysis write, and note what was asked of them."""
    calls = []

    def train(config, out, resume=False, overwrite=False, progress=None):
        calls.append(("train", out.name, resume))
        progress(0, "building")
        if resume and json.loads((out / "run.json").read_text())["config"] != config.model_dump():
            raise UserError(f"--resume: {out} was begun with something else")
        described(out, config)

    def analyse(run, reference=None, jobs=2, progress=None):
        calls.append(("analyse", run.name, reference and reference.name))
        progress(1, 3)
        config = json.loads((run / "run.json").read_text())["config"]
        source = analysed(config["condition"], mice=config["mice"], first_mouse=config["first_mouse"])
        result = json.loads((source / "analysis.json").read_text()) | {"run": str(run)}
        (run / "analysis.json").write_text(json.dumps(result))

    def summary(run):
        (run / "summary.json").write_text("{}")

    monkeypatch.setattr(apical.networks.training.run, "train", train)
    monkeypatch.setattr("apical.analysis.statistics.analyse.analyse", analyse)
    monkeypatch.setattr("apical.analysis.figures.over_days.save_figures", lambda run: drawn(run))
    monkeypatch.setattr("apical.analysis.statistics.learning.write_summary", summary)
    monkeypatch.setattr(figures_study, "save_study_figures", lambda run: drawn(run))
    return calls


def test_the_arms_are_those_of_the_paper_and_the_null():
    arms = {arm.name: config_of(arm, SETTINGS) for arm in STUDY}
    mice = {name: range(c.first_mouse, c.first_mouse + c.mice) for name, c in arms.items()}
    assert list(arms) == ["dark", "control", "no_teaching", "ndnf_opto", "light_only"]
    assert mice["control"] == mice["no_teaching"] == range(6)
    assert (mice["ndnf_opto"], mice["light_only"], mice["dark"]) == (range(6, 10), range(10, 15), range(6, 15))
    assert {name: c.days for name, c in arms.items() if c.days != 14} == {"dark": 1}
    assert arms["dark"].condition.name == "control"
    assert {c.record for c in arms.values()} == {"imaging"}
    assert {arm.condition: arm.mice for arm in ABLATIONS} == dict.fromkeys(
        ("scalar", "shuffled", "random_feedback", "somatic_teaching", "no_ndnf"), 6
    )


def test_the_commands_of_an_arm_say_what_the_study_does(tmp_path):
    train, analyse = arm_commands(STUDY[-1], "short", 3, tmp_path)
    assert train == (
        "apical train --condition light_only --mice 5 --first-mouse 10 --protocol short --seed 3 --record imaging "
        f"--out {tmp_path}/light_only"
    )
    assert analyse == f"apical analyse {tmp_path}/light_only --reference {tmp_path}/dark"


def test_light_is_measured_against_the_dark(stubbed, tmp_path):
    shown = []
    run_study(STUDY, SETTINGS, tmp_path / "paper", False, lambda *progress: shown.append(progress))
    assert [call for call in stubbed if call[0] == "analyse"] == [
        ("analyse", "dark", None),
        ("analyse", "control", None),
        ("analyse", "no_teaching", None),
        ("analyse", "ndnf_opto", "dark"),
        ("analyse", "light_only", "dark"),
    ]
    done, whole, _ = zip(*shown, strict=True)
    assert list(done) == sorted(done)
    assert set(whole) == {2 * (9 + (6 + 6 + 4 + 5) * 14)} and done[-1] == whole[-1]


def test_a_study_goes_on_where_it_stopped(stubbed, tmp_path, monkeypatch):
    out, quiet = tmp_path / "paper", lambda *progress: None
    run_study(STUDY[:2], SETTINGS, out, False, quiet)
    (out / "control" / "analysis.json").unlink()
    stubbed.clear()
    run_study(STUDY[:3], SETTINGS, out, True, quiet)
    assert stubbed == [
        ("train", "dark", True),  # finished: training returns at once
        ("train", "control", True),
        ("analyse", "control", None),
        ("train", "no_teaching", False),
        ("analyse", "no_teaching", None),
    ]


def test_an_analysis_of_an_earlier_store_or_without_reference_is_done_again(stubbed, tmp_path):
    out, quiet = tmp_path / "paper", lambda *progress: None
    run_study(STUDY, SETTINGS, out, False, quiet)
    for name, change in (("control", lambda r: r | {"store_sha256": "earlier"}), ("ndnf_opto", without_shift)):
        path = out / name / "analysis.json"
        path.write_text(json.dumps(change(json.loads(path.read_text()))))
    stubbed.clear()
    run_study(STUDY, SETTINGS, out, True, quiet)
    assert [call[1] for call in stubbed if call[0] == "analyse"] == ["control", "ndnf_opto"]


def without_shift(result):
    del result["values"]["residual_shift"]
    return result


def test_missing_figures_are_drawn_again(stubbed, tmp_path):
    out, quiet = tmp_path / "paper", lambda *progress: None
    run_study(STUDY[:1], SETTINGS, out, False, quiet)
    gone = [out / "dark" / "figures" / f"{name}.png" for name in ("weights", "decoders")]
    for path in gone:
        path.unlink()
    run_study(STUDY[:1], SETTINGS, out, True, quiet)
    assert all(path.is_file() for path in gone)


def test_the_command_writes_report_numbers_and_claims(stubbed, apical, tmp_path):
    out = tmp_path / "paper"
    code, output, errors = apical("paper", "--protocol", "short", "--out", out)
    assert (code, errors) == (0, "")
    study = json.loads((out / "paper.json").read_text())
    assert list(study["runs"]) == ["control", "no_teaching", "ndnf_opto", "light_only"]
    counts = study["counts"]
    assert f"{counts['same_sign']} of {counts['with_sign']} statistics have the paper's sign" in output
    assert "necessity: holds" in output
    assert (out / "report.html").is_file() and (out / "claims.md").is_file()

    stubbed.clear()
    code, _, errors = apical("paper", "--out", out, "--protocol", "short")
    assert (code, stubbed) == (1, [])
    assert errors == f"apical: {out} exists; go on with it (--resume) or choose another --out"
    assert apical("paper", "--resume", "--ablations", "--out", out)[0] == 0  # with the protocol it was begun with
    assert [call[1] for call in stubbed if call[0] == "analyse"] == [arm.name for arm in ABLATIONS]
    assert list(json.loads((out / "paper.json").read_text())["runs"])[4:] == [arm.name for arm in ABLATIONS]

    code, _, errors = apical("paper", "--resume", "--seed", "2", "--out", out)
    assert (code, errors) == (1, f"apical: --resume: {out}/dark was begun with something else")


def test_a_file_is_no_place_for_a_study(stubbed, apical, tmp_path):
    out = tmp_path / "paper"
    out.write_text("")
    assert apical("paper", "--out", out)[::2] == (1, f"apical: {out} is no folder; choose another --out")
    assert stubbed == []


def test_ctrl_c_says_how_to_go_on(stubbed, apical, tmp_path, monkeypatch):
    def stop(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("apical.analysis.statistics.analyse.analyse", stop)
    out = tmp_path / "paper"
    code, _, errors = apical("paper", "--protocol", "short", "--seed", "4", "--ablations", "--out", out)
    assert code == 1
    assert errors == (
        f"apical: stopped; go on with: apical paper --resume --ablations --protocol short --seed 4 --out {out}"
    )
