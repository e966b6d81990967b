"""All analyses of a run, as ``apical analyse`` writes them to ``analysis.json``."""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from apical.analysis.statistics import four_criteria
from apical.analysis.statistics.decoding import network_decoding
from apical.analysis.statistics.error_table import match_somatic, per_mouse, per_neuron
from apical.analysis.statistics.error_tests import anova, contrasts, post_hoc
from apical.analysis.statistics.outcome import outcome_decoding, trial_frame
from apical.analysis.statistics.published import PUBLISHED, Comparison, compare
from apical.analysis.statistics.residual_tests import independence, latency_difference
from apical.analysis.statistics.tables import FOLDER, Progress, Tables, collect, rates_in
from apical.analysis.statistics.values import (
    Samples,
    activity_values,
    decoding_values,
    learning_values,
    published_table,
    residual_values,
    shift_values,
    unexplained,
)
from apical.networks.errors import UserError
from apical.networks.files import cannot_write, written_whole
from apical.networks.training.store import open_run, read_description

FILE = "analysis.json"


def analyse(
    run: Path, reference: Path | None = None, jobs: int = 2, progress: Progress = lambda done, all: None
) -> dict:
    """Analyse a run by itself, write its tables to ``RUN/analysis/`` and its numbers to ``RUN/analysis.json``.

    reference : run of the same mice without light, from which light has shifted the residual and the event rate
    jobs : processes; progress : called with the number of finished steps and of all
    Returns what ``analysis.json`` holds. Raises UserError when the run has no imaging, is unfinished or damaged, or
    its folder cannot be written to.
    """
    run = Path(run)
    data, description = open_run(run), read_description(run)
    seconds = description["closed_loop_seconds"]
    try:
        (run / FOLDER).mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".rates-", dir=run) as rates:
            tables = collect(run, Path(rates), jobs, lambda done, count: progress(done, count + 2))
            steps = data.sizes["mouse"] * data.sizes["session"] + 2
            network = network_decoding(tables.events, rates_in(Path(rates)), jobs=jobs)
            progress(steps - 1, steps)
        outcome = outcome_decoding(tables.events, trial_frame(data), jobs=jobs)
        progress(steps, steps)
        tables.save(run)
        network.to_parquet(run / FOLDER / "network.parquet")
        outcome.to_parquet(run / FOLDER / "outcome.parquet")
    except OSError as error:
        raise cannot_write(run / FOLDER, error) from None
    values = learning_values(data) | activity_values(tables.cells, seconds) | residual_values(tables.events)
    values |= decoding_values(network, outcome) | {"unexplained": unexplained(tables.events)}
    if reference is not None:
        dark = Tables.load(Path(reference))
        values |= shift_values(tables, dark, seconds)
    result = {
        "run": str(run),
        "condition": data.attrs["condition"],
        "mice": data.mouse.values.tolist(),
        "sessions": data.sizes["session"],
        "store_sha256": description["store_sha256"],
        "reference": None if reference is None else str(reference),
        "values": {name: value.tolist() for name, value in values.items()},
        **_error_signal(tables),
        "independence": {k: v for k, v in independence(tables.events).items() if np.ndim(v) == 0},
        "latency": latency_difference(tables.events),
        "network_decoding": {
            "neurons": len(network),
            "significant": int(network.significant.sum()) if len(network) else 0,
            "significant_corrected": int(network.significant_corrected.sum()) if len(network) else 0,
        },
        "outcome_decoding": _records(outcome),
        "inference": _records(tables.scores.groupby("compartment").mean().drop(columns=["mouse", "session"])),
        "ground_truth": _records(tables.truth.groupby("session").mean().drop(columns="mouse")),
    }
    result["statistics"] = [asdict(row) for row in statistics({"": values})]
    _write(run / FILE, result)
    return result


