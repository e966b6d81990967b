"""The conductance-based cell: its integration against its equations, its rest, its tree."""

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, StateMonitor, ms, nA

from apical.equations import ndnf
from apical.equations.conductance import cell, fitted
from apical.equations.conductance.rest import at_rest
from apical.equations.parameters import declarations
from apical.models.cells import CELLS, conductance_cell

PARAMETERS = CELLS["conductance"].parameters | ndnf.DENDRITE_PARAMETERS


def cells_at_rest(count, dt, tufts=1, method=None, **values):
    """Cells without electrodes; `i_soma` and `i_apical` are set by hand."""
    model = conductance_cell(tufts)
    group = NeuronGroup(
        count,
        model.equations + ndnf.DENDRITE + "i_soma : amp\ni_apical : amp\n" + declarations(PARAMETERS),
        method=method or model.method,
        threshold=model.spike,
        reset=model.reset,
        namespace=model.functions,
        dt=dt * ms,
    )
    given = {name: float(p.value) for name, p in PARAMETERS.items()} | values
    for name, value in (given | model.rest(given)).items():
        group.variables[name].set_value(value)
    group.last_spike = -(10**6)
    return group, model


def test_one_small_step_goes_where_the_equations_point(numpy_runtime):
    """The integration is written by hand: from a state far from rest, a step of 0.1 ns against forward Euler."""
    change = {}
    for method in (None, "euler"):
        group, _ = cells_at_rest(3, 1e-7, method=method)
        generator = np.random.default_rng(1)
        for name in sorted(group.equations.diff_eq_names):
            low, high = {"v_": (-80e-3, 0), "ca": (1e-4, 1e-3)}.get(name[:2], (0.1, 0.9))
            if name not in ("time_above", "gaba"):
                group.variables[name].set_value(generator.uniform(low, high, 3))
        group.i_soma, group.i_apical = 1 * nA, 0.5 * nA
        before = {n: group.variables[n].get_value().copy() for n in group.equations.diff_eq_names}
        Network(group).run(1e-7 * ms)
        change[method] = {n: group.variables[n].get_value() - before[n] for n in before}
    for name, expected in change["euler"].items():
        np.testing.assert_allclose(change[None][name], expected, rtol=2e-3, atol=1e-14, err_msg=name)


def test_nothing_moves_at_rest(numpy_runtime):
    group, model = cells_at_rest(1, 0.1)
    start = {name: float(group.variables[v].get_value()[0]) for name, v in model.compartments.items()}
    Network(group).run(20 * ms)
    for name, variable in model.compartments.items():
        assert float(group.variables[variable].get_value()[0]) == pytest.approx(start[name], abs=1e-6), name  # 1 uV


def test_equal_branches_of_the_tuft_are_one_tuft(numpy_runtime):
    traces = []
    for tufts in (1, 4):
        group, model = cells_at_rest(1, 0.1, tufts)
        group.i_soma, group.i_apical = 1.5 * nA, 1 * nA
        monitor = StateMonitor(group, list(model.compartments.values()), record=True)
        Network(group, monitor).run(15 * ms)
        traces.append(monitor)
    one, four = traces
    assert np.asarray(one.v_soma).max() > 0  # it fires
    for branch in range(1, 5):
        np.testing.assert_allclose(np.asarray(getattr(four, f"v_tuft{branch}")), np.asarray(one.v_tuft), atol=1e-9)
    np.testing.assert_allclose(np.asarray(four.v_soma), np.asarray(one.v_soma), atol=1e-9)


def test_the_passive_tree_is_symmetric_and_leaks_only_through_the_membrane():
    compartments = cell.tree(3)
    values = {name: float(p.value) for name, p in fitted.PARAMETERS.items()}
    capacitance, conductance = cell.passive_tree(compartments, values)
    np.testing.assert_allclose(conductance, conductance.T)
    leaks = [values[f"gmax_leak_{c.region}"] / (3 if c.region == "tuft" else 1) for c in compartments]
    np.testing.assert_allclose(conductance.sum(axis=1), leaks, atol=1e-20)
    assert capacitance.sum() == pytest.approx(sum(fitted.CAPACITANCE.values()) * 1e-9)


def test_parameters_without_a_resting_state_are_refused():
    values = {name: float(p.value) for name, p in fitted.PARAMETERS.items()}
    values["gmax_leak_soma"] = np.nan
    with pytest.raises(ValueError, match="no resting state"):
        at_rest(cell.tree(), values)
