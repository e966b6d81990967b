"""Spiking mice learn a brain-computer interface from vectorized teaching in their apical dendrites.

>>> from apical import Config, open_run, train
>>> run = train(Config(mice=2, days=3, protocol="short"), "results/first")
>>> data = open_run(run)

The folders below this package are those of the repository: `apical.equations`, `apical.models`, `apical.networks`,
`apical.analysis`, `apical.scripts`, `apical.benchmarks`. What they hold is imported when it is first used.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from apical.equations.preferences import ignore_local_preferences

if TYPE_CHECKING:
    from apical.analysis.export.neo_block import neo_block
    from apical.analysis.export.run import export_run
    from apical.analysis.figures.comparison import compare_conditions
    from apical.analysis.figures.example_minute import example_minute
    from apical.analysis.figures.over_days import activity_by_role, learning_curves, save_figures, weights
    from apical.analysis.report.page import write_report
    from apical.analysis.statistics.analyse import analyse
    from apical.analysis.statistics.learning import summary
    from apical.models.cells import CELLS, Cell
    from apical.models.rules import RULES, Rule
    from apical.models.teachers import TEACHERS, Teacher
    from apical.networks.experiments.current_clamp import experiment
    from apical.networks.sweep import load_design, open_sweep, sweep
    from apical.networks.training.conditions import CONDITIONS, Condition
    from apical.networks.training.config import Config
    from apical.networks.training.network import NETWORKS, Network
    from apical.networks.training.run import train
    from apical.networks.training.store import events, open_run

ignore_local_preferences()

_MODULES = {
    "CELLS": "models.cells",
    "CONDITIONS": "networks.training.conditions",
    "Cell": "models.cells",
    "Condition": "networks.training.conditions",
    "Config": "networks.training.config",
    "NETWORKS": "networks.training.network",
    "Network": "networks.training.network",
    "RULES": "models.rules",
    "Rule": "models.rules",
    "TEACHERS": "models.teachers",
    "Teacher": "models.teachers",
    "activity_by_role": "analysis.figures.over_days",
    "analyse": "analysis.statistics.analyse",
    "compare_conditions": "analysis.figures.comparison",
    "events": "networks.training.store",
    "example_minute": "analysis.figures.example_minute",
    "experiment": "networks.experiments.current_clamp",
    "export_run": "analysis.export",
    "learning_curves": "analysis.figures.over_days",
    "load_design": "networks.sweep",
    "neo_block": "analysis.export",
    "open_run": "networks.training.store",
    "open_sweep": "networks.sweep",
    "write_report": "analysis.report.page",
    "save_figures": "analysis.figures.over_days",
    "summary": "analysis.statistics.learning",
    "sweep": "networks.sweep",
    "train": "networks.training.run",
    "weights": "analysis.figures.over_days",
}

__all__ = [
    "CELLS",
    "CONDITIONS",
    "NETWORKS",
    "RULES",
    "TEACHERS",
    "Cell",
    "Condition",
    "Config",
    "Network",
    "Rule",
    "Teacher",
    "activity_by_role",
    "analyse",
    "compare_conditions",
    "events",
    "example_minute",
    "experiment",
    "export_run",
    "learning_curves",
    "load_design",
    "neo_block",
    "open_run",
    "open_sweep",
    "save_figures",
    "summary",
    "sweep",
    "train",
    "weights",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("apical")
    if name not in _MODULES:
        raise AttributeError(f"module 'apical' has no attribute {name!r}")
    value = getattr(import_module(f"apical.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES, "__version__"])
