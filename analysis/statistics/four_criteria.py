"""The four criteria of a vectorized instructive signal (Francioni et al. 2026), each with a number and a verdict.

The dendrite carries information that the soma does not (1); it encodes task variables (2); its sign is that of the
neuron's causal role (3); learning needs it (4). All take values over mice; intervals are bootstrapped over mice.
"""

from dataclasses import dataclass

import numpy as np

from apical.analysis.statistics.bootstrap import effect_size, finite, interval

HOLDS, IN_PART, FAILS, UNTESTED = "holds", "holds in part", "does not hold", "cannot be tested"
FEWEST_MICE = 3


@dataclass(frozen=True)
class Criterion:
    """name; statistic : what `value` is; low, high : its 95 % confidence interval over mice; effect_size : Cohen's d;
    n : mice (of the smallest group); verdict : 'holds', 'holds in part', 'does not hold' or 'cannot be tested';
    why : the numbers that decided it, in a sentence."""

    name: str
    statistic: str
    value: float
    low: float
    high: float
    effect_size: float
    n: int
    verdict: str
    why: str


class _Part:
    """One number with its interval, (values minus null) over mice."""

    def __init__(self, statistic: str, values: np.ndarray, null: np.ndarray | None = None, seed: int = 0):
        self.statistic, self.values, self.null = statistic, values, null
        self.value, self.low, self.high = interval(values, null, seed)
        self.n = min(finite(group).size for group in (values, null) if group is not None)

    @property
    def above(self) -> bool:
        return self.low > 0

    @property
    def below(self) -> bool:
        return self.high < 0

    @property
    def tested(self) -> bool:
        return self.n >= FEWEST_MICE and np.isfinite(self.low)

    def __str__(self) -> str:
        return f"{self.statistic} {self.value:+.3g} [{self.low:+.3g}, {self.high:+.3g}], n = {self.n}"


def _criterion(name: str, main: _Part, others: list[_Part], verdict: str, remark: str = "") -> Criterion:
    if not all(part.tested for part in (main, *others)):
        verdict, remark = UNTESTED, f"fewer than {FEWEST_MICE} mice"
    why = "; ".join([*map(str, (main, *others)), *([remark] if remark else [])])
    size = effect_size(main.values, main.null)
    return Criterion(name, main.statistic, main.value, main.low, main.high, size, main.n, verdict, why)


def _at_most_in_part(verdict: str, null: object) -> tuple[str, str]:
    if null is None:
        return (IN_PART if verdict == HOLDS else verdict), "no null run was subtracted"
    return verdict, ""


def independent_information(
    unexplained: np.ndarray, decoding: np.ndarray, null: np.ndarray | None = None, seed: int = 0
) -> Criterion:
    """Criterion 1: the dendrite carries information that the soma does not.

    unexplained : (mice,) share of the variance of dendritic magnitude that the soma's does not explain, 1 - r^2
    decoding : (mice,) accuracy of amplified against attenuated from the network, minus that of the shuffles
    null : (mice,) decoding in a run without teaching: structure that no teaching makes
    Holds when the intervals of both decoding minus null and unexplained lie above 0; in part when decoding alone
    (without subtracting, or with a null that explains it) or unexplained variance alone does: variance can be noise.
    Does not hold when neither does. Without a null run at most in part.
    """
    main = _Part("network decoding above shuffles" + (", minus null" if null is not None else ""), decoding, null, seed)
    raw = _Part("without subtraction", decoding, seed=seed)
    rest = _Part("unexplained share of dendritic variance", unexplained, seed=seed)
    verdict = HOLDS if main.above and rest.above else IN_PART if raw.above or rest.above else FAILS
    verdict, remark = _at_most_in_part(verdict, null)
    return _criterion("independent information", main, [raw, rest] if null is not None else [rest], verdict, remark)


def task_encoding(
    outcome: np.ndarray, error: np.ndarray, null_error: np.ndarray | None = None, seed: int = 0
) -> Criterion:
    """Criterion 2: the residuals encode reward and error.

    outcome : (mice,) accuracy of hit against miss after the outcome, minus that of the shuffles
    error, null_error : (mice,) contrast of the error, (P+ decreases - increases) minus the same of P-, of the run and
        of one without teaching; either sign encodes the error, which sign is criterion 3
    Holds when the interval of outcome lies above 0 and that of error minus null_error excludes 0; in part when one
    does; else does not hold. Without a null run at most in part.
    """
    main = _Part("outcome decoding above shuffles", outcome, seed=seed)
    effect = _Part("error contrast" + (", minus null" if null_error is not None else ""), error, null_error, seed)
    passed = main.above + (effect.above or effect.below)
    verdict, remark = _at_most_in_part((FAILS, IN_PART, HOLDS)[passed], null_error)
    return _criterion("task encoding", main, [effect], verdict, remark)


def causal_sign(
    plus: np.ndarray, minus: np.ndarray, null: tuple[np.ndarray, np.ndarray] | None = None, seed: int = 0
) -> Criterion:
    """Criterion 3: the sign of the signal is that of the neuron's causal role.

    plus, minus : (mice,) residual(error decreases) - residual(error increases) of P+ and of P-, the same mice
    null : the same two of a run without teaching
    With the null subtracted: holds when the interval of P+ minus P- lies above 0 and so do those of P+ and of -P-;
    in part when that of P+ minus P- does; else does not hold. Without a null run at most in part.
    """
    plus, minus = np.asarray(plus, float), np.asarray(minus, float)
    plus_null, minus_null = (np.asarray(values, float) for values in null) if null is not None else (None, None)
    difference = None if plus_null is None or minus_null is None else plus_null - minus_null
    ending = ", minus null" if null is not None else ""
    main = _Part("contrast P+ minus P-" + ending, plus - minus, difference, seed)
    own = [_Part("P+" + ending, plus, plus_null, seed), _Part("P-" + ending, minus, minus_null, seed)]
    verdict = HOLDS if main.above and own[0].above and own[1].below else IN_PART if main.above else FAILS
    verdict, remark = _at_most_in_part(verdict, null)
    return _criterion("causal sign", main, own, verdict, remark)


def necessity(gain: np.ndarray, gain_without: np.ndarray, seed: int = 0) -> Criterion:
    """Criterion 4: without the signal there is no learning.

    gain, gain_without : (mice,) hit rate of the late days (`statistics.learning.late_sessions`) minus that of day 1,
        with the signal, and without it (``ndnf_opto``)
    Holds when the interval of gain minus gain_without lies above 0, that of gain too, and that of gain_without does
    not; in part when the difference lies above 0 but mice learn without the signal as well; else does not hold.
    Cannot be tested when the mice with the signal do not learn.
    """
    main = _Part("gain in hit rate, with minus without the signal", gain, gain_without, seed)
    own, without = _Part("with", gain, seed=seed), _Part("without", gain_without, seed=seed)
    remark = ""
    verdict = FAILS if not main.above else IN_PART if without.above else HOLDS
    if not own.above:
        verdict, remark = UNTESTED, "mice with the signal do not learn"
    return _criterion("necessity", main, [own, without], verdict, remark)
