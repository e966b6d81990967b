import json

import numpy as np
import pytest

from apical.analysis.statistics.learning import (
    EVENT_RATE_DAYS,
    HIT_RATE_DAYS,
    closed_loop_seconds,
    event_rate_ratio,
    hit_rate,
    late_sessions,
    mean_and_sem,
    rates_by_role,
    relative_to_day_1,
    rewards_per_minute,
    summary,
    write_summary,
)
from apical.networks.errors import UserError
from apical.networks.training.store import open_run

SECONDS = 100.0
KEYS = {
    "condition",
    "n_mice",
    "hit_rate_by_session",
    "rewards_per_min_by_session",
    "hit_rate_by_mouse_and_session",
    "event_rate_ratio_pplus",
    "event_rate_ratio_pminus",
    "event_rate_ratio_p0",
    "plateau_rate_hz",
    "somatic_event_rate_hz",
    "realtime_factor",
    "spike_sha256",
}


def test_closed_loop_seconds_follow_from_the_frames_or_the_run(data):
    assert closed_loop_seconds(data) == pytest.approx(SECONDS)
    assert closed_loop_seconds(data.assign_attrs(closed_loop_seconds=99.0)) == 99.0


def test_hit_rate_leaves_probes_out(data):
    np.testing.assert_allclose(hit_rate(data), [[1 / 4, 1], [1 / 2, 2 / 3]])


def test_probe_hit_rate_is_that_of_probes_alone(data):
    np.testing.assert_allclose(hit_rate(data, probe=True), [[np.nan, 1 / 2], [np.nan, np.nan]])


def test_rewards_per_minute_count_every_hit(data):
    expected = np.array([[1, 3], [1, 2]]) / (SECONDS / 60)
    np.testing.assert_allclose(rewards_per_minute(data), expected)


def test_rates_by_role_are_means_over_cells_in_hertz(data):
    rates = rates_by_role(data)
    np.testing.assert_allclose(rates.sel(role="P+"), [[1.0, 0.9], [1.0, 1.0]])
    np.testing.assert_allclose(rates.sel(role="P-"), [[0.5, 0.25], [0.5, 0.35]])
    np.testing.assert_allclose(rates.sel(role="P0"), [[0.2, 0.15], [0.1, 0.075]])
    plateaus = rates_by_role(data, "plateau")
    np.testing.assert_allclose(plateaus.sel(role="P-", session=1), [0.05, 0.05])


def test_event_rate_ratio_is_taken_per_mouse(data):
    ratio = event_rate_ratio(data)
    np.testing.assert_allclose(ratio.sel(role="P+"), [0.9, 1.0])
    np.testing.assert_allclose(ratio.sel(role="P-"), [0.5, 0.7])
    mean, sem = mean_and_sem(ratio)
    np.testing.assert_allclose(mean.sel(role=["P+", "P-", "P0"]), [0.95, 0.6, 0.75])
    # s.e.m. of two values is half their distance.
    np.testing.assert_allclose(sem.sel(role=["P+", "P-", "P0"]), [0.05, 0.1, 0.0], atol=1e-12)


@pytest.mark.parametrize(
    ("sessions", "hits", "events"),
    [
        (16, range(9, 15), range(10, 15)),
        (14, range(9, 15), range(10, 15)),
        (11, range(6, 12), range(7, 12)),
        (5, [3, 4, 5], [3, 4, 5]),
        (2, [2], [2]),
        (1, [1], [1]),
    ],
)
def test_late_days_are_those_of_the_paper_or_the_last_half(sessions, hits, events):
    days = np.arange(1, sessions + 1)
    np.testing.assert_array_equal(days[late_sessions(sessions, HIT_RATE_DAYS)], list(hits))
    np.testing.assert_array_equal(days[late_sessions(sessions, EVENT_RATE_DAYS)], list(events))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("days", "late"),
    [(3, [2, 3]), (7, [4, 5, 6, 7]), (11, range(7, 12)), (14, range(10, 15)), (15, range(10, 15))],
)
def test_event_rate_ratio_takes_the_late_days(write_run, days, late):
    counts = np.full((days, 1, 6), 10) * (1 + np.arange(days))[:, None, None] ** 2
    data = open_run(write_run([[[]]] * days, counts, frames=100))
    expected = np.mean([day**2 for day in late])
    np.testing.assert_allclose(event_rate_ratio(data).squeeze(), [expected] * 3)


