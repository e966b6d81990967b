"""What an experiment on single cells refuses, and what of it may be one's own."""

from dataclasses import replace

import numpy as np
import pytest
from brian2 import mV, pA

from apical.models.cells import CELLS
from apical.networks.errors import UserError
from apical.networks.experiments.current_clamp import experiment

STEP = {"amplitude_soma": 0.8, "onset_soma": 20.0, "width_soma": 60.0}
NAUD_SPREKELER = CELLS["naud_sprekeler"]


def spikes(cell, stimuli, **options):
    return experiment(cell, stimuli, 100.0, compiled=False, **options).spikes


@pytest.mark.parametrize(
    ("cell", "stimulus", "parameters", "message"),
    [
        ("naud_sprekeler", {"amplitude_som": 1.0}, {}, "unknown setting of a stimulus 'amplitude_som'; .*_soma'"),
        ("naud_sprekeler", {"amplitude_light": 1.0}, {}, "unknown setting of a stimulus 'amplitude_light'"),
        ("naud_sprekeler", STEP, {"b_som": 0.0}, "unknown parameter 'b_som'; did you mean 'b_soma'"),
        ("naud_sprekeler", STEP, {"b_soma": 1 * mV}, "b_soma is a quantity in amp"),
        ("naud_sprekler", STEP, {}, "unknown cell 'naud_sprekler'; did you mean naud_sprekeler"),
    ],
)
def test_what_is_misspelt_is_named_with_the_nearest_name(cell, stimulus, parameters, message):
    with pytest.raises(UserError, match=message) as caught:
        experiment(cell, [stimulus], 10.0, parameters)
    assert "\n" not in str(caught.value)


def test_a_cell_of_ones_own_runs_beside_those_of_apical(numpy_runtime):
    calm = replace(NAUD_SPREKELER.changed({"b_soma": -800 * pA}), name="calm")
    one, other = spikes(calm, [STEP]), spikes(NAUD_SPREKELER, [STEP])
    assert 0 < one[0].size < other[0].size
    (same,) = spikes("naud_sprekeler", [STEP], parameters={"b_soma": -800 * pA})
    np.testing.assert_array_equal(one[0], same)
    per_cell = spikes(NAUD_SPREKELER, [STEP, STEP], parameters={"b_soma": np.array([-800e-12, -200e-12])})
    np.testing.assert_array_equal(per_cell[0], one[0])
    np.testing.assert_array_equal(per_cell[1], other[0])
