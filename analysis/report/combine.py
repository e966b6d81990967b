"""Several analysed runs side by side with the paper: the study as a whole."""

from pathlib import Path

from apical.analysis.statistics.analyse import as_plain, criteria, read_analysis, statistics
from apical.networks.errors import UserError

#: Arm that a condition is in the study, as in the names of published statistics.
ARMS = {"control": "", "light_only": "light_only", "ndnf_opto": "ndnf"}
NULL = "no_teaching"


def combine(runs: list[Path]) -> dict:
    """Published statistics and criteria of analysed runs, one per condition.

    Returns ``runs`` (``analysis.json`` by condition), ``statistics`` (see `statistics.published.compare`), ``criteria``
    (of each condition by name, with the null and the NDNF run among `runs` where there are) and ``counts``: how many
    statistics are there, have the published sign, lie within two s.e.m.
    Raises UserError for a run that is not analysed, or a second run of a condition.
    """
    by_condition: dict[str, dict] = {}
    for run in runs:
        result = read_analysis(run)
        if result["condition"] in by_condition:
            other = by_condition[result["condition"]]["run"]
            raise UserError(f"{run} and {other} are both {result['condition']}; give one run per condition")
        by_condition[result["condition"]] = result
    values = {name: result["values"] for name, result in by_condition.items()}
    arms = {ARMS[name]: own for name, own in values.items() if name in ARMS}
    table = statistics(arms)
    found = {
        name: [as_plain(c) for c in criteria(own, values.get(NULL) if name != NULL else None, values.get("ndnf_opto"))]
        for name, own in values.items()
    }
    signs, near = ([row[key] for row in table if row[key] is not None] for key in ("same_sign", "within_2_sem"))
    counts = {
        "statistics": len(table),
        "same_sign": sum(signs),
        "with_sign": len(signs),
        "within_2_sem": sum(near),
        "with_sem": len(near),
    }
    return {"runs": by_condition, "statistics": table, "criteria": found, "counts": counts}
