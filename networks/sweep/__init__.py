"""Sweeps: a cohort whose mice differ, cut into shards that run anywhere and any number of times."""

from networks.sweep.design import Design, load_design
from networks.sweep.run import sweep
from networks.sweep.store import open_sweep

__all__ = ["Design", "load_design", "open_sweep", "sweep"]
