"""Brian2 beside NEST: pairs, verdict and page from planted numbers, and refusals."""

import json

import numpy as np
import pytest

from apical.benchmarks.cortex import Measured, row
from apical.benchmarks.engines import Timing
from apical.benchmarks.nest import CHECKS, Verdict, ratios
from apical.benchmarks.page import write_page
from apical.networks.circuits.recurrent import SEED, Recurrent
from apical.networks.nest.crosscheck import network_table

ABOUT = dict(machine="x86_64, 2 cores", commit="abcdef0123", date="2026-05-01", load_before=0.1)


def measured(engine, times):
    runs = [Timing(0.5, t, 10**8, 40_000, 1e6) for t in times]
    return Measured(engine, 1000, 500, 500_000, 10.0, None if "NEST" in engine else 20.0, runs)


def planted(rate, seed, cells=40, seconds=8):
    """Spikes of Poisson processes as an experiment finds them."""
    generator, found = np.random.default_rng(seed), {}
    for number in range(1, CHECKS + 1):
        time = np.sort(generator.uniform(0, 1000 * seconds, generator.poisson(rate * cells * seconds)))
        found[f"pyramidal_neuron.time.{number}"] = time
        found[f"pyramidal_neuron.index.{number}"] = generator.integers(0, cells, time.size)
    return found


def verdict(integrator, rate):
    given = {"pyramidal_neuron": 40, "duration": 8000.0, "seeds": range(1, CHECKS + 1)}
    return Verdict(1000, integrator, network_table(given, planted(rate, 1), planted(12, 2)))


MEASURED = [
    measured("Brian2 C++ rk4, 1 thread", [1.0, 2.0, 1.0]),
    measured("Brian2 C++ euler, 1 thread", [0.5, 1.0, 0.5]),
    measured("NEST rk45, 1 thread", [4.0, 10.0, 5.0]),  # the second round was disturbed
]


def test_spikes_of_the_same_process_are_equal_and_of_one_that_fires_more_are_not():
    assert verdict("rk4", 12).equal
    different = verdict("rk4", 18)
    assert not different.equal
    assert different.statistics["rate"].brian == pytest.approx(1.5 * different.statistics["rate"].nest, rel=0.1)


def test_a_ratio_is_the_median_of_pairs_of_a_round_and_counts_if_spikes_are_equal():
    found = ratios(MEASURED, [verdict("rk4", 12), verdict("euler", 18)])
    assert [(r["integrator"], r["ratio"], r["same_spikes"]) for r in found] == [("rk4", 5, True), ("euler", 10, False)]
    assert (found[0]["lowest"], found[0]["highest"]) == (4, 5)


def test_the_page_says_which_ratios_count(tmp_path):
    verdicts = [verdict("rk4", 12), verdict("euler", 18)]
    result = {"recipe": "nest", **ABOUT, "in_degree": 500, "module_s": 130.0, "rows": [row(m) for m in MEASURED]}
    result |= {"ratios": ratios(MEASURED, verdicts), "verdicts": [v.row() for v in verdicts]}
    result |= {"bytes_per_synapse": {"Brian2 C++ rk4, 1 thread": 12.0, "NEST rk45, 1 thread": 32.0}}
    (tmp_path / "nest-500.json").write_text(json.dumps(result))
    write_page(tmp_path, tmp_path / "page.md")
    lines = (tmp_path / "page.md").read_text().splitlines()
    assert any("**5.00**" in line and "spikes equal" in line for line in lines)
    assert any("**10.00**" in line and "does not count" in line for line in lines)
    assert [line.split("|")[-2].strip() for line in lines if line.startswith("| 1,000 | ")] == ["equal", "**differ**"]
    assert any("12.0 bytes" in line for line in lines) and any("130 s" in line for line in lines)


def test_synapses_keep_the_mean_input_whatever_their_number():
    few, many = Recurrent(400, 20), Recurrent(400, 80)
    assert few.weight == pytest.approx(4 * many.weight)
    for s in (few, many):
        in_degree = np.bincount(s.sampler.pairs(SEED)[1], minlength=400)
        assert in_degree.mean() == pytest.approx(s.in_degree, rel=0.05)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--neurons", "many"), "--neurons"),
        (("--neurons", "10"), "100"),
        (("--neurons", "100", "--in-degree", "200"), "--in-degree"),
        (("--threads", "1000"), "processors"),
    ],
)
def test_a_bad_option_gives_one_line(apical, options, said):
    code, _, error = apical("bench", "nest", *options)
    assert code == 1 and len(error.splitlines()) == 1 and said in error
