"""Parts of the judgement of a claim: numbers of a study, each with a verdict of its own.

Intervals are the 95 % of `statistics.bootstrap`, over mice, or over neurons where the statistic counts those.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from apical.analysis.report.combine import Study
from apical.analysis.statistics.bootstrap import finite, interval
from apical.analysis.statistics.four_criteria import FAILS, FEWEST_MICE, HOLDS, IN_PART
from apical.analysis.statistics.four_criteria import UNTESTED as NOT_TESTED

UNTESTED = "cannot be tested here"
VERDICTS = (HOLDS, IN_PART, FAILS, UNTESTED)


@dataclass(frozen=True)
class Part:
    """A number in words, and whether it is as claimed: one of `VERDICTS`."""

    text: str
    verdict: str


@dataclass(frozen=True)
class Claim:
    """text : the claim; rule : rule that judges it; needs : conditions that it compares; numbers : numbers that decide;
    open : part of the claim that is not tested, so that it holds at most in part; or what is missing."""

    number: int
    text: str
    rule: str
    needs: tuple[str, ...]
    verdict: str
    numbers: tuple[str, ...]
    open: str = ""


@dataclass(frozen=True)
class Test:
    """parts : gives the parts of a study that has all runs in `needs`; the rest as in `Claim`."""

    text: str
    needs: tuple[str, ...]
    parts: Callable[[Study], list[Part]]
    open: str


def joint(parts: list[Part]) -> str:
    """Verdict of a claim: that of its parts where they agree, untested where one is, else in part."""
    found = {part.verdict for part in parts}
    if UNTESTED in found:
        return UNTESTED
    return found.pop() if len(found) == 1 else IN_PART


def judged(study: Study, number: int, test: Test) -> Claim:
    """Claim `number` of the list, judged."""
    rule = " ".join((inspect.getdoc(test.parts) or "").split())
    missing = [name for name in test.needs if name not in study.runs]
    if missing:
        need = f"needs a run of condition {', '.join(missing)}"
        return Claim(number, test.text, rule, test.needs, UNTESTED, (), need)
    parts = test.parts(study)
    numbers = tuple(part.text for part in parts)
    if any(len(study.runs[name].mice) < FEWEST_MICE for name in test.needs):
        return Claim(number, test.text, rule, test.needs, UNTESTED, numbers, f"fewer than {FEWEST_MICE} mice")
    verdict = joint(parts)
    verdict = IN_PART if test.open and verdict == HOLDS else verdict
    return Claim(number, test.text, rule, test.needs, verdict, numbers, test.open)


def values(study: Study, condition: str, name: str) -> np.ndarray:
    """Values of a statistic of a condition over mice or neurons; empty where the run has none."""
    return np.array(study.runs[condition].values.get(name, []), float)


def gain(study: Study, condition: str) -> np.ndarray:
    """Hit rate of the last days minus that of day 1, (mice,)."""
    return values(study, condition, "hit_rate_late") - values(study, condition, "hit_rate_day_1")


def null(study: Study, name: str) -> np.ndarray:
    """Values of a statistic without teaching."""
    return values(study, "no_teaching", name)


def above(text: str, own: np.ndarray, other: np.ndarray | None = None) -> Part:
    """The interval of the mean, minus the mean of `other`, lies above 0."""
    return _part(text, own, other, lambda low, high: low > 0)


def below(text: str, own: np.ndarray, other: np.ndarray | None = None) -> Part:
    """The interval of the mean, minus the mean of `other`, lies below 0."""
    return _part(text, own, other, lambda low, high: high < 0)


def _part(text: str, own: np.ndarray, other: np.ndarray | None, as_claimed: Callable[[float, float], bool]) -> Part:
    n, number, low, high = _number(own, other)
    if n < FEWEST_MICE:
        return Part(f"{text} {number}: too few", UNTESTED)
    return Part(f"{text} {number}", HOLDS if as_claimed(low, high) else FAILS)


def erased(text: str, own: np.ndarray, without: np.ndarray, free: np.ndarray | None = None) -> Part:
    """There with the signal, the interval lies above 0, and gone without it, the interval does not.

    own, without : values with the signal and without it; free : values to subtract from both
    """
    (n, number, low, _), (n_without, number_without, low_without, _) = _number(own, free), _number(without, free)
    verdict = HOLDS if low > 0 and not low_without > 0 else FAILS
    verdict = UNTESTED if min(n, n_without) < FEWEST_MICE else verdict
    return Part(f"{text} {number}, under NDNF activation {number_without}", verdict)


def _number(own: np.ndarray, other: np.ndarray | None) -> tuple[int, str, float, float]:
    n = min(finite(group).size for group in (own, other) if group is not None)
    value, low, high = interval(own, other)
    return n, f"{value:+.3g} [{low:+.3g}, {high:+.3g}], n = {n}", low, high


def published(study: Study, name: str, text: str) -> Part:
    """The model's mean is within two s.e.m. of the paper's, as in the table of published statistics."""
    row = next((row for row in study.statistics if row.name == name), None)
    if row is None or row.within_2_sem is None:
        return Part(f"{text}: too few values", UNTESTED)
    numbers = f"{row.model:.3g} ± {row.sem:.2g}, n = {row.n} (paper {row.published:.3g})"
    return Part(f"{text} {numbers}", HOLDS if row.within_2_sem else FAILS)


def criterion(study: Study, name: str) -> Part:
    """One of the four criteria, of the mice that learn."""
    found = next((row for row in study.criteria["control"] if row.name == name), None)
    if found is None:
        return Part(f"criterion {name}: not computed", UNTESTED)
    verdict = UNTESTED if found.verdict == NOT_TESTED else found.verdict
    return Part(f"criterion {name}: {found.verdict} ({found.why})", verdict)
