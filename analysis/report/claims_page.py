"""The claims as a page in Markdown, written from results."""

from pathlib import Path

from apical.analysis.report.claim_parts import VERDICTS, Claim
from apical.analysis.report.claims import claims
from apical.analysis.report.combine import Study
from apical.analysis.report.plan import ABLATIONS, paper_command
from apical.networks.training.store import read_description

_HEAD = """# Claims put to the test

Twelve claims that are made of Francioni et al. 2026, each with the rule that judges it
(`analysis/report/claims.py`), the numbers it rests on and the verdict. `apical report RUN ... --claims FILE` writes
this page from analysed runs; no number and no verdict is typed in. Intervals are 95 %, bootstrapped over mice, or over
neurons where the rule says so. The null is the run without teaching.
"""


def claims_page(study: Study) -> str:
    """Text of the page on a study."""
    judged = claims(study)
    described = {name: read_description(Path(run.run)) for name, run in study.runs.items()}
    config = next(iter(described.values()))["config"]
    command = lambda claim: paper_command(config["protocol"], config["seed"], _needs_ablations(claim))  # noqa: E731
    counts = ", ".join(f"{verdict}: {sum(claim.verdict == verdict for claim in judged)}" for verdict in VERDICTS)
    lines = [_HEAD, f"**{_capital(counts)}.**", ""]
    lines += ["| | claim | verdict |", "|---|---|---|"]
    lines += [f"| {claim.number} | {claim.text} | {claim.verdict} |" for claim in judged]
    for claim in judged:
        lines += ["", f"## {claim.number}. {claim.text}", "", f"**{_capital(claim.verdict)}.** {claim.rule}", ""]
        lines += [f"- {text}" for text in claim.numbers]
        lines += [f"- open: {claim.open}"] if claim.open and claim.numbers else []
        lines += [f"- {claim.open}"] if claim.open and not claim.numbers else []
        lines += ["", f"Compares {', '.join(claim.needs)}: `{command(claim)}`"]
    lines += ["", "## Runs", "", "| condition | mice | days | protocol | seed | commit | spikes (SHA-256) |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for name, own in described.items():
        c = own["config"]
        row = (
            name,
            c["mice"],
            c["days"],
            c["protocol"],
            c["seed"],
            own.get("commit"),
            own.get("spike_sha256", "")[:12],
        )
        lines.append("| " + " | ".join(map(str, row)) + " |")
    return "\n".join(lines) + "\n"


def _needs_ablations(claim: Claim) -> bool:
    return any(arm.condition in claim.needs for arm in ABLATIONS)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
