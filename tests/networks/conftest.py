import pytest

import networks.session
from networks.protocols import Protocol

#: Long enough for F0 (30 s), pseudo-trials (28.1 s) and a few trials.
BRIEF = Protocol(baseline=70.0, closed_loop=40.0, learning_rate_scale=60.0)


@pytest.fixture
def brief_days(monkeypatch):
    """Days of the short protocol last less than two minutes."""
    monkeypatch.setitem(networks.session.PROTOCOLS, "short", BRIEF)
