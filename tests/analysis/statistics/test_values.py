"""Values for the comparison with the paper, from tables whose statistics are known."""

import numpy as np
import pandas as pd
import pytest

from apical.analysis.statistics.analyse import statistics
from apical.analysis.statistics.published import PUBLISHED
from apical.analysis.statistics.tables import Tables
from apical.analysis.statistics.values import (
    activity_values,
    decoding_values,
    residual_values,
    shift_values,
    unexplained,
)

ROLES = np.array(["P+", "P+", "P-", "P-", *["P0"] * 8])


def cells_table(late, days=14, first_late=2):
    """Six mice: cell c fires 100 (c + 1) events a day, `late` of its role times that from day `first_late` on."""
    rows = [
        (mouse, day, cell, role, round(100 * (cell + 1) * (1 if day < first_late else late[role])))
        for mouse in range(6)
        for day in range(1, days + 1)
        for cell, role in enumerate(ROLES)
    ]
    return pd.DataFrame(rows, columns=["mouse", "session", "cell", "role", "soma"])


def events_table(generator, contrast, n=400):
    """Events whose dendrite follows the soma, with a residual of `contrast` by role while the error decreases."""
    rows = []
    for mouse in range(4):
        for cell, role in enumerate(ROLES):
            soma = generator.uniform(1, 5, n)
            error = np.where(generator.random(n) < 0.5, "decreases", "increases")
            sign = np.where(error == "decreases", 0.5, -0.5)
            residual = generator.standard_normal(n) + contrast[role] * sign
            table = {"magnitude_soma": soma, "magnitude_apical": 1 + 2 * soma + residual, "residual": residual}
            table |= {"mouse": mouse, "session": 1, "cell": cell, "role": role, "error": error}
            rows.append(pd.DataFrame(table | {"time_soma": np.arange(n), "time_apical": np.arange(n), "latency": 0.0}))
    return pd.concat(rows, ignore_index=True)


def test_activity_by_role_and_of_matched_cells():
    found = activity_values(cells_table({"P+": 0.9, "P-": 0.5, "P0": 0.7}), seconds=100)
    assert found["event_rate_ratio_p_plus"] == pytest.approx(0.9, abs=0.01)
    assert found["event_rate_ratio_p_minus"] == pytest.approx(0.5, abs=0.01)
    assert found["event_rate_ratio_p0_activity_matched"] == pytest.approx(0.7, abs=0.01)
    assert found["event_rate_ratio_p0_activity_matched"].size == 6 * 4  # as many as P+ and P-
    np.testing.assert_allclose(found["event_rate_day_1_p_plus"][:2], [1, 2])


@pytest.mark.parametrize("days,first_late", [(2, 2), (7, 4), (14, 10)])
def test_activity_is_that_of_the_late_days(days, first_late):
    late = {"P+": 0.9, "P-": 0.5, "P0": 0.7}
    found = activity_values(cells_table(late, days, first_late), 100)
    assert found["event_rate_ratio_p_minus"] == pytest.approx(0.5, abs=0.01)
    longer = pd.concat([cells_table(late), cells_table(late).assign(session=lambda t: t.session + 14, soma=0)])
    assert activity_values(longer, 100)["event_rate_ratio_p_minus"] == pytest.approx(0.5, abs=0.01)


def test_one_day_has_no_ratio():
    found = activity_values(cells_table({"P+": 1, "P-": 1, "P0": 1}, days=1), 100)
    assert np.isnan(found["event_rate_ratio_p_plus"]).all()


def test_residuals_by_role_and_error_have_the_planted_signs():
    planted = {"P+": 0.4, "P-": -0.6, "P0": 0.0}
    found = residual_values(events_table(np.random.default_rng(1), planted))
    assert found["residual_decreases_p_plus"].mean() == pytest.approx(0.2, abs=0.08)
    assert found["residual_increases_p_minus"].mean() == pytest.approx(0.3, abs=0.08)
    assert found["error_contrast_p_plus"].mean() == pytest.approx(0.4, abs=0.1)
    assert found["error_contrast_difference"].mean() == pytest.approx(1.0, abs=0.15)
    np.testing.assert_array_equal(found["error_contrast_mice_with_sign"], np.ones(4))
    assert found["residual_decreases_p"][0] < 1e-3


def test_mice_without_one_of_the_contrasts_have_no_sign():
    events = events_table(np.random.default_rng(1), {"P+": 0.4, "P-": -0.6, "P0": 0.0})
    events = events[(events.mouse > 0) | (events.role != "P-")]
    found = residual_values(events)["error_contrast_mice_with_sign"]
    np.testing.assert_array_equal(found, [np.nan, 1, 1, 1])


def test_the_share_that_the_soma_does_not_explain():
    events = events_table(np.random.default_rng(2), {"P+": 0, "P-": 0, "P0": 0}, 2000)
    # Var(2 soma) = 4 * 16/12 = 5.33, residual variance 1.
    assert unexplained(events) == pytest.approx(1 / 6.33, abs=0.02)


def test_light_shifts_the_residual_from_the_line_of_the_dark():
    generator = np.random.default_rng(3)
    none = {"P+": 0, "P-": 0, "P0": 0}
    dark, lit = events_table(generator, none), events_table(generator, none)
    lit["magnitude_apical"] -= 0.9
    counts = cells_table({"P+": 1, "P-": 1, "P0": 1})
    tables = [
        Tables(table, counts.assign(soma=counts.soma - fewer), None, None) for table, fewer in ((lit, 2), (dark, 0))
    ]
    found = shift_values(*tables, seconds=100)
    assert found["residual_shift"].mean() == pytest.approx(-0.9, abs=0.05)
    assert found["event_rate_change"] == pytest.approx(-0.02)


def test_every_published_statistic_can_be_filled():
    found = residual_values(events_table(np.random.default_rng(4), {"P+": 0.1, "P-": 0.1, "P0": 0}))
    found |= activity_values(cells_table({"P+": 0.9, "P-": 0.5, "P0": 0.7}), 100)
    network = pd.DataFrame(
        {
            "mouse": 0,
            "role": ["P0", "P+"],
            "significant": True,
            "accuracy": 0.6,
            "balanced_accuracy": 0.6,
            "shuffled": 0.5,
        }
    )
    outcome = pd.DataFrame({"mouse": 0, "window": ["before", "after"], "balanced_accuracy": 0.6, "shuffled": 0.5})
    found |= decoding_values(network, outcome)
    found |= {name: np.full(4, 0.5) for name in ("hit_rate_day_1", "hit_rate_late", "rewards_per_min_late")}
    light = {"residual_shift": np.ones(3), "event_rate_change": np.ones(3)}
    names = {row.name for row in statistics({"": found, "ndnf": found | light, "light_only": found | light})}
    assert names == set(PUBLISHED)
