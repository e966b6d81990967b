"""What of the recipe needs no GPU: choice of programs, tables, refusal."""

import subprocess
import sys
from pathlib import Path

import pytest

from apical.benchmarks.gpu import HEADINGS, Timing, choose, markdown, rows
from apical.networks.errors import UserError

RECIPE = Path(__file__).parents[2] / "benchmarks" / "gpu.py"

CPU = Timing("CPU", "double", 1000, 10.0, run=5.0, wall=6.5, built=31.4, spikes=4.456)
GPU = Timing("GPU", "double", 1000, 10.0, run=0.5, wall=2.25, built=0.0, spikes=4.456)
SINGLE = Timing("GPU", "single", 2000, 10.0, run=0.25, wall=2.0, built=120.0, spikes=4.47)


def mice(programs, **options):
    return [p["mice"] for p in programs if options.items() <= p.items()]


def test_sizes_that_do_not_fit_are_left_out_on_both_devices():
    programs = choose([1, 10, 100, 1000], {"double": 700, "single": 1300})
    assert mice(programs, device="cuda_standalone", precision="double") == [1, 10, 100]
    assert mice(programs, device="cpp_standalone") == [1, 10, 100]
    assert mice(programs, precision="single") == [1000]


def test_memory_that_is_not_known_leaves_nothing_out():
    programs = choose([10, 1000], {"double": None, "single": None})
    assert mice(programs, device="cuda_standalone") == [10, 1000, 1000]


def test_no_size_that_fits_is_an_error_with_the_number_that_does():
    with pytest.raises(UserError, match=r"10 mice do not fit .*, only 3"):
        choose([10, 100], {"double": 3, "single": 50})


def test_speed_is_of_the_run_alone_and_compared_with_the_cpu_at_the_same_size():
    table = [dict(zip(HEADINGS, row, strict=True)) for row in rows([SINGLE, GPU, CPU])]
    assert [row["mouse-s per s"] for row in table] == ["2,000", "20,000", "80,000"]
    assert [row["against CPU"] for row in table] == ["1.00", "10.00", ""]
    assert [row["built, s"] for row in table] == ["31", "cached", "120"]
    assert [row["spikes/s"] for row in table] == ["4.46", "4.46", "4.47"]


def test_the_markdown_has_a_row_for_each_timing_and_names_the_machine():
    about = dict(gpu="NVIDIA H100", driver="580.65", cuda="13.0.88", cpu="Xeon", threads=16, date="2026-05-01")
    title, empty, *table = markdown([CPU, GPU, SINGLE], about).splitlines()
    assert all(str(value) in title for value in about.values()) and empty == ""
    assert len(table) == 2 + 3 and len({line.count("|") for line in table}) == 1


@pytest.mark.slow
def test_without_a_gpu_it_is_refused_in_one_line(tools, tmp_path):
    command = [sys.executable, RECIPE, "--out", tmp_path / "out"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and "no NVIDIA GPU found" in done.stderr
    assert not (tmp_path / "out").exists()
