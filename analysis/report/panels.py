"""Figures of the report in the order of the paper's, each panel with a caption and embedded as a data URI."""

import base64
from dataclasses import dataclass
from pathlib import Path

from apical.analysis.report.combine import AnalysedRun, Study
from apical.analysis.report.plan import ABLATIONS, analyse_command, arm_of

#: Figures that ``apical analyse`` draws; ``apical train`` draws the others.
ANALYSED = ("residual", "error_signal", "decoders", "ground_truth")
TRAINED = ("learning_curves", "activity_by_role", "example_minute", "weights")

#: Title, then panels: condition and name of the figure.
_LIGHT = [
    (condition, name) for condition in ("light_only", "ndnf_opto") for name in ("learning_curves", "error_signal")
]
_LAYOUT = (
    ("Figure 1. Task and learning", [("control", name) for name in TRAINED[:3]]),
    ("Figure 2. The somato-dendritic residual", [("control", "residual")]),
    ("Figure 3. What the residual carries", [("control", "decoders")]),
    ("Figure 4. The signed error signal, and the null", [("control", "error_signal"), ("no_teaching", "error_signal")]),
    ("Figure 5. NDNF interneurons", [*_LIGHT, ("light_only", "decoders"), ("ndnf_opto", "decoders")]),
    ("Model only: ground truth and weights", [("control", "ground_truth"), ("control", "weights")]),
)

_CAPTIONS = {
    "learning_curves": "Hit rate and rewards per minute over days: single mice (grey), and mean ± s.e.m. (band) over "
    "{mice} mice; dotted: chance.",
    "activity_by_role": "Rate of somatic events relative to day 1, and of apical plateaus, by role: mean ± s.e.m. "
    "(band) over {mice} mice.",
    "example_minute": "One minute of the closed loop of one mouse (n = 1 of {mice}; no error bars): somatic spikes, "
    "apical plateaus, angle of the patch, readout.",
    "weights": "Feed-forward weights after the first and the last day (all synapses of {mice} mice), and their mean "
    "over days by role and pool: mean ± s.e.m. (band) over {mice} mice.",
    "residual": "Traces with inferred events, and dendritic against somatic magnitude with the line, of one neuron; "
    "residuals and latencies of all neurons of one mouse and day (no error bars). The run has {events} coincident "
    "events.",
    "decoders": "Accuracy against shuffled labels. Left: amplified or attenuated, a point for each of {decoded} "
    "neurons, {significant} of them significant (p < 0.05, uncorrected). Right: hit or miss, single mice (lines), "
    "and mean ± s.e.m. (bars) over the {outcome} mice with enough hits and misses.",
    "error_signal": "Left: residual while the error decreases and increases, mean ± s.e.m. (bars) over neurons "
    "({plus} P+, {minus} P−). Right: difference of the two in single mice (grey), mean ± s.e.m. (bars) over "
    "{mice} mice.",
    "ground_truth": "Angle between the true instructive vector and what theories ask for (90° is chance), what imaging "
    "recovers of the vector, and inferred against true rates: mean ± s.e.m. (bars) over {mice} mice.",
}


@dataclass(frozen=True)
class Panel:
    """uri : the picture as a data URI, None when it is missing; how : the command that makes a missing one."""

    heading: str
    caption: str
    uri: str | None
    how: str


def figures(study: Study) -> list[tuple[str, list[Panel]]]:
    """Titles and panels, in order; of conditions that are among the runs."""
    ablations = [(arm.condition, name) for arm in ABLATIONS for name in ("learning_curves", "error_signal")]
    others = [(name, "learning_curves") for name in study.runs if arm_of(name) is None]
    layout = [*_LAYOUT, ("Model only: what each ablation changes", ablations), ("Other runs", others)]
    shown = [(title, [p for p in panels if p[0] in study.runs]) for title, panels in layout]
    return [(title, [_panel(study.runs[c], name) for c, name in panels]) for title, panels in shown if panels]


def missing_figures(run: Path, names: tuple[str, ...]) -> list[str]:
    """Figures among `names` that a run lacks."""
    return [name for name in names if not (run / "figures" / f"{name}.png").is_file()]


def _panel(analysis: AnalysedRun, name: str) -> Panel:
    run = Path(analysis.run)
    arm = arm_of(analysis.condition)
    if name in ANALYSED:
        how = analyse_command(run, run.parent / arm.reference if arm and arm.reference else None)
    else:
        how = f"apical train --resume --out {run}"
    heading = f"{analysis.condition.replace('_', ' ')}: {name.replace('_', ' ')}"
    return Panel(heading, _CAPTIONS[name].format(**_counts(analysis)), _embedded(run / "figures" / f"{name}.png"), how)


def _counts(analysis: AnalysedRun) -> dict[str, float | None]:
    neurons = {role: [row["n"] for row in analysis.error_table if row["role"] == role] for role in ("P+", "P-")}
    return {
        "mice": len(analysis.mice),
        "events": analysis.independence["n"],
        "outcome": len({row["mouse"] for row in analysis.outcome_decoding if row["balanced_accuracy"] is not None}),
        "decoded": analysis.network_decoding["neurons"],
        "significant": analysis.network_decoding["significant"],
        "plus": max(neurons["P+"], default=0),
        "minus": max(neurons["P-"], default=0),
    }


def _embedded(path: Path) -> str | None:
    if not path.is_file():
        return None
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}"
