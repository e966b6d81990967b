import logging

from apical.networks.training.run import log_progress
from apical.scripts import progress


def test_a_log_has_a_line_per_day_and_phase(capsys, monkeypatch):
    clock = iter([0.0, 1.0, 5.0, 9.0, 12.4, 61.0, 70.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.progress("days") as show:
        show("building", 0, 14)
        show("building 3/40", 0, 14)
        show("building 20/40", 0, 14)
        show("day 1 baseline", 0, 14)
        show("day 1 closed loop", 0.4, 14)
        show("day 1 closed loop", 0.5, 14)
        show("day 2 baseline", 1, 14)
    assert capsys.readouterr().out.splitlines() == [
        "      1 s  building  0 of 14 days",
        "      5 s  day 1 baseline  0 of 14 days",
        "      9 s  day 1 closed loop  0.4 of 14 days",
        "     12 s  day 2 baseline  1 of 14 days",
    ]


def test_what_takes_a_moment_leaves_no_line(capsys):
    with progress.progress("files") as show:
        show("checking the run", 0, None)
        show("cells", 1, 2)
    assert capsys.readouterr().out == ""


def test_python_logs_each_day_and_phase(caplog):
    with caplog.at_level(logging.INFO, logger="apical"):
        for phase in ("building", "building 1/40"):
            log_progress(0, phase)
        log_progress(2, "closed loop")
    assert [record.getMessage() for record in caplog.records] == ["day 3: closed loop"]
