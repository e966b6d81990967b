"""What of the recipes needs no timing: rows, fits, ratios, page, refusals."""

import json

import pytest

from apical.benchmarks.cortex import Measured, fits, ratios, row
from apical.benchmarks.engines import Timing
from apical.benchmarks.page import write_page
from apical.benchmarks.profile import part_of, state_bytes

ABOUT = dict(machine="x86_64, 2 cores", commit="abcdef0123", date="2026-05-01", load_before=0.1)


def measured(engine, neurons, times, spikes=5000):
    runs = [Timing(0.5, t, 10**8 + 12 * neurons * 100, spikes, 1e6) for t in times]
    return Measured(engine, neurons, 0.05, neurons * 100, 10.0, 40.0, runs)


MEASURED = [measured("one", n, [n / 1000, n / 500, n / 900]) for n in (1000, 10_000)] + [
    measured("two", n, [n / 2000, n / 1000, n / 1800]) for n in (1000, 10_000)
]


def test_a_row_holds_medians_and_rates():
    found = row(MEASURED[0])
    assert found["simulate_s"] == pytest.approx(1000 / 900)
    assert found["rate_hz"] == pytest.approx(0.5)
    assert found["slower_than_real_time"] == pytest.approx(0.111, abs=1e-3)
    assert found["neuron_steps_per_s"] == pytest.approx(1000 * 1e5 / (1000 / 900))


def test_cost_and_memory_are_fitted_per_engine():
    found = fits(MEASURED)
    assert found["one"]["exponent"] == pytest.approx(1)
    assert found["two"]["bytes_per_synapse"] == pytest.approx(12)


def test_ratios_are_of_pairs_and_say_whether_the_spikes_were_the_same():
    found = ratios([*MEASURED, measured("three", 1000, [3, 6, 9], spikes=1)])
    assert [r["ratio"] for r in found if r["engine"] == "two"] == pytest.approx([0.5, 0.5])
    assert [r["same_spikes"] for r in found] == [True, False, True]


def test_the_page_has_all_results_and_says_what_is_extrapolated_or_disturbed(tmp_path):
    cortex = {"recipe": "cortex", "title": "0.05 of the full in-degree", **ABOUT, "rows": [row(m) for m in MEASURED]}
    cortex |= {"fits": fits(MEASURED), "ratios": ratios(MEASURED), "bytes_per_synapse_computed": 12}
    cortex |= {"left_out": ["77,759 neurons: too many"], "load_before": 2.0}
    study = {"recipe": "study", **ABOUT, "protocol": "full", "cells": 310, "mice": 2, "wall_s": 60.0}
    study |= {"biological_seconds_per_day": 3243.0, "mouse_seconds_per_s": 108.0, "building_s": 20.0}
    study |= {"extrapolated_study_hours": 1.75}
    for name, result in {"cortex-0.05": cortex, "study": study}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(result))
    write_page(tmp_path, tmp_path / "page.md")
    text = (tmp_path / "page.md").read_text()
    for said in ("N^1.00", "upper bounds", "Extrapolated, not measured", "1.75 h", "too many", "x86_64, 2 cores"):
        assert said in text, said
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in lines}) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("cortex", "--engines", "abacus"), "--engines"),
        (("cortex", "--neurons", "many"), "--neurons"),
        (("cortex", "--neurons", "10"), "300"),
        (("study", "--protocol", "lazy"), "--protocol"),
    ],
)
def test_a_bad_option_gives_one_line(apical, options, said):
    code, _, error = apical("bench", *options)
    assert code == 1 and len(error.splitlines()) == 1 and said in error


@pytest.mark.parametrize(
    ("symbol", "part"),
    [
        ("[.] _run_point_stateupdater_codeobject", "state of point"),
        ("[.] _run_pyramidal_plateau_thresholder_codeobject", "thresholds"),
        ("[.] _run_point_to_pv_pre_push_spikes", "spikes into the queues of synapses"),
        ("[.] _run_point_to_pv_pre_codeobject", "synaptic events"),
        ("[.] _run_point_to_pv_synapses_create_generator_codeobject", None),
        ("[k] clear_page_erms", "the rest"),
    ],
)
def test_functions_of_a_program_are_parts_of_a_step(symbol, part):
    assert part_of(symbol) == part


def test_state_bytes_are_those_of_the_loops(tmp_path):
    text = """const int64_t N = 100;
    double* __restrict  _ptr_array_g_v = _array_g_v;
    int32_t* __restrict  _ptr_array_g_i = _array_g_i;
    double*   _ptr_array_g_tau = _array_g_tau;
    const double tau = _ptr_array_g_tau[0];
        const int32_t i = _ptr_array_g_i[_idx];
        double v = _ptr_array_g_v[_idx];
        _ptr_array_g_v[_idx] = v;"""
    (tmp_path / "g_stateupdater_codeobject.cpp").write_text(text)
    assert state_bytes(tmp_path) == 100 * (4 + 8 + 8)
