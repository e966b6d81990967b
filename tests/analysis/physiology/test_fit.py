"""The fit of the conductance-based cell."""

import numpy as np
import pytest

from apical.analysis.physiology.fit import TARGETS, error, fit, measure
from apical.models.cells import CELLS

CONDUCTANCE = CELLS["conductance"]


def test_an_error_of_one_is_half_the_published_range_everywhere():
    target, unit = np.array(list(TARGETS.values())).T
    assert error(target[None]) == 0
    assert error((target + unit)[None]) == pytest.approx(1)


@pytest.mark.slow
def test_a_fit_finds_its_way_back_to_a_parameter_that_was_changed():
    name = "charge_ca_soma"
    value = float(CONDUCTANCE.parameters[name].value)
    changed = CONDUCTANCE.changed({name: 1.4 * CONDUCTANCE.parameters[name].value})
    (before,) = error(measure(changed, {name: np.array([1.4 * value])}))
    found = fit(changed, (name,), seed=1, generations=2, population=8)
    assert found.error < 0.5 * before
    assert abs(np.log(found.parameters[name] / value)) < 0.5 * np.log(1.4)