def _error_signal(tables: Tables) -> dict:
    classed = tables.events.dropna(subset=["error"])
    neurons = per_neuron(classed)
    matched = per_neuron(match_somatic(classed))
    return {
        "error_table": _records(published_table(tables.events)),
        "teaching_table": _records(published_table(tables.events.assign(residual=tables.events.teaching))),
        "anova": _records(anova(neurons)) if neurons.mouse.nunique() > 1 else None,
        "post_hoc": _records(post_hoc(neurons)),
        "contrasts": _records(contrasts(per_mouse(neurons))),
        "contrasts_soma_matched": _records(contrasts(per_mouse(matched))),
    }


def statistics(arms: dict[str, Samples]) -> list[Comparison]:
    """Every published statistic that the values can fill, compared.

    arms : values by the prefix or suffix that the published names give their condition ("" for mice that learn)
    """
    named: Samples = {}
    for arm, values in arms.items():
        named |= {_published_name(name, arm): np.asarray(value, float) for name, value in values.items()}
    return [compare(name, named[name]) for name in PUBLISHED if name in named and np.isfinite(named[name]).any()]


def _published_name(name: str, arm: str) -> str:
    late = {"": "hit_rate_days_9_14_above", "light_only": "hit_rate_last_6_days_light_only"}
    late["ndnf"] = "hit_rate_last_6_days_ndnf"
    if name == "hit_rate_late":
        return late[arm]
    if name == "rewards_per_min_late":
        return f"rewards_per_min_last_6_days_{arm}"
    if not arm:
        return name
    if name == "outcome_decoding_after":
        return f"outcome_decoding_{arm}"
    return f"{name}_{arm}" if name in ("residual_shift", "event_rate_change") else f"{arm}_{name}"


def criteria(learners: dict, null: dict | None, without: dict | None) -> list[four_criteria.Criterion]:
    """The four criteria for a run, from the values of ``analysis.json``.

    learners, null, without : values of the run itself, of one without teaching and of one under NDNF activation
    """
    value = lambda arm, name: np.asarray(arm[name], float)  # noqa: E731
    of_null = lambda name: value(null, name) if null else None  # noqa: E731
    plus, minus = "error_contrast_p_plus", "error_contrast_p_minus"
    found = [
        four_criteria.independent_information(
            value(learners, "unexplained"),
            value(learners, "network_decoding_above_shuffles"),
            of_null("network_decoding_above_shuffles"),
        ),
        four_criteria.task_encoding(
            value(learners, "outcome_above_shuffles_after"),
            value(learners, "error_contrast_difference"),
            of_null("error_contrast_difference"),
        ),
        four_criteria.causal_sign(
            value(learners, plus), value(learners, minus), (value(null, plus), value(null, minus)) if null else None
        ),
    ]
    if without:
        gain, gain_without = (value(arm, "hit_rate_late") - value(arm, "hit_rate_day_1") for arm in (learners, without))
        found.append(four_criteria.necessity(gain, gain_without))
    return found


def read_analysis(run: Path) -> dict:
    """``analysis.json`` of a run. Raises UserError when there is none for the run as it is now."""
    try:
        result = json.loads((Path(run) / FILE).read_text())
    except (OSError, json.JSONDecodeError):
        raise UserError(f"{run} is not analysed; do it with: apical analyse {run}") from None
    if result["store_sha256"] != read_description(Path(run)).get("store_sha256"):
        raise UserError(f"{run} has changed since it was analysed; do it again: apical analyse {run}")
    return result | {"run": str(run)}


def as_plain(criterion: four_criteria.Criterion) -> dict:
    """A criterion as JSON knows it."""
    return {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in asdict(criterion).items()}


def _records(table: pd.DataFrame) -> list[dict]:
    table = table if isinstance(table.index, pd.RangeIndex) else table.reset_index()
    return json.loads(table.to_json(orient="records"))


def _write(path: Path, result: dict) -> None:
    with written_whole(path) as partial:
        partial.write_text(json.dumps(_finite(result), indent=1, allow_nan=False))


def _finite(value):
    """NaN and infinity as None, NumPy numbers as Python's."""
    if isinstance(value, dict):
        return {name: _finite(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value
