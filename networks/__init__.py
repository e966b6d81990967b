"""Circuits, sessions and the devices they run on: ``from networks import Config, train, open_run``."""

from networks.config import Config
from networks.store import events, open_run
from networks.training import train

__all__ = ["Config", "events", "open_run", "train"]
