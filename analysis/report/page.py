"""The report: runs beside the paper on one HTML page that needs nothing but itself."""

import json
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from apical.analysis.report import rows as tables
from apical.analysis.report.combine import AnalysedRun, Study, combine
from apical.analysis.report.panels import figures
from apical.analysis.report.plan import (
    ABLATIONS,
    DARK,
    STUDY,
    analyse_command,
    arm_commands,
    arm_of,
    paper_command,
    train_command,
)
from apical.analysis.statistics.bootstrap import finite
from apical.analysis.statistics.four_criteria import HOLDS, UNTESTED
from apical.networks.errors import UserError
from apical.networks.files import cannot_write, written_whole
from apical.networks.training.store import read_description

#: Fields of the configuration that are shown of each run.
SHOWN = (
    *("network", "mice", "first_mouse", "cells", "days", "protocol", "seed"),
    *("device", "precision", "threads", "record"),
)


def write_report(runs: list[Path], out: Path) -> Path:
    """Write the page `out` on analysed runs, one per condition; returns its path.

    Figures are those in the folders of the runs; the page names what is missing and the command that makes it.
    Raises UserError when there are no runs, a run is not analysed or of a condition that is there already, or `out`
    cannot be written to.
    """
    page = _page(study_of(runs))
    write_text(Path(out), page)
    return Path(out)


def study_of(runs: list[Path]) -> Study:
    """The study that analysed runs make (`report.combine.combine`). Raises UserError when there are none."""
    if not runs:
        raise UserError("no runs: give at least one that apical analyse has analysed")
    return combine([Path(run) for run in runs])


def write_text(path: Path, text: str) -> None:
    """Write a page whole or not at all. Raises UserError."""
    if path.is_dir():
        raise UserError(f"{path} is a folder; give the name of a file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from None
    with written_whole(path) as partial:
        partial.write_text(text, encoding="utf-8")


def _page(study: Study) -> str:
    environment = Environment(
        loader=PackageLoader("apical.analysis.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = tables.number
    described = {name: read_description(Path(run.run)) for name, run in study.runs.items()}
    return environment.get_template("report.html").render(
        study=study,
        abstract=_abstract(study),
        verdicts=tables.verdicts(study),
        statistics=tables.statistics(study),
        untested=tables.untested_statistics(study),
        error_tables=tables.error_tables(study),
        misses=tables.misses(study),
        figures=figures(study),
        inference=tables.inference(study),
        ground_truth=tables.ground_truth(study),
        missing=_missing(study, described),
        runs=[_described(study.runs[name], own) for name, own in described.items()],
        shown=SHOWN,
        whole=whole_study_command(study) if _of_circuits(described) else None,
        mixed=_mixed(described),
    )


def _abstract(study: Study) -> dict:
    """Numbers of the abstract: hit rates on day 1 and late, over mice; criteria of control, those that hold and those
    that could not be tested, by name."""
    rates = []
    for name, run in study.runs.items():
        first, late = (finite(np.array(run.values[f"hit_rate_{when}"], float)) for when in ("day_1", "late"))
        shown = [tables.mean_sem(*_mean_sem(values)) for values in (first, late)]
        rates.append((name, len(run.mice), run.sessions, *shown))
    verdicts = {row.name: row.verdict for row in study.criteria.get("control", [])}
    met = [name for name in tables.CRITERIA if verdicts.get(name) == HOLDS]
    untested = [name for name in tables.CRITERIA if verdicts.get(name, UNTESTED) == UNTESTED]
    return {"hit_rates": rates, "criteria": tables.CRITERIA, "met": met, "untested": untested}


def _mean_sem(values: np.ndarray) -> tuple[float | None, float | None]:
    sem = float(values.std(ddof=1) / np.sqrt(values.size)) if values.size > 1 else None
    return (float(values.mean()) if values.size else None), sem


def _of_circuits(described: dict[str, dict]) -> bool:
    """Tell whether the runs can be part of the study that ``apical paper`` makes."""
    return all(own["config"].get("network", "circuit") == "circuit" for own in described.values())


def _missing(study: Study, described: dict[str, dict]) -> list[dict]:
    """Arms of the study that are not among the runs, with the commands that make them."""
    config = next(iter(described.values()))["config"]
    if not _of_circuits(described):
        return []
    folder = Path(next(iter(study.runs.values())).run).parent
    wanted = [arm for arm in (*STUDY, *ABLATIONS) if arm.name != DARK and arm.condition not in study.runs]
    dark = next(arm for arm in STUDY if arm.name == DARK)
    found = []
    for arm in wanted:
        arms = [dark, arm] if arm.reference and not (folder / DARK / "analysis.json").is_file() else [arm]
        commands = [line for a in arms for line in arm_commands(a, config["protocol"], config["seed"], folder)]
        found.append({"condition": arm.condition, "meaning": arm.meaning, "commands": commands})
    return found


def whole_study_command(study: Study) -> str:
    """The command that makes all these runs, by protocol and seed of the first."""
    config = read_description(Path(next(iter(study.runs.values())).run))["config"]
    ablations = any(arm.condition in study.runs for arm in ABLATIONS)
    return paper_command(config["protocol"], config["seed"], ablations)


def _described(analysis: AnalysedRun, description: dict) -> dict:
    run, config = Path(analysis.run), description["config"]
    arm = arm_of(analysis.condition)
    dark = run.parent / arm.reference if "residual_shift" in analysis.values and arm and arm.reference else None
    return {
        "condition": analysis.condition,
        "folder": str(run),
        "config": config,
        "commit": description.get("commit") or "unknown",
        "versions": ", ".join(f"{name} {number}" for name, number in description.get("versions", {}).items()),
        "python": description.get("python", "unknown"),
        "machine": ", ".join([description.get("machine", "unknown"), *description.get("gpu", [])]),
        "wall": sum(description["wall_seconds"].values()),
        "realtime_factor": description.get("realtime_factor"),
        "spike_sha256": description.get("spike_sha256", "unknown"),
        "commands": [train_command(config, run), analyse_command(run, dark)],
        "json": json.dumps({name: description.get(name) for name in ("config", "protocol", "parameters")}, indent=1),
    }


def _mixed(described: dict[str, dict]) -> list[str]:
    """Differences between the runs that should not be there."""
    values = {name: {json.dumps(own["config"].get(name)) for own in described.values()} for name in _ALIKE}
    values["commit"] = {str(own.get("commit")) for own in described.values()}
    return [f"{name}: {', '.join(sorted(found))}" for name, found in values.items() if len(found) > 1]


_ALIKE = ("network", "scale", "in_degree", "protocol", "seed", "days", "cells", "feedback", "precision", "parameters")
