"""The smallest network that has all populations, and what it did."""

import pytest

from apical.networks.experiments.spontaneous.options import checked

TINY = dict(scale=0.004, in_degree=0.05, seconds=0.4)


@pytest.fixture(scope="session")
def tiny():
    """Configuration of the tiny network, with other options."""
    return lambda **options: checked(**TINY | options)
