"""Every statistic of Francioni et al. 2026 (Nature 652, doi 10.1038/s41586-026-10190-7) that a run is held against.

Mean ± s.e.m. as printed in text, Methods and Extended Data; None where the paper gives none.
"""

from dataclasses import dataclass

import numpy as np

from apical.analysis.statistics.bootstrap import finite

WITHIN = 2.0  # standard errors


@dataclass(frozen=True)
class Published:
    """n : of what `per` says; unit : ``mice`` of a count of mice, out of `n`; reference : value without effect, whose
    side the sign is taken from, None if there is none; where : topic in the paper."""

    name: str
    value: float
    sem: float | None
    n: int | None
    per: str
    unit: str
    reference: float | None
    where: str

    @property
    def is_count(self) -> bool:
        """True when `value` is the number of mice, out of `n`, of which something is true."""
        return self.unit == "mice"


_LEARNING, _ACTIVITY = "text: learning", "text: activity over learning"
_RESIDUAL, _DECODING, _ERROR = (
    "text: somato-dendritic residual",
    "text: what the residual carries",
    "text: error signal",
)
_NDNF = "text: NDNF interneurons"

_ROWS = [
    # name, value, s.e.m., n, of what, unit, reference, where
    ("event_rate_day_1_p_plus", 0.072, 0.006, 27, "neurons", "Hz", None, _ACTIVITY),
    ("event_rate_day_1_p_minus", 0.063, 0.005, 27, "neurons", "Hz", None, _ACTIVITY),
    ("event_rate_day_1_p0", 0.028, 0.0006, 1839, "neurons", "Hz", None, _ACTIVITY),
    ("event_rate_ratio_p_plus", 0.85, 0.037, 27, "neurons", "1", 1.0, _ACTIVITY),
    ("event_rate_ratio_p_minus", 0.60, 0.037, 27, "neurons", "1", 1.0, _ACTIVITY),
    ("event_rate_ratio_p0_activity_matched", 0.71, 0.02, None, "neurons", "1", 1.0, _ACTIVITY),
    ("event_rate_ratio_p_plus_against_p_minus_p", 3e-6, None, None, "neurons", "p", None, _ACTIVITY),
    ("hit_rate_day_1", 0.5, None, 6, "mice", "1", None, _LEARNING),
    ("hit_rate_days_9_14_above", 0.75, None, 6, "mice", "1", 0.5, _LEARNING),
    ("hit_rate_last_6_days_light_only", 0.71, 0.02, 5, "mice", "1", 0.5, _NDNF),
    ("hit_rate_last_6_days_ndnf", 0.56, 0.04, 4, "mice", "1", 0.5, _NDNF),
    ("rewards_per_min_last_6_days_light_only", 3.1, 0.3, 5, "mice", "1/min", None, _NDNF),
    ("rewards_per_min_last_6_days_ndnf", 1.9, 0.2, 4, "mice", "1/min", None, _NDNF),
    ("line_over_exponential_delta_aic", 13.8, None, 543, "not stated", "1", 0.0, _RESIDUAL),
    ("line_over_logarithm_delta_aic", 12.1, None, 543, "not stated", "1", 0.0, _RESIDUAL),
    ("network_decoding_significant_share", 0.20, None, None, "neurons", "1", 0.05, _DECODING),
    ("network_decoding_accuracy_significant", 0.61, None, None, "neurons", "1", 0.5, _DECODING),
    ("network_decoding_accuracy_significant_p0", 0.63, None, None, "neurons", "1", 0.5, _DECODING),
    ("outcome_decoding_after", 0.63, None, None, "mice", "1", 0.5, _DECODING),
    ("outcome_decoding_before", 0.57, None, None, "mice", "1", 0.5, _DECODING),
    ("residual_decreases_p_plus", 0.004, 0.02, None, "neurons", "z", 0.0, _ERROR),
    ("residual_decreases_p_minus", -0.13, 0.02, None, "neurons", "z", 0.0, _ERROR),
    ("residual_decreases_p", 0.006, None, None, "neurons", "p", None, _ERROR),
    ("residual_increases_p_plus", -0.10, 0.02, None, "neurons", "z", 0.0, _ERROR),
    ("residual_increases_p_minus", 0.05, 0.02, None, "neurons", "z", 0.0, _ERROR),
    ("residual_increases_p", 0.004, None, None, "neurons", "p", None, _ERROR),
    ("error_contrast_p_plus", 0.08, 0.03, 6, "mice", "z", 0.0, _ERROR),
    ("error_contrast_p_minus", -0.15, 0.03, 6, "mice", "z", 0.0, _ERROR),
    ("error_contrast_difference", 0.23, 0.05, 6, "mice", "z", 0.0, _ERROR),
    ("error_contrast_mice_with_sign", 6, None, 6, "mice", "mice", 3.0, _ERROR),
    ("residual_shift_ndnf", -0.9, None, None, "neurons", "z", 0.0, _NDNF),
    ("residual_shift_light_only", -0.1, None, None, "neurons", "z", 0.0, _NDNF),
    ("event_rate_change_ndnf", -0.02, None, None, "neurons", "Hz", 0.0, _NDNF),
    ("event_rate_change_light_only", -0.003, None, None, "neurons", "Hz", 0.0, _NDNF),
    ("outcome_decoding_ndnf", 0.5, None, None, "mice", "1", None, _NDNF),
    ("ndnf_residual_decreases_p", 0.58, None, None, "neurons", "p", None, _NDNF),
    ("ndnf_residual_increases_p", 0.7, None, None, "neurons", "p", None, _NDNF),
    ("light_only_residual_decreases_p_plus", 0.08, None, None, "neurons", "z", 0.0, _NDNF),
    ("light_only_residual_decreases_p_minus", -0.10, None, None, "neurons", "z", 0.0, _NDNF),
    ("light_only_residual_decreases_p", 8e-7, None, None, "neurons", "p", None, _NDNF),
    ("light_only_residual_increases_p_plus", -0.06, None, None, "neurons", "z", 0.0, _NDNF),
    ("light_only_residual_increases_p_minus", 0.10, None, None, "neurons", "z", 0.0, _NDNF),
    ("light_only_residual_increases_p", 6e-4, None, None, "neurons", "p", None, _NDNF),
]

