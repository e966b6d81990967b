"""Tables of the report: what `report.combine.combine` found, in the words and digits of a page."""

from dataclasses import asdict

import numpy as np

from apical.analysis.report.combine import Study
from apical.analysis.report.plan import STUDY
from apical.analysis.statistics.error_table import DECREASES, INCREASES
from apical.analysis.statistics.four_criteria import FAILS, HOLDS, IN_PART, UNTESTED
from apical.analysis.statistics.published import PUBLISHED
from apical.analysis.statistics.values import SUFFIX
from apical.networks.training.cohort import ROLES

CRITERIA = ("independent information", "task encoding", "causal sign", "necessity")
_RANK = {HOLDS: 2, IN_PART: 1, FAILS: 0}

#: Parts of the model that make the statistics of a topic of the paper.
MADE_BY = {
    "text: learning": ("equations/plasticity.py", "equations/top_down.py"),
    "text: activity over learning": ("equations/plasticity.py", "equations/inputs.py", "equations/pyramidal.py"),
    "text: somato-dendritic residual": ("equations/pyramidal.py", "equations/indicator.py"),
    "text: what the residual carries": ("equations/top_down.py", "equations/pyramidal.py"),
    "text: error signal": ("equations/top_down.py", "equations/alignment.py"),
    "text: NDNF interneurons": ("equations/ndnf.py", "equations/pyramidal.py"),
}


def number(value: float | None) -> str:
    """Three digits, of thousands all, with a true minus; a dash for no value."""
    if value is None or not np.isfinite(value):
        return "–"
    return f"{value:{'.0f' if 1e3 <= abs(value) < 1e6 else '.3g'}}".replace("-", "−")


def mean_sem(mean: float | None, sem: float | None, n: int | None = None) -> str:
    """Mean ± s.e.m. (n), of which what is known."""
    if mean is None:
        return "–"
    text = number(mean) + (f" ± {sem:.2g}" if sem is not None else "")
    return f"{text} ({n})" if n is not None else text


def count_or_mean(name: str, value: float | None, sem: float | None, n: int | None, with_n: bool = True) -> str:
    """A published statistic or the model's: "k of n" for a count of mice, else mean ± s.e.m., with n where asked."""
    if PUBLISHED[name].is_count and value is not None:
        return f"{value} of {n}"
    return mean_sem(value, sem, n if with_n else None)


def title(name: str) -> str:
    """The name of a published statistic in words."""
    is_p = PUBLISHED[name].unit == "p"
    words = name.removesuffix("_p") if is_p else name
    for role, suffix in SUFFIX.items():
        words = words.replace(suffix, shown(role))
    words = words.replace("9_14_above", "9–14 (paper: above)").replace("_", " ")
    return words + " (p)" if is_p else words


def shown(role: str) -> str:
    """A role with a true minus."""
    return role.replace("-", "−")


def verdicts(study: Study) -> dict:
    """The four criteria: ``learners`` (rows of control; ``failed`` and ``untested`` among them), ``conditions``,
    ``rows`` (criterion and the verdict under each condition), ``lost`` (condition, the criteria of control that are
    worse under it, and how many were tested under both)."""
    found = {name: {row.name: row.verdict for row in rows} for name, rows in study.criteria.items()}
    verdict = lambda condition, name: found[condition].get(name, UNTESTED)  # noqa: E731
    rows = [(name, [verdict(condition, name) for condition in found]) for name in CRITERIA]
    learners = [
        asdict(row) | {"interval": f"{number(row.value)} [{number(row.low)}, {number(row.high)}]"}
        for row in study.criteria.get("control", [])
    ]
    lost = []
    for condition in found if "control" in found else ():
        pairs = [(name, verdict("control", name), verdict(condition, name)) for name in CRITERIA]
        tested = [(name, own, other) for name, own, other in pairs if UNTESTED not in (own, other)]
        worse = [name for name, own, other in tested if _RANK[other] < _RANK[own]]
        if condition != "control":
            lost.append((condition, worse, len(tested)))
    failed = [row for row in learners if row["verdict"] not in (HOLDS, UNTESTED)]
    untested = [row for row in learners if row["verdict"] == UNTESTED]
    ran = {"learners": learners, "failed": failed, "untested": untested}
    return ran | {"conditions": list(found), "rows": rows, "lost": lost}


def statistics(study: Study) -> list[dict]:
    """Published statistics by topic: ``topic`` and its ``rows`` of text."""
    topics: dict[str, list[dict]] = {}
    for row in study.statistics:
        entry = PUBLISHED[row.name]
        topics.setdefault(entry.where, []).append(
            {
                "name": row.name,
                "title": title(row.name),
                "unit": _unit(row.name),
                "model": count_or_mean(row.name, row.model, row.sem, row.n),
                "paper": count_or_mean(row.name, row.published, row.published_sem, row.published_n),
                "per": entry.per,
                "sign": {True: "same", False: "other", None: ""}[row.same_sign],
                "near": {True: "within", False: "outside", None: ""}[row.within_2_sem],
            }
        )
    return [{"topic": topic.removeprefix("text: "), "rows": rows} for topic, rows in topics.items()]


