"""The compiled network and the command. One program is compiled, with two threads; NumPy has one."""

import json
import os

import numpy as np
import pytest
import xarray as xr
from typer.testing import CliRunner

from apical.networks.circuits.cortex.values import values
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.program import generate_sources
from apical.networks.experiments.spontaneous.activity import events
from apical.networks.experiments.spontaneous.run import on_runtime, simulate
from apical.scripts.main import app

OPTIONS = ("--scale", 0.004, "--in-degree", 0.05, "--seconds", 0.4, "--threads", min(2, os.cpu_count()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run by the command, on two threads where there are two."""
    out = tmp_path_factory.mktemp("cortex") / "run"
    done = CliRunner().invoke(app, [str(option) for option in ("cortex", *OPTIONS, "--out", out)])
    assert done.exit_code == 0, done.exception
    return out


def test_it_writes_spikes_rates_and_figures(folder):
    described = json.loads((folder / "run.json").read_text())
    data = xr.open_zarr(folder / "cortex.zarr", consolidated=False)
    assert data.sizes["population"] == len(described["populations"]) == 15
    assert data.spike_time.attrs["units"] == "s"
    assert float(data.spike_time.max()) < 0.4
    assert {"compile", "connect", "simulate"} == set(described["wall_seconds"])
    assert described["realtime_factor"] == pytest.approx(0.4 / described["wall_seconds"]["simulate"])
    for row, first, size in zip(described["populations"], data["first"].values, data["size"].values, strict=True):
        late = data.spike_time.values >= 0.3
        mine = (data.spike_neuron.values >= first) & (data.spike_neuron.values < first + size) & late
        assert row["rate"] == pytest.approx(mine.sum() / size / 0.1)
    assert sorted(p.name for p in (folder / "figures").iterdir()) == [
        "raster.png",
        "raster.svg",
        "rates.png",
        "rates.svg",
    ]


def test_an_earlier_run_is_kept_unless_overwritten(apical, folder):
    code, _, error = apical("cortex", *OPTIONS, "--out", folder)
    assert code == 1 and len(error.splitlines()) == 1 and "--overwrite" in error


def test_the_seed_needs_no_compilation_and_changes_the_spikes(folder, tiny):
    described = json.loads((folder / "run.json").read_text())
    arrays, wall = simulate(tiny(seed=2, seconds=0.31, threads=OPTIONS[-1]))
    assert wall["compile"] < 5
    assert events(tiny().structure, arrays).time.size != 0
    s = tiny().structure
    for c in s.connections:
        assert int(arrays[f"{c.name}.N"][0]) == c.sampler.pairs(2)[0].size
    assert described["synapses"] != {c.name: int(arrays[f"{c.name}.N"][0]) for c in s.connections}


def test_numpy_and_the_compiled_program_fire_the_same_spikes(folder, tiny, numpy_runtime):
    s = tiny().structure
    arrays, _ = on_runtime(s, values(s, 1, 0.05))
    found = events(s, arrays)
    data = xr.open_zarr(folder / "cortex.zarr", consolidated=False)
    early = data.spike_time.values < 0.05 - 1e-5
    assert found.time.size > 10
    assert np.array_equal(data.spike_neuron.values[early], found.neuron)
    assert np.allclose(data.spike_time.values[early], found.time, atol=1e-6)


@pytest.mark.slow
def test_a_queued_synapse_takes_4_bytes(tiny, tmp_path):
    s = tiny().structure
    generate_sources(Blueprint(s), tmp_path)
    arrays = json.loads((tmp_path / "arrays.json").read_text())
    code = tmp_path / "code_objects"
    main = (tmp_path / "main.cpp").read_text()
    for c in s.connections:
        own = {n.split(".")[1]: a for n, a in arrays.items() if n.split(".")[0] in (c.name, f"{c.name}_pre")}
        kept = [n for n, a in own.items() if a["size"] is None and n not in ("N_incoming", "N_outgoing")]
        assert {*kept} == {"_synaptic_pre", "_synaptic_post", "delay"}, c.name
        queued = (code / f"before_run_{c.name}_pre_push_spikes.cpp").read_text()
        assert f"swap({c.name}_pre.sources)" in queued and "swap(real_delays)" in queued
        assert f"renumber(_dynamic_array_{c.name}__synaptic_post)" in queued
        assert own["_synaptic_post"]["dtype"] == "int32"
        created = next(code.glob(f"{c.name}_synapses_create_generator_*codeobject.cpp"))
        assert created.read_text().count("shrink_to_fit") == 2
    made, queued = (
        [main.index(call.format(c.name)) for c in s.connections]
        for call in ("_run_{}_synapses_create_generator_codeobject();", "_before_run_{}_pre_push_spikes();")
    )
    assert all(end < start for end, start in zip(queued, made[1:], strict=False)), "one group is queued before the next"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--scale", 0), "--scale"),
        (("--in-degree", 2), "--in-degree"),
        (("--device", "abacus"), "cpp_standalone"),
        (("--device", "runtime", "--threads", 2), "--threads"),
        (("--device", "cuda_standalone", "--threads", 2), "--threads"),
        (("--seconds", 0.1), "--seconds"),
    ],
)
def test_a_bad_option_gives_one_line(apical, options, said):
    code, _, error = apical("cortex", *options)
    assert code == 1 and len(error.splitlines()) == 1 and said in error
