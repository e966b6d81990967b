"""Twelve claims that are made of the paper, each put to the test by a rule that its docstring states.

A test takes a study (`report.combine.Study`) and gives the parts of the claim (`report.claim_parts`). A claim
holds when all its parts hold, does not hold when none does, holds in part otherwise, and cannot be tested here when
a part or a run that it needs is missing. `control` are the mice that learn; `no_teaching` is the null: what is there
without a teaching signal is subtracted.
"""

from collections.abc import Callable

from apical.analysis.report.claim_parts import (
    FAILS,
    HOLDS,
    UNTESTED,
    Claim,
    Part,
    Test,
    above,
    below,
    criterion,
    erased,
    gain,
    judged,
    null,
    published,
    values,
)
from apical.analysis.report.combine import Study

_TESTS: list[Test] = []


def _claim(text: str, *needs: str, open: str = ""):
    def register(parts: Callable[[Study], list[Part]]):
        _TESTS.append(Test(text, ("control", *needs), parts, open))
        return parts

    return register


def claims(study: Study) -> list[Claim]:
    """All twelve claims, judged."""
    return [judged(study, number, test) for number, test in enumerate(_TESTS, 1)]


@_claim(
    "Spatial segregation: input at the soma, teaching at the apical dendrite; learning in one phase", "somatic_teaching"
)
def segregation(study: Study) -> list[Part]:
    """Mice learn while they act, and less when the same teaching current enters the soma."""
    own = gain(study, "control")
    return [
        above("gain in hit rate", own),
        above("gain, teaching at the dendrite minus at the soma,", own, gain(study, "somatic_teaching")),
    ]


@_claim("Vectorized instruction: each neuron gets its own signed signal, opposite ones in P+ and P-", "no_teaching")
def vectorized(study: Study) -> list[Part]:
    """The contrast of the error, residual(error decreases) - residual(error increases), of P+ minus that of P- lies
    above 0, as measured and with the null subtracted; and above that of a scalar signal where the study has it."""
    name = "error_contrast_difference"
    own = values(study, "control", name)
    parts = [above("contrast P+ minus P-", own), above("the same, minus null,", own, null(study, name))]
    if "scalar" in study.runs:
        parts.append(above("the same, minus that of a scalar signal,", own, values(study, "scalar", name)))
    return parts


@_claim(
    "Error derivative: P+ dendrites are amplified while the error falls and attenuated while it rises, P- reversed",
    "no_teaching",
)
def derivative(study: Study) -> list[Part]:
    """The contrast of the error, residual(error decreases) - residual(error increases), minus null, lies above 0 in P+
    and below 0 in P-. A signal of the absolute error does not know whether the error falls or rises."""
    parts = []
    for place, role, suffix in ((above, "P+", "p_plus"), (below, "P-", "p_minus")):
        name = f"error_contrast_{suffix}"
        parts.append(place(f"contrast {role}", values(study, "control", name), null(study, name)))
    return parts


@_claim("Cellular learning: a cell learns from its own state and its own teaching signal", "shuffled")
def cellular(study: Study) -> list[Part]:
    """Mice learn, and less when the same signals are permuted among the cells."""
    own = gain(study, "control")
    return [above("gain in hit rate", own), above("gain, own minus permuted signals,", own, gain(study, "shuffled"))]


@_claim(
    "Sparsification: learning turns P- down at least as much as it spares P+, and the network spends fewer events",
    "no_teaching",
)
def sparsification(study: Study) -> list[Part]:
    """Event rates of days 10-14 over day 1, over neurons: that of P- lies below that of P+, and below that of P-
    without teaching; that of P0 lies below 1."""
    ratio = {s: values(study, "control", f"event_rate_ratio_{s}") for s in ("p_plus", "p_minus", "p0")}
    return [
        below("ratio of P- minus that of P+", ratio["p_minus"], ratio["p_plus"]),
        below("ratio of P- minus null", ratio["p_minus"], null(study, "event_rate_ratio_p_minus")),
        below("ratio of P0 minus 1", ratio["p0"] - 1),
    ]


