"""Channel kinetics: published points, limits, and tables against formulas."""

import numpy as np
import pytest

from apical.equations.conductance.cell import FUNCTIONS, GATES
from apical.equations.conductance.gates import Gate, evaluate, hill, linoid, relaxed

V = np.arange(-120, 60, 0.37)


@pytest.mark.parametrize("name", GATES)
def test_steady_states_are_fractions_and_rates_are_positive(name):
    steady, rate = evaluate(GATES[name].steady, V), evaluate(GATES[name].rate, V)
    assert np.all((steady >= 0) & (steady <= 1)), name
    assert np.all(rate > 0) and np.all(np.isfinite(rate)), name


@pytest.mark.parametrize("name", GATES)
def test_tables_follow_the_formulas(name):
    for function, formula, scale in ((f"{name}_inf", "steady", 1), (f"{name}_rate", "rate", 1000)):
        exact = scale * evaluate(getattr(GATES[name], formula), V)
        tabulated = FUNCTIONS[function].implementations["numpy"].get_code(None)(V * 1e-3)
        # Linear between points 0.1 mV apart: the error is an eighth of the second difference.
        np.testing.assert_allclose(tabulated, exact, rtol=1e-3, atol=1e-4 * scale)


def test_opening_rates_have_a_limit_where_they_are_zero_over_zero():
    around = linoid(np.array([-38 - 1e-4, -38, -38 + 1e-4]), -38, 6)
    np.testing.assert_allclose(around, 6, rtol=1e-4)


def test_published_half_activations():
    """Hay et al. 2011: where Boltzmann curves are one half, and the warmed time constant of a calcium gate."""
    for name, half in {"m_nap": -52.6, "h_nap": -48.8, "m_kp": -11, "m_kt": -10, "m_kv3": 18.7, "m_lva": -40}.items():
        assert evaluate(GATES[name].steady, half) == pytest.approx(0.5), name
    assert 1 / evaluate(GATES["m_lva"].rate, -200.0) == pytest.approx(25 / 2.3**1.3)


def test_a_gate_of_two_rates_relaxes_with_their_sum():
    gate = Gate.opening("2*exp(v/10)", "3*exp(-v/20)", 1.5)
    alpha, beta = 2 * np.exp(0.7), 3 * np.exp(-0.35)
    assert evaluate(gate.steady, 7) == pytest.approx(alpha / (alpha + beta))
    assert evaluate(gate.rate, 7) == pytest.approx(1.5 * (alpha + beta))


def test_small_functions():
    np.testing.assert_allclose(relaxed([0, 1e-9, 1, 50]), [0, 1e-9, 1 - np.exp(-1), 1])
    assert hill(1.0, 4.8) == 0.5 and hill(2.0, 4.8) == pytest.approx(1 / (1 + 2**-4.8))