def _unit(name: str) -> str:
    unit = PUBLISHED[name].unit
    return "" if unit in ("1", "p") else unit


def untested_statistics(study: Study) -> list[str]:
    """Published statistics that no run among these can fill."""
    known = {row.name for row in study.statistics}
    return [title(name) for name in PUBLISHED if name not in known]


def error_tables(study: Study) -> list[dict]:
    """The signed error table of the arms of the study, then of all other runs: ``columns`` (conditions, after the
    paper) and ``groups`` of rows."""
    names = _control_and_null_first(study)
    arms = {arm.condition for arm in STUDY}
    return [
        _error_table(study, own)
        for own in ([n for n in names if n in arms], [n for n in names if n not in arms])
        if own
    ]


def _error_table(study: Study, columns: list[str]) -> dict:
    def row(label: str, published: str, key: str, **of: str) -> tuple[str, list[str]]:
        cells = [_published(published)]
        for name in columns:
            own = next(r for r in getattr(study.runs[name], key) if of.items() <= r.items())
            cells.append(mean_sem(own["mean"], own["sem"], own["n"]))
        return label, cells

    residuals = [
        row(f"{shown(role)}, error {error}", f"residual_{error}_{SUFFIX[role]}", "error_table", role=role, error=error)
        for error in (DECREASES, INCREASES)
        for role in ROLES
    ]
    names = {role: shown(role) for role in ROLES} | {"difference": "P+ minus P−"}
    own, matched = (
        [row(label, f"{start}{SUFFIX.get(name, name)}", key, name=name) for name, label in names.items()]
        for key, start in (("contrasts", "error_contrast_"), ("contrasts_soma_matched", ""))
    )
    groups = [
        ("residual, over neurons", residuals),
        ("decreases minus increases, over mice", own),
        ("the same of events matched in somatic magnitude, over mice", matched),
    ]
    return {"columns": columns, "groups": groups}


def _control_and_null_first(study: Study) -> list[str]:
    first = [name for name in ("control", "no_teaching") if name in study.runs]
    return first + [name for name in study.runs if name not in first]


def _published(name: str) -> str:
    entry = PUBLISHED.get(name)
    return mean_sem(entry.value, entry.sem, entry.n) if entry else "–"


def misses(study: Study) -> list[dict]:
    """Statistics with the other sign or outside two s.e.m., by topic, with the parts of the model that make them."""
    topics: dict[str, list[str]] = {}
    for row in study.statistics:
        wrong = ["other sign"] * (row.same_sign is False) + ["outside 2 s.e.m."] * (row.within_2_sem is False)
        if not wrong or row.model is None:
            continue
        name, n, published_n = row.name, row.n, row.published_n
        model = f"{count_or_mean(name, row.model, row.sem, n, with_n=False)} {_unit(name)}".strip()
        paper = count_or_mean(name, row.published, row.published_sem, published_n, with_n=False)
        scale = n / published_n if PUBLISHED[name].is_count and published_n else 1
        size = "larger" if row.model > row.published * scale else "smaller"
        text = f"{title(row.name)}: model {model}, {size} than the paper’s {paper}: {', '.join(wrong)}"
        topics.setdefault(PUBLISHED[row.name].where, []).append(text)
    return [
        {"topic": topic.removeprefix("text: "), "texts": texts, "made_by": MADE_BY.get(topic, ())}
        for topic, texts in topics.items()
    ]


def inference(study: Study) -> dict:
    """Scores of inferred events against true ones: ``columns`` and ``rows`` of the first condition that learns."""
    run = study.runs[_control_and_null_first(study)[0]]
    columns = [name for name in run.inference[0] if name != "compartment"] if run.inference else []
    rows = [(row["compartment"], [number(row[name]) for name in columns]) for row in run.inference] if columns else []
    return {"columns": [name.replace("_", " ") for name in columns], "rows": rows, "condition": run.condition}


def ground_truth(study: Study) -> dict:
    """Ground truth that only a model knows, of the first condition that learns.

    ``condition``; ``rows``: angles of the instructive vector in degrees and what imaging recovers, over days;
    ``teaching``: the true teaching current by role, while the error decreases and increases.
    """
    run = study.runs[_control_and_null_first(study)[0]]
    names = ("gradient", "inverse", "broadcast", "recovered", "recovered_over_events")
    rows = [(row["session"], [number(row[name]) for name in names]) for row in run.ground_truth]
    cells = {(row["role"], row["error"]): mean_sem(row["mean"], row["sem"], row["n"]) for row in run.teaching_table}
    teaching = [(shown(role), [cells[role, error] for error in (DECREASES, INCREASES)]) for role in ROLES]
    return {"condition": run.condition, "rows": rows, "teaching": teaching}
