"""What the published synapses make of the network: rates, irregularity, no volleys."""

import numpy as np
import pytest

from apical.networks.experiments.spontaneous.activity import SETTLING, events, statistics
from apical.networks.experiments.spontaneous.options import checked
from apical.networks.experiments.spontaneous.run import simulate

pytestmark = pytest.mark.slow

SECONDS = 1.3


@pytest.fixture(scope="module")
def full():
    """Spikes and statistics of 23,328 neurons with all their synapses."""
    config = checked(scale=0.3, in_degree=1.0, seconds=SECONDS)
    arrays, _ = simulate(config)
    s = config.structure
    spikes = events(s, arrays)
    return spikes, statistics(s, spikes, events(s, arrays, plateaus=True), SECONDS)


def test_with_all_synapses_each_population_is_in_its_range_and_near_its_published_rate(full):
    for row in full[1]:
        assert row["in_range"], row
        assert 0.5 < row["rate"] / row["aim"] < 2, row


def test_thick_tufted_cells_have_plateaus_and_thin_tufted_ones_do_not(full):
    plateaus = {row["population"]: row["plateau_rate"] for row in full[1]}
    assert plateaus["L5 thick"] > 0.1 > 10 * plateaus["L5 thin"]


def test_spikes_are_irregular_and_do_not_come_in_volleys(full):
    spikes, rows = full
    of_cells = [row["irregularity"] for row in rows if row["population"].endswith((" E", " PV"))]
    assert min(of_cells) > 0.4
    counts = np.histogram(spikes.time, np.arange(SETTLING, SECONDS, 0.003))[0]
    # Where the network fires in volleys a bin of 3 ms has many times the mean, or nothing.
    assert counts.max() < 4 * counts.mean()
