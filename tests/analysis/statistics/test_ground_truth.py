"""Angles between instructive vectors, on vectors whose angles are known."""

import numpy as np
import pandas as pd
import pytest

from apical.analysis.statistics.ground_truth import (
    angle_between,
    angles,
    inverse_target,
    readout_gradient,
    recovered,
    recovered_over_events,
    teaching_current,
)

ROLE = np.array(["P+", "P+", "P-", "P-", "P0", "P0"])


def test_angles_of_known_vectors():
    assert angle_between(np.array([1.0, 0]), np.array([1.0, 1])) == pytest.approx(45)
    assert angle_between(np.array([1.0, 2]), np.array([-2.0, -4])) == pytest.approx(180)
    assert np.isnan(angle_between(np.zeros(2), np.ones(2)))


def test_the_gradient_is_the_readout_weight():
    np.testing.assert_allclose(readout_gradient(ROLE), [0.5, 0.5, -0.5, -0.5, 0, 0])


def test_the_inverse_of_independent_cells_is_the_gradient_and_includes_correlated_others():
    generator = np.random.default_rng(1)
    activity = generator.standard_normal((6, 200_000))
    weight = readout_gradient(ROLE)
    # Independent cells of equal variance: cov(activity, x)/var(x) = weight/sum(weight^2), here 2 weight / 2.
    np.testing.assert_allclose(inverse_target(activity, weight @ activity), weight / np.sum(weight**2), atol=0.02)
    activity[4] += activity[0]
    found = inverse_target(activity, weight @ activity)
    assert found[4] == pytest.approx(found[0], abs=0.03) and abs(found[5]) < 0.02


def test_an_aligned_vector_is_along_gradient_and_inverse_and_a_broadcast_across():
    generator = np.random.default_rng(2)
    activity = generator.standard_normal((6, 100_000))
    x = readout_gradient(ROLE) @ activity
    x[::7] = np.nan
    found = angles(np.array([1.0, 1, -1, -1, 0, 0]), ROLE, activity, x)
    assert found["gradient"] == pytest.approx(0, abs=1e-4)
    assert found["inverse"] < 2
    assert found["broadcast"] == pytest.approx(90)
    assert angles(np.ones(6), ROLE, activity, x)["gradient"] == pytest.approx(90)


def test_the_residual_recovers_a_planted_vector_and_nothing_from_noise():
    generator = np.random.default_rng(3)
    cells, n = 40, 4000
    feedback = generator.standard_normal(cells)
    cell = generator.integers(cells, size=n)
    rises = generator.random(n) < 0.5
    error = np.where(rises, "decreases", "increases")
    planted = feedback[cell] * np.where(rises, 1, -1) + generator.standard_normal(n)
    table = pd.DataFrame({"cell": cell, "error": error, "residual": planted})
    found, count = recovered(table, feedback)
    assert found > 0.95 and count == cells
    noise, _ = recovered(table.assign(residual=generator.standard_normal(n)), feedback)
    assert abs(noise) < 0.4  # s.d. 1/sqrt(39) = 0.16
    assert np.isnan(recovered(table[table.error == "decreases"], feedback)[0])


def test_the_teaching_current_is_that_of_the_cell_in_the_frame_of_the_event():
    teaching = np.zeros(100)
    teaching[31] = 0.5
    events = pd.DataFrame({"cell": [0, 1, 1], "time_soma": [31 / 15.46, 31 / 15.46, 1e3]})
    np.testing.assert_allclose(teaching_current(events, teaching, np.array([1.0, -0.2]), 50.0), [25, -5, 0])


def test_a_planted_current_is_recovered_over_events_whatever_the_means_of_the_cells():
    generator = np.random.default_rng(4)
    cell = generator.integers(10, size=5000)
    teaching = generator.standard_normal(5000) + 5 * cell
    planted = 0.75 * (teaching - 5 * cell) + generator.standard_normal(5000) - 3 * cell
    table = pd.DataFrame({"cell": cell, "teaching": teaching, "residual": planted})
    assert recovered_over_events(table) == pytest.approx(0.6, abs=0.03)  # 0.75 / sqrt(0.75^2 + 1); s.e. 0.01
    assert np.isnan(recovered_over_events(table.assign(teaching=2.0)))
