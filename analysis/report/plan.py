"""The study as the paper has it: which cohorts are trained, in which order, and the commands that do it."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from apical.networks.training.config import Config

MICE, NDNF_MICE, LIGHT_MICE = 6, 4, 5


@dataclass(frozen=True)
class Arm:
    """A cohort of the study. name : name of its folder; days : number, None as configured; reference : arm of the
    same mice without light; meaning : purpose of the arm."""

    name: str
    condition: str
    mice: int
    meaning: str
    first_mouse: int = 0
    days: int | None = None
    reference: str | None = None


#: The arm from which light is measured: all mice of both light arms, one day without light.
DARK = "dark"

STUDY = (
    Arm(DARK, "control", NDNF_MICE + LIGHT_MICE, "the mice of both light arms without light", MICE, days=1),
    Arm("control", "control", MICE, "mice that learn"),
    Arm("no_teaching", "no_teaching", MICE, "the null: the same mice without a teaching signal"),
    Arm("ndnf_opto", "ndnf_opto", NDNF_MICE, "light switches the NDNF+ cells on", MICE, reference=DARK),
    Arm("light_only", "light_only", LIGHT_MICE, "light without opsin", MICE + NDNF_MICE, reference=DARK),
)

ABLATIONS = tuple(
    Arm(condition, condition, MICE, meaning)
    for condition, meaning in (
        ("scalar", "one signal for all cells"),
        ("shuffled", "the signals permuted among the cells"),
        ("random_feedback", "fixed random feedback"),
        ("somatic_teaching", "the teaching current enters the soma"),
        ("no_ndnf", "the NDNF+ cells release nothing"),
    )
)


def arm_of(condition: str) -> Arm | None:
    """The arm in which a condition is trained; None for a condition outside the study."""
    return next((a for a in (*STUDY, *ABLATIONS) if a.condition == condition and a.name != DARK), None)


def paper_command(protocol: str, seed: int, ablations: bool = False) -> str:
    """The command that makes the whole study."""
    return shlex.join(["apical", "paper", "--protocol", protocol, "--seed", str(seed), *["--ablations"] * ablations])


def arm_commands(arm: Arm, protocol: str, seed: int, folder: Path) -> list[str]:
    """The commands that train and analyse one arm by itself, in `folder`, as ``apical paper`` does."""
    config = {"condition": arm.condition, "mice": arm.mice, "first_mouse": arm.first_mouse, "protocol": protocol}
    config |= {"seed": seed, "record": "imaging"} | ({"days": arm.days} if arm.days else {})
    reference = folder / arm.reference if arm.reference else None
    return [train_command(config, folder / arm.name), analyse_command(folder / arm.name, reference)]


def analyse_command(run: Path, reference: Path | None = None) -> str:
    """The command that analyses a run."""
    return shlex.join(["apical", "analyse", str(run), *(["--reference", str(reference)] if reference else [])])


#: Fields of the configuration that only a TOML file can set.
FILE_ONLY = ("bci_cells", "probe_every", "heap_mb", "parameters")


def train_command(config: dict, out: Path) -> str:
    """The ``apical train`` of a configuration: what differs from the defaults.

    config : fields as in ``run.json``; what `FILE_ONLY` names goes into a file, whose contents ``run.json`` holds
    """
    default = Config().model_dump()
    changed = {name: value for name, value in config.items() if value != default[name]}
    words = ["apical", "train"]
    for name, value in changed.items():
        if name not in FILE_ONLY:
            words += ["--" + name.replace("_", "-"), str(value)]
    if not changed.keys().isdisjoint(FILE_ONLY):
        words += ["--config", "FILE.toml"]
    return shlex.join([*words, "--out", str(out)])
