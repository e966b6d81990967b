"""Several analysed runs side by side with the paper: the study as a whole."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from apical.analysis.report.plan import ABLATIONS, STUDY
from apical.analysis.statistics.analyse import as_plain, criteria, read_analysis, statistics
from apical.analysis.statistics.four_criteria import Criterion
from apical.analysis.statistics.published import Comparison
from apical.networks.errors import UserError

#: Arm that a condition is in the study, as in the names of published statistics.
ARMS = {"control": "", "light_only": "light_only", "ndnf_opto": "ndnf"}
NULL = "no_teaching"


@dataclass(frozen=True)
class AnalysedRun:
    """Content of ``analysis.json`` of a run. Rows are dictionaries; None stands for a number that does not exist.

    run : its folder; condition : of all its mice; mice : their numbers; sessions : number of days
    store_sha256 : checksum of the data that were analysed
    reference : folder of the run of the same mice without light, if the run was compared with one
    values : statistics of `statistics.values`, over mice or neurons, by name; rates in Hz, residuals in s.d. (z)
    error_table : rows of `statistics.error_table.error_table`, in z
    teaching_table : the same rows of the true current, in pA
    anova : rows of `statistics.error_tests.anova`, None of a single mouse; post_hoc : rows of `post_hoc` there
    contrasts, contrasts_soma_matched : rows of `statistics.error_tests.contrasts`, in z, of all events and of events
        matched in somatic magnitude
    independence, latency : numbers of `statistics.residual_tests`, latencies in s
    network_decoding : numbers of ``neurons``, of ``significant`` ones, and of those after correction
    outcome_decoding : rows of `statistics.outcome.outcome_decoding`
    inference : scores of the inferred events by compartment, see `imaging.scores`
    ground_truth : rows by session of `statistics.ground_truth`: angles in degrees, correlations
    statistics : rows of the published statistics, as of `statistics.published.Comparison`, of this run by itself
    """

    run: str
    condition: str
    mice: list[int]
    sessions: int
    store_sha256: str
    reference: str | None
    values: dict[str, list[float | None]]
    error_table: list[dict]
    teaching_table: list[dict]
    anova: list[dict] | None
    post_hoc: list[dict]
    contrasts: list[dict]
    contrasts_soma_matched: list[dict]
    independence: dict[str, float | None]
    latency: dict[str, float | None]
    network_decoding: dict[str, int]
    outcome_decoding: list[dict]
    inference: list[dict]
    ground_truth: list[dict]
    statistics: list[dict]


@dataclass(frozen=True)
class Counts:
    """Numbers of published statistics.

    statistics : with a value in the model; same_sign : that have the published sign, of `with_sign` that have a sign
    within_2_sem : within two standard errors of the published value, of `with_sem` that have a standard error
    """

    statistics: int
    same_sign: int
    with_sign: int
    within_2_sem: int
    with_sem: int


@dataclass(frozen=True)
class Study:
    """Analysed runs of different conditions, held against the paper.

    runs : by condition, in the order of `report.plan`
    statistics : the published ones that the runs have values for
    criteria : by condition, those of the four that its runs allow to compute
    """

    runs: dict[str, AnalysedRun]
    statistics: list[Comparison]
    criteria: dict[str, list[Criterion]]
    counts: Counts

    def as_plain(self) -> dict:
        """The study as JSON knows it, as ``paper.json`` holds it."""
        plain = {name: [as_plain(criterion) for criterion in own] for name, own in self.criteria.items()}
        return asdict(self) | {"criteria": plain}


def combine(runs: list[Path]) -> Study:
    """The study that analysed runs make, one per condition.

    Criteria are computed with the null and the NDNF run among `runs`, where there are.
    Raises UserError for a run that is not analysed, or a second run of a condition.
    """
    by_condition: dict[str, AnalysedRun] = {}
    for run in runs:
        result = _read(run)
        if result.condition in by_condition:
            other = by_condition[result.condition].run
            raise UserError(f"{run} and {other} are both {result.condition}; give one run per condition")
        by_condition[result.condition] = result
    order = [arm.condition for arm in (*STUDY, *ABLATIONS)]
    names = sorted(by_condition, key=lambda name: order.index(name) if name in order else len(order))
    values = {name: by_condition[name].values for name in names}
    arms: dict[str, Any] = {ARMS[name]: own for name, own in values.items() if name in ARMS}
    table = statistics(arms)
    found = {
        name: criteria(own, values.get(NULL) if name != NULL else None, values.get("ndnf_opto"))
        for name, own in values.items()
    }
    return Study({name: by_condition[name] for name in names}, table, found, _counts(table))


def _read(run: Path) -> AnalysedRun:
    try:
        return AnalysedRun(**read_analysis(run))
    except TypeError:  # other fields
        raise UserError(f"{run} was analysed by another version; do it again: apical analyse {run}") from None


def _counts(table: list[Comparison]) -> Counts:
    signs = [row.same_sign for row in table if row.same_sign is not None]
    near = [row.within_2_sem for row in table if row.within_2_sem is not None]
    return Counts(len(table), sum(signs), len(signs), sum(near), len(near))
