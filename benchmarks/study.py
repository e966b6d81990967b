"""One day of mice under the full protocol, and from it the time of the whole study."""

import json
import os
import tempfile
from pathlib import Path

from apical.networks.training.config import Config
from apical.networks.training.protocols import PROTOCOLS
from apical.networks.training.run import train

#: Of the study: learners, NDNF+ light, light only; days of each.
MICE, DAYS = 6 + 4 + 5, 14


def measure(mice: int | None, protocol: str, cells: int, progress) -> dict:
    """Train `mice` (default: one per core) for a day, one per thread; extrapolate to the study on all these threads."""
    mice = mice or os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        config = Config(mice=mice, threads=mice, cells=cells, days=1, protocol=protocol)
        train(config, Path(folder) / "run", progress=lambda day, phase: progress(phase))
        described = json.loads((Path(folder) / "run" / "run.json").read_text())
    wall = described["wall_seconds"]["simulation"]
    return {
        "protocol": protocol,
        "cells": cells,
        "mice": mice,
        "biological_seconds_per_day": PROTOCOLS[protocol].day,
        "wall_s": wall,
        "building_s": described["wall_seconds"]["building"],
        "mouse_seconds_per_s": mice * PROTOCOLS[protocol].day / wall,
        "extrapolated_study_hours": MICE * DAYS * wall / mice / 3600,
    }
