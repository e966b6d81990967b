"""Learning over days: hit rates, rewards, activity by role, and the summary of a run.

Definitions follow Francioni et al. 2026 (Nature 652). A day is one session.
"""

import json
import math
from pathlib import Path

import numpy as np
import xarray as xr

from apical.networks.files import written_whole
from apical.networks.training.cohort import ROLES
from apical.networks.training.protocols import RATE
from apical.networks.training.store import open_run, read_description

TRAINING_DAYS = 14  # of the published training
#: Number of late days, of which Francioni et al. 2026 have two windows: accuracy is "above 0.75 on days 9-14" (accuracy
#: and rewards under light: "the last 6 days"), and event rates are those of "days 10-14 relative to day 1".
HIT_RATE_DAYS, EVENT_RATE_DAYS = 6, 5


def late_sessions(sessions: int, days: int = HIT_RATE_DAYS) -> slice:
    """Places of the late sessions of a training: the last `days` of its first 14 sessions, as in the paper.

    sessions : number of sessions there are; of fewer than twice `days`, the last half are late (of five, the last
        three; of one, that one)
    days : `HIT_RATE_DAYS` or `EVENT_RATE_DAYS`
    """
    end = min(sessions, TRAINING_DAYS)
    return slice(end - days if end >= 2 * days else end // 2, end)


def closed_loop_seconds(data: xr.Dataset) -> float:
    """Simulated seconds of a day's closed loop, warm-up included: what event counts and trials refer to."""
    return float(data.attrs.get("closed_loop_seconds", data.sizes["frame"] / RATE))


def has_probes(data: xr.Dataset) -> bool:
    """True when any finished trial was an open-loop probe."""
    return bool((data.trial_probe == 1).any())


def hit_rate(data: xr.Dataset, probe: bool = False) -> xr.DataArray:
    """Fraction of the finished trials that end with a hit, (mouse, session); NaN without such trials.

    probe : take the open-loop probes instead of the closed-loop trials
    """
    hits = data.trial_hit.astype(float).where(data.trial_probe == int(probe))
    name = "probe hit rate" if probe else "hit rate"
    return hits.mean("trial").assign_attrs(units="1", long_name=name)


def rewards_per_minute(data: xr.Dataset) -> xr.DataArray:
    """Rewards per minute of the closed loop, (mouse, session); each hit is rewarded, in probes as well."""
    rewards = data.trial_hit.astype(float).sum("trial")
    rate = rewards / (closed_loop_seconds(data) / 60)
    return rate.assign_attrs(units="1/min", long_name="rewards per minute")


def rates_by_role(data: xr.Dataset, kind: str = "event") -> xr.DataArray:
    """Mean rate per cell in the closed loop by role, (role, mouse, session), in Hz; NaN for an empty role.

    kind : ``event`` (spikes and bursts count once each), ``spike``, ``burst`` or ``plateau``
    """
    counts = data[f"{kind}_count"].astype(float)
    of_role = [counts.isel(cell=np.flatnonzero(data.role.values == role)).mean("cell") for role in ROLES]
    rates = xr.concat(of_role, dim=xr.Variable("role", list(ROLES))) / closed_loop_seconds(data)
    return rates.assign_attrs(units="Hz", long_name=f"{kind} rate")


def relative_to_day_1(rates: xr.DataArray) -> xr.DataArray:
    """Rates over those of the first session, same shape; NaN where there was no activity on day 1."""
    first = rates.isel(session=0)
    return (rates / first.where(first > 0)).assign_attrs(
        units="1", long_name=f"{rates.attrs['long_name']} relative to day 1"
    )


def event_rate_ratio(data: xr.Dataset) -> xr.DataArray:
    """Event rate of days 10-14 over day 1, (role, mouse); of fewer days as in `late_sessions`, NaN of one.

    Of each mouse, the mean rate of a role's cells over the late days is divided by that of day 1; the paper's
    value is then the mean over mice, with their s.e.m. (`mean_and_sem`).
    """
    rates = rates_by_role(data, "event")
    sessions = rates.sizes["session"]
    late = rates.isel(session=late_sessions(sessions, EVENT_RATE_DAYS)).mean("session")
    first = rates.isel(session=0, drop=True)
    ratio = late / first.where((first > 0) & (sessions > 1))
    return ratio.assign_attrs(units="1", long_name="event rate, late over day 1")


def mean_and_sem(values: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Mean and standard error over mice, NaN left out; the s.e.m. of fewer than two mice is NaN."""
    n = values.count("mouse")
    deviation = values - values.mean("mouse")
    variance = (deviation**2).sum("mouse") / (n - 1).where(n > 1)
    return values.mean("mouse"), np.sqrt(variance / n)  # type: ignore[return-value]


def summary(run: str | Path) -> dict:
    """The run in a few flat numbers, as in ``summary.json``; None where a number does not exist.

    Rates in Hz are means over mice, cells and sessions in the closed loop; ``..._by_session`` are means over
    mice, one entry per session; ``event_rate_ratio_...`` as in `event_rate_ratio`, mean over mice.
    ``probe_hit_rate_by_session`` is there only when probes were run.
    Raises UserError when the run is unfinished or damaged.
    """
    description = read_description(Path(run))
    data = open_run(run).assign_attrs(closed_loop_seconds=description["closed_loop_seconds"])
    hits = hit_rate(data)
    ratio = event_rate_ratio(data).mean("mouse")
    seconds = closed_loop_seconds(data)
    result = {
        "condition": data.attrs["condition"],
        "n_mice": data.sizes["mouse"],
        "hit_rate_by_session": hits.mean("mouse"),
        "rewards_per_min_by_session": rewards_per_minute(data).mean("mouse"),
        "hit_rate_by_mouse_and_session": hits.transpose("mouse", "session"),
        "event_rate_ratio_pplus": ratio.sel(role="P+"),
        "event_rate_ratio_pminus": ratio.sel(role="P-"),
        "event_rate_ratio_p0": ratio.sel(role="P0"),
        "plateau_rate_hz": data.plateau_count.mean() / seconds,
        "somatic_event_rate_hz": data.event_count.mean() / seconds,
        "realtime_factor": description["realtime_factor"],
        "spike_sha256": description["spike_sha256"],
    }
    if has_probes(data):
        result["probe_hit_rate_by_session"] = hit_rate(data, probe=True).mean("mouse")
    return {name: _plain(value) for name, value in result.items()}


def _plain(value):
    """Numbers and lists as JSON knows them."""
    if isinstance(value, xr.DataArray):
        value = value.values.tolist()
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_summary(run: str | Path) -> Path:
    """Write `summary` to ``summary.json`` in the run, whole or not at all; returns its path.

    Raises UserError when the run is unfinished or damaged, or its folder cannot be written to.
    """
    path = Path(run) / "summary.json"
    result = summary(run)
    with written_whole(path) as partial:
        partial.write_text(json.dumps(result, indent=1, allow_nan=False))
    return path
