"""Sweeps: a cohort whose mice differ, cut into shards that run anywhere and any number of times."""

from apical.networks.sweep.design import Design, load_design
from apical.networks.sweep.run import sweep
from apical.networks.sweep.store import open_sweep

__all__ = ["Design", "load_design", "open_sweep", "sweep"]
