import json
import shutil

import numpy as np
import pytest

from apical.analysis.figures.comparison import COLOURS, compare_conditions
from apical.analysis.statistics.learning import event_rate_ratio, mean_and_sem, summary
from apical.networks.errors import UserError
from apical.networks.training.store import open_run


@pytest.fixture
def other_run(write_run, tmp_path_factory):
    """Two mice that hit in each trial of three days, under another condition than `run`."""
    trials = [[[(50, 100, 1, 0)]] * 2] * 3
    counts = np.full((3, 2, 6), 50)
    counts[1:, :, 2:4] = 25
    return write_run.func(tmp_path_factory.mktemp("other"), trials, counts, condition="control")


def drawn_curves(figure):
    """Label of each run to its values over days."""
    hits, _ = figure.axes
    return {line.get_label(): line.get_ydata() for line in hits.lines if line.get_label() != "chance"}


def test_both_conditions_are_curves_of_one_axis_with_the_values_of_the_summary(run, other_run):
    curves = drawn_curves(compare_conditions([other_run, run]))
    assert list(curves) == ["control, 2 mice", "ndnf opto, 2 mice"]
    for drawn, folder in zip(curves.values(), (other_run, run), strict=True):
        np.testing.assert_allclose(drawn, summary(folder)["hit_rate_by_session"])


@pytest.mark.slow
def test_activity_of_each_role_is_that_of_the_summary_with_its_standard_error(run, other_run):
    _, activity = compare_conditions([other_run, run]).axes
    for (points, _, (bars,)), folder in zip(activity.containers, (other_run, run), strict=True):
        expected = [summary(folder)[f"event_rate_ratio_{role}"] for role in ("pplus", "pminus", "p0")]
        np.testing.assert_allclose(points.get_ydata(), expected)
        half = [np.ptp(segment[:, 1]) / 2 for segment in bars.get_segments()]
        np.testing.assert_allclose(half, mean_and_sem(event_rate_ratio(open_run(folder)))[1])


def test_the_band_is_the_standard_error_over_mice(run):
    hits, _ = compare_conditions([run]).axes
    (band,) = hits.collections
    on_day_1 = [y for x, y in band.get_paths()[0].vertices if x == 1]
    assert np.ptp(on_day_1) / 2 == pytest.approx(np.std([1 / 4, 1 / 2], ddof=1) / np.sqrt(2))


def test_axes_say_quantity_and_unit_and_the_legend_names_the_runs(run, other_run):
    figure = compare_conditions([other_run, run])
    hits, activity = figure.axes
    assert [hits.get_xlabel(), hits.get_ylabel()] == ["training (day)", "hit rate (fraction of trials)"]
    assert activity.get_ylabel().endswith("(relative to day 1)")
    assert [label.get_text() for label in activity.get_xticklabels()] == ["P+", "P-", "P0"]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["control, 2 mice", "ndnf opto, 2 mice", "chance"]


def test_the_axis_of_days_holds_the_longest_run(run, other_run):
    hits, _ = compare_conditions([run, other_run]).axes
    assert hits.get_xlim() == pytest.approx((0.6, 3.4))


def test_runs_of_one_condition_are_told_apart_by_their_folders(run, tmp_path):
    again = shutil.copytree(run, tmp_path / "again")
    assert list(drawn_curves(compare_conditions([run, again]))) == [
        "ndnf opto, 2 mice (run)",
        "ndnf opto, 2 mice (again)",
    ]


def test_a_single_mouse_has_no_error_bar(write_run):
    run = write_run([[[(50, 100, 1, 0)]]] * 2, np.full((2, 1, 6), 50))
    _, activity = compare_conditions([run]).axes
    ((_, _, (bars,)),) = activity.containers
    assert not any(segment.size for segment in bars.get_segments())


def test_more_runs_than_colours_are_refused(run):
    with pytest.raises(UserError, match="9 runs are too many"):
        compare_conditions([run] * (len(COLOURS) + 1))


def test_the_command_writes_one_figure(apical, run, other_run, tmp_path):
    out = tmp_path / "new" / "both.png"
    code, output, errors = apical("compare", run, other_run, "--out", out)
    assert (code, output, errors) == (0, f"{out} has all runs on the same axes.", "")
    assert out.read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in out.parent.iterdir()] == ["both.png"]


def no_run(run, out):
    (run / "run.json").unlink()
    return out, f"{run} holds no run"


def unfinished(run, out):
    description = json.loads((run / "run.json").read_text())
    del description["store_sha256"]
    (run / "run.json").write_text(json.dumps(description))
    return out, f"{run} is unfinished"


def unknown_format(run, out):
    return out.with_suffix(".doc"), "its ending names no format of figures"


def below_a_file(run, out):
    return run / "run.json" / "both.png", "cannot write"


def already_there(run, out):
    out.write_text("earlier")
    return out, "exists; replace it (--overwrite) or choose another name"


@pytest.mark.parametrize("harm", [no_run, unfinished, unknown_format, below_a_file, already_there])
def test_what_cannot_be_drawn_is_one_line_and_leaves_no_file(apical, run, tmp_path, harm):
    out, said = harm(run, tmp_path / "both.png")
    before = sorted(tmp_path.rglob("*"))
    code, output, errors = apical("compare", run, "--out", out)
    assert (code, output) == (1, "")
    assert errors.startswith("apical: ")
    assert said in errors
    assert len(errors.splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before
