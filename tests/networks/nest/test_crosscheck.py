"""Brian2 beside NEST: two implementations of the same cells, synapse and network."""

import numpy as np
import pytest

from apical.networks.nest.crosscheck import (
    NEURONS,
    agreement,
    both,
    frozen_currents,
    frozen_spikes,
    network_table,
    random_network,
    weights_differ,
)

pytestmark = [pytest.mark.nest, pytest.mark.slow]


@pytest.fixture(scope="module")
def cells(nest_module):
    """What both engines find for 10 s of frozen currents; Brian2 integrates by Runge-Kutta, as NEST does."""
    return both(nest_module, "single", frozen_currents(10) | {"method": "rk4"})


@pytest.mark.parametrize("kind", NEURONS)
def test_spikes_under_frozen_currents_coincide(kind, cells):
    found = agreement(*cells, kind)
    print(kind, found)
    assert found.brian > 100  # enough for percents
    assert found.within >= 0.95
    # Between spikes both are exact to the tolerance of the solvers (1e-6 relative); what is more comes from steps in
    # which the upstroke is cut.
    assert found.median_error < 1e-3


def test_weights_after_frozen_spikes_are_equal(nest_module):
    given = frozen_spikes(20)
    brian, nest = both(nest_module, "plasticity", given)
    for found in (brian, nest):  # the cells did fire as they were told
        for n in range(given["count"]):
            np.testing.assert_allclose(found["time"][found["index"] == n], given[f"post.{n}"], atol=1e-6)
    print(
        "weights from", brian["weight"].min(), "to", brian["weight"].max(), "pA; differ by", weights_differ(brian, nest)
    )
    assert np.ptp(brian["weight"]) > 10  # pA: there is something to compare
    # Both are exact but for the voltages in between (2e-8 seen); a trace with a wrong time constant stays below 1 %.
    assert weights_differ(brian, nest) < 1e-5


def test_the_network_differs_no_more_between_engines_than_between_seeds(nest_module):
    given = random_network(4)
    brian, nest = both(nest_module, "network", given)
    for name, row in network_table(given, brian, nest).items():
        print(name, row)
        # The engines differ in the integrator and in the step of the background noise, both of first order in dt.
        assert row.between <= row.within_95
