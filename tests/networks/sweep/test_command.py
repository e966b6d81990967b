"""``apical sweep`` as a user meets it."""

import pytest

from apical.networks.errors import UserError
from apical.networks.sweep.design import load_design
from apical.networks.sweep.estimate import batch_within, bytes_per_mouse, estimate
from apical.networks.sweep.shards import cut


@pytest.mark.slow
def test_a_dry_run_says_what_it_takes_and_writes_nothing(finish, sweep_file, tmp_path):
    code, output = finish(sweep_file, "--out", tmp_path / "out", "--workers", 2, "--dry-run")
    assert code == 0, output
    for part in ("points", "2 conditions, 2 replicates", "2 of at most 32 mice", "min", "memory", "store"):
        assert part in output
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name a sweep file"),
        (["missing.toml"], "cannot read missing.toml"),
        (["--resume", "--out", "nowhere"], "nowhere holds no sweep"),
    ],
)
def test_a_wrong_call_is_one_line_with_the_mend(finish, arguments, message):
    code, output = finish(*arguments)
    assert code == 1 and message in output and "Traceback" not in output


@pytest.mark.slow
def test_a_device_that_cannot_run_is_named_before_anything_is_written(finish, sweep_file, tmp_path):
    code, output = finish(sweep_file, "--device", "cuda_standalon", "--out", tmp_path / "out")
    assert code == 1 and "cuda_standalone" in output and not (tmp_path / "out").exists()


def test_a_store_grows_with_mice_and_a_budget_makes_shards_smaller(sweep_file):
    design = load_design(sweep_file)
    (shard,) = cut(design, 8)
    one, more = (estimate(shards, 1) for shards in (cut(design, 4)[:1], cut(design, 4)))
    assert min(one.seconds, more.seconds, one.rate) > 0
    assert (more.mice, more.shards, more.programs, more.store) == (8, 2, 1, 2 * one.store)
    budget = 3.5 * bytes_per_mouse(shard) / 1e9
    assert batch_within(design, 8, 1, 1, budget) == 3
    with pytest.raises(UserError, match="use fewer --workers"):
        batch_within(design, 8, 1, 1, 0.1 * budget)