def test_cells_silent_on_day_1_have_no_ratio(write_run):
    counts = np.full((2, 1, 6), 10)
    counts[0, 0, :2] = 0
    data = open_run(write_run([[[]]] * 2, counts))
    assert np.isnan(event_rate_ratio(data).sel(role="P+")).all()
    assert np.isnan(relative_to_day_1(rates_by_role(data)).sel(role="P+")).all()
    np.testing.assert_allclose(event_rate_ratio(data).sel(role="P-"), 1)


def test_sem_of_a_single_mouse_does_not_exist(data):
    mean, sem = mean_and_sem(hit_rate(data).isel(mouse=[0]))
    np.testing.assert_allclose(mean, [1 / 4, 1])
    assert np.isnan(sem).all()


def test_summary_of_a_run_with_probes(run):
    result = summary(run)
    assert set(result) == KEYS | {"probe_hit_rate_by_session"}
    assert (result["condition"], result["n_mice"]) == ("ndnf_opto", 2)
    assert result["hit_rate_by_session"] == pytest.approx([3 / 8, 5 / 6])
    assert np.shape(result["hit_rate_by_mouse_and_session"]) == (2, 2)
    assert result["hit_rate_by_mouse_and_session"][1] == pytest.approx([1 / 2, 2 / 3])
    assert result["rewards_per_min_by_session"] == pytest.approx([0.6, 1.5])
    assert result["event_rate_ratio_pplus"] == pytest.approx(0.95)
    assert result["event_rate_ratio_pminus"] == pytest.approx(0.6)
    assert result["event_rate_ratio_p0"] == pytest.approx(0.75)
    assert result["somatic_event_rate_hz"] == pytest.approx((340 + 320 + 260 + 285) / 24 / SECONDS)
    assert result["plateau_rate_hz"] == pytest.approx((34 + 32 + 26 + 28) / 24 / SECONDS)
    assert (result["realtime_factor"], result["spike_sha256"]) == (12.5, "abc")
    assert result["probe_hit_rate_by_session"] == [None, 0.5]


def test_summary_takes_the_duration_from_the_run(run):
    before = summary(run)
    description = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(description | {"closed_loop_seconds": SECONDS / 2}))
    after = summary(run)
    for name in ("somatic_event_rate_hz", "plateau_rate_hz"):
        assert after[name] == pytest.approx(2 * before[name])
    assert after["rewards_per_min_by_session"] == pytest.approx([1.2, 3.0])


def test_written_summary_is_strict_json_without_nan(write_run):
    run = write_run([[[]]], np.full((1, 1, 6), 10))
    path = write_summary(run)
    assert path == run / "summary.json"

    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    result = json.loads(path.read_text(), parse_constant=refuse)
    assert set(result) == KEYS
    assert result["hit_rate_by_session"] == [None]
    assert result["hit_rate_by_mouse_and_session"] == [[None]]
    assert result["rewards_per_min_by_session"] == [0.0]
    assert result["event_rate_ratio_pplus"] is None
    assert list(run.glob("*.partial")) == []


def test_summary_of_a_damaged_run_is_refused(run):
    next((run / "cohort.zarr" / "trial_hit").rglob("c/*/*/*")).write_bytes(b"")
    with pytest.raises(UserError, match="damaged"):
        write_summary(run)
    assert not (run / "summary.json").exists()