@_claim(
    "Residual: the soma does not explain all of the dendrite's response; amplified events peak earlier",
    open="how much of the unexplained share is noise of the imaging",
)
def residual(study: Study) -> list[Part]:
    """Over coincident events (within 500 ms), the share of the variance of dendritic magnitude that the soma's does not
    explain lies above 0; and amplified events peak earlier in the dendrite than attenuated ones (mean over neurons
    below 0, Wilcoxon p < 0.05)."""
    late = study.runs["control"].latency
    parts = [above("unexplained share", values(study, "control", "unexplained"))]
    difference, p = late["difference"], late["p"]
    if difference is None or p is None:
        return [*parts, Part("latency: too few neurons", UNTESTED)]
    number = f"{1000 * difference:+.3g} ms, p = {p:.2g}, n = {late['neurons']} neurons"
    earlier = difference < 0 and p < 0.05
    return [*parts, Part(f"latency, amplified minus attenuated, {number}", HOLDS if earlier else FAILS)]


@_claim("A linear decoder of the surrounding network tells amplified from attenuated events", "no_teaching")
def decoder(study: Study) -> list[Part]:
    """The accuracy above that of shuffled labels, minus null, lies above 0; and the accuracy in significant neurons is
    within two s.e.m. of the published one."""
    name = "network_decoding_above_shuffles"
    return [
        above("accuracy above shuffles", values(study, "control", name), null(study, name)),
        published(study, "network_decoding_accuracy_significant", "accuracy in significant neurons"),
    ]


@_claim(
    "NDNF+ interneurons are gate-keepers: light on them takes reward, error vector and learning away",
    "no_teaching",
    "ndnf_opto",
    open="whether weights rest while the teaching signal is silenced is not measured",
)
def gate_keepers(study: Study) -> list[Part]:
    """Decoding of the outcome above shuffles, the contrast of the error (P+ minus P-, minus null), and the gain in hit
    rate are each above 0 with light alone (without such a run: in control) and not above 0 under NDNF activation."""
    lit = "light_only" if "light_only" in study.runs else "control"
    pair = lambda name: (values(study, lit, name), values(study, "ndnf_opto", name))  # noqa: E731
    free = null(study, "error_contrast_difference")
    return [
        erased("outcome decoding above shuffles", *pair("outcome_above_shuffles_after")),
        erased("contrast P+ minus P-, minus null,", *pair("error_contrast_difference"), free),
        erased("gain in hit rate", gain(study, lit), gain(study, "ndnf_opto")),
    ]


@_claim("Blocking the dendritic signals prevents learning", "no_teaching", "ndnf_opto")
def causal(study: Study) -> list[Part]:
    """The criterion of necessity holds, and mice gain more than without a teaching signal."""
    return [
        criterion(study, "necessity"),
        above("gain minus that of null", gain(study, "control"), gain(study, "no_teaching")),
    ]


@_claim("Difference target propagation describes the signal better than backpropagation")
def target_propagation(study: Study) -> list[Part]:
    """The true instructive vector is at a smaller angle to the target of difference target propagation than to the
    gradient of the readout: on the mean over days, and on the last day. What this tests is the model's rule by which
    top-down synapses learn their signs."""
    days = [row for row in study.runs["control"].ground_truth if None not in (row["gradient"], row["inverse"])]
    if not days:
        return [Part("angles: no day with a teaching signal", UNTESTED)]
    last = {name: days[-1][name] for name in ("inverse", "gradient")}
    mean = {name: sum(day[name] for day in days) / len(days) for name in last}
    return [
        Part(
            f"{when}: {angle['inverse']:.3g}° to the target, {angle['gradient']:.3g}° to the gradient",
            HOLDS if angle["inverse"] < angle["gradient"] else FAILS,
        )
        for when, angle in ((f"mean over {len(days)} days", mean), (f"day {days[-1]['session']}", last))
    ]


@_claim(
    "One to two weeks suffice, because each neuron has its own correction; a scalar signal is far slower",
    "scalar",
    open="that a scalar signal is the slower the more neurons there are needs runs with other --cells",
)
def speed(study: Study) -> list[Part]:
    """Mice learn within their days of training, reach the published hit rate, and gain more than with a scalar signal
    of the same power."""
    own, days = gain(study, "control"), study.runs["control"].sessions
    return [
        above(f"gain in hit rate within {days} days", own),
        published(study, "hit_rate_days_9_14_above", "hit rate of the last days"),
        above("gain minus that with a scalar signal", own, gain(study, "scalar")),
    ]


@_claim("All four criteria of a vectorized instructive signal are met", "no_teaching", "ndnf_opto")
def four(study: Study) -> list[Part]:
    """Each of the four criteria holds for the mice that learn."""
    names = ("independent information", "task encoding", "causal sign", "necessity")
    return [criterion(study, name) for name in names]