_LOWER_BOUNDS = {"hit_rate_days_9_14_above"}  # printed as "above"

PUBLISHED: dict[str, Published] = {row[0]: Published(*row) for row in _ROWS}


@dataclass(frozen=True)
class Comparison:
    """A statistic of a run against the published one.

    name, unit : those of `Published`; model : mean of the model's values, or the count, None without values
    sem : standard error of `model`, None for a count or fewer than two values; n : number of values
    published, published_sem, published_n : the paper's value, s.e.m. and n
    same_sign : True when both are on the same side of the reference, which is 0 for contrasts, shifts and differences,
        0.5 for accuracies and hit rates above chance, 1 for ratios to day 1, half of the mice for a count of them; None
        where there is none, as for rates
    within_2_sem : True when abs(model - published) <= 2 sqrt(sem^2 + published_sem^2); None without a s.e.m. of the
        model or for p values; values above a lower bound are within
    sem_of : 'model and paper', or 'model' where the paper gives no s.e.m. and only the model's counts
    """

    name: str
    unit: str
    model: float | None
    sem: float | None
    n: int
    published: float
    published_sem: float | None
    published_n: int | None
    same_sign: bool | None
    within_2_sem: bool | None
    sem_of: str


def compare(name: str, values_over_mice: np.ndarray) -> Comparison:
    """Hold a statistic of a run against the published one.

    name : key of `PUBLISHED`
    values_over_mice : (mice,), or over neurons where the paper counts those; of a count of mice 1 (true) or 0; NaN
        left out
    Raises KeyError for a name that is not published.
    """
    if name not in PUBLISHED:
        raise KeyError(f"{name!r} is no published statistic; there are: {', '.join(PUBLISHED)}")
    entry = PUBLISHED[name]
    values = finite(values_over_mice)
    model = float(values.mean()) if values.size else None
    sem = float(values.std(ddof=1) / np.sqrt(values.size)) if values.size > 1 else None
    reference = entry.reference
    if entry.is_count:
        model, sem = int(np.count_nonzero(values)) if values.size else None, None
        reference = values.size / 2  # half of the mice, as of the paper's
    same_sign = within = None
    if model is not None and reference is not None and entry.reference is not None:
        difference = np.round(model - reference, 12)  # what rounding leaves of zero has no sign
        same_sign = bool(np.sign(difference) == np.sign(entry.value - entry.reference))
    if model is not None and sem is not None and entry.unit != "p":
        distance = entry.value - model if name in _LOWER_BOUNDS else abs(model - entry.value)
        within = bool(distance <= WITHIN * np.hypot(sem, entry.sem or 0.0))
    return Comparison(
        name=name,
        unit=entry.unit,
        model=model,
        sem=sem,
        n=int(values.size),
        published=entry.value,
        published_sem=entry.sem,
        published_n=entry.n,
        same_sign=same_sign,
        within_2_sem=within,
        sem_of="model" if entry.sem is None else "model and paper",
    )
