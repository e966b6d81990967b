"""Analysed runs made by hand: nothing is simulated."""

import json
import zlib

import numpy as np
import pytest

from apical.analysis.figures.over_days import FIGURES
from apical.networks.training.config import Config

PICTURE = b"stands for a PNG"
TEACHES = {"control", "light_only", "no_ndnf"}  # conditions whose mice learn
PARTS = ("residual", "error_signal", "decoders", "ground_truth")


@pytest.fixture
def described():
    """Write ``run.json`` of a finished run: (folder, configuration)."""

    def write(run, config):
        run.mkdir(parents=True, exist_ok=True)
        description = {
            "config": config.model_dump(),
            "wall_seconds": {"building": 1.0, "simulation": 2.0},
            "store_sha256": f"store of {config.condition.name}",
            "spike_sha256": "5" * 64,
            "commit": "abcdef123456",
            "versions": {"apical": "0.1.0", "brian2": "2.10.1"},
        }
        (run / "run.json").write_text(json.dumps(description))
        return run

    return write


@pytest.fixture
def drawn():
    """Write stand-ins for figures: (run, names)."""

    def write(run, names=(*FIGURES, *PARTS)):
        (run / "figures").mkdir(exist_ok=True)
        for name in names:
            (run / "figures" / f"{name}.png").write_bytes(PICTURE)

    return write


@pytest.fixture
def analysed(tmp_path, described, drawn):
    """Make an analysed run of a condition, `values` over those by hand: (condition, mice, ..., values)."""

    def make(condition, mice=6, folder=tmp_path, first_mouse=0, **values):
        config = Config(condition=condition, mice=mice, first_mouse=first_mouse, protocol="short", record="imaging")
        run = described(folder / condition, config)
        drawn(run)
        (run / "analysis.json").write_text(json.dumps(analysis(run, config, values)))
        return run

    return make


def analysis(run, config, values):
    """What ``analysis.json`` holds: mice that learn have the published effects, the others have none."""
    effect = float(config.condition.name in TEACHES)
    generator = np.random.default_rng(zlib.crc32(config.condition.name.encode()))
    around = lambda mean, n=config.mice: (mean + 0.01 * generator.standard_normal(n)).tolist()  # noqa: E731
    neurons = 5 * config.mice
    own = {
        "hit_rate_day_1": around(0.5),
        "hit_rate_late": around(0.5 + 0.3 * effect),
        "rewards_per_min_day_1": around(2),
        "rewards_per_min_late": around(2 + effect),
        "unexplained": around(0.4),
        "network_decoding_significant_share": around(0.2),
        "network_decoding_accuracy_significant": around(0.61, neurons),
        "network_decoding_above_shuffles": around(0.1 * effect),
        "outcome_decoding_after": around(0.5 + 0.13 * effect),
        "outcome_above_shuffles_after": around(0.13 * effect),
        "error_contrast_p_plus": around(0.08 * effect),
        "error_contrast_p_minus": around(-0.15 * effect),
        "error_contrast_difference": around(0.23 * effect),
        "event_rate_ratio_p_plus": around(0.85, neurons),
        "event_rate_ratio_p_minus": around(0.85 - 0.25 * effect, neurons),
        "event_rate_ratio_p0": around(0.7, neurons),
        "event_rate_ratio_p_plus_against_p_minus_p": [1e-6],
    }
    if config.condition.name in ("ndnf_opto", "light_only"):
        own |= {"residual_shift": around(-0.5), "event_rate_change": around(-0.01)}
    own |= values
    pairs = [(role, error) for role in ("P+", "P-", "P0") for error in ("decreases", "increases")]
    contrasts = [{"name": n, "mean": 0.1234, "sem": 0.05, "n": config.mice} for n in ("P+", "P-", "P0", "difference")]
    day = {"gradient": 40.0, "inverse": 35.0, "broadcast": 90.0, "recovered": 0.3, "recovered_over_events": 0.1}
    return {
        "run": str(run),
        "condition": config.condition.name,
        "mice": list(range(config.first_mouse, config.first_mouse + config.mice)),
        "sessions": config.days,
        "store_sha256": f"store of {config.condition.name}",
        "reference": None,
        "values": own,
        "error_table": [{"role": r, "error": e, "mean": 0.0567, "sem": None, "n": neurons} for r, e in pairs],
        "teaching_table": [{"role": r, "error": e, "mean": 12.34, "sem": 1.5, "n": neurons} for r, e in pairs],
        "anova": None,
        "post_hoc": [],
        "contrasts": contrasts,
        "contrasts_soma_matched": contrasts,
        "independence": {"n": 4321, "neurons": neurons},
        "latency": {"difference": -0.005, "sem": 0.001, "neurons": neurons, "p": 0.001},
        "network_decoding": {"neurons": neurons, "significant": 7, "significant_corrected": 0},
        "outcome_decoding": [
            {"mouse": n, "window": "after", "balanced_accuracy": 0.6 if n else None} for n in range(6)
        ],
        "inference": [{"compartment": "soma", "detected": 0.4242}],
        "ground_truth": [{"session": 1} | dict.fromkeys(day), *({"session": n} | day for n in range(2, 15))],
        "statistics": [],
    }
