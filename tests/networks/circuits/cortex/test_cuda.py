"""The CUDA program of the cortical network as it is generated, and what the static report says of it."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from apical.networks.circuits.cortex.network import Cortex
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.cuda.gpu import Gpu
from apical.networks.devices.cuda.memory import check_memory, device_bytes
from apical.networks.devices.cuda.occupancy import read_logs
from apical.networks.devices.cuda.report import make_report
from apical.networks.devices.cuda.toolchain import packaged_folder, toolchain
from apical.networks.devices.program import generate_sources
from apical.networks.devices.target import Target
from apical.networks.errors import UserError
from apical.networks.experiments.cortex_on_gpu import sizes

TARGET = Target("cuda_standalone", arch=("sm_90",))
SMALL = Cortex(0.02, 0.1)
BLUEPRINT = Blueprint(SMALL, TARGET)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A generated program that is not compiled."""
    folder = tmp_path_factory.mktemp("sources")
    generate_sources(BLUEPRINT, folder)
    return folder


@pytest.fixture(scope="module")
def arrays(sources):
    return json.loads((sources / "arrays.json").read_text())


def test_values_are_taken_before_synapses_are_made(sources):
    main = (sources / "main.cu").read_text()
    main = main[main.index("int main(") :]
    created = [main.index(f"_run_{c.name}_synapses_create_generator_codeobject();") for c in SMALL.connections]
    assert 0 < main.index("set_from_command_line(args);") < min(created)


def test_a_synapse_takes_8_bytes_on_the_gpu_and_12_more_while_its_group_is_made(sources, arrays):
    sampled = {c.name: round(c.sampler.expected) for c in SMALL.connections}
    made = np.cumsum([*sampled.values()])
    most = max(8 * made + (4 + 8) * np.array([*sampled.values()]))
    assert 8 * made[-1] < most < 9 * made[-1]
    own = {name: entry for name, entry in arrays.items() if name.split(".")[0] in sampled}
    # Where the synapses of a neuron with a delay begin, of 0 to 3 ms or of 0 to 1.5 ms.
    offsets = 4 * sum(SMALL.group_sizes[c.source] * (31 if c.kind == "E" else 16) for c in SMALL.connections)
    # Besides: numbers of synapses, weights.
    fixed = len(sampled) * (4 + 4 + 4 + 8)
    assert device_bytes(own, BLUEPRINT, 1.0)["synapses"] == (
        most + offsets + fixed + 4 * SMALL.demand.synapses["volume_transmission"]
    )


def test_a_group_of_synapses_is_listed_and_its_sources_and_delays_freed_before_the_next_is_made(sources):
    main = (sources / "main.cu").read_text()
    main = main[main.index("set_from_command_line(args);") :]
    steps = ["_run_{}_synapses_create_generator_codeobject", "_before_run_{}_pre_push_spikes"]
    arrays = [f"{where}_dynamic_array_{{}}_{array}" for where in ("dev", "") for array in ("_synaptic_pre", "delay")]
    steps += [f"{array}.shrink_to_fit" for array in arrays]
    places = [main.index(f" {step.format(c.name)}();") for c in SMALL.connections for step in steps]
    assert places == sorted(places)


def test_synapses_are_not_written_to_the_disk(sources):
    objects = (sources / "objects.cu").read_text()
    assert "outfile__array_point_v" in objects
    for array in ("_synaptic_pre", "_synaptic_post", "delay"):
        assert f"outfile__dynamic_array_point_to_point_{array}" not in objects
    created = next((sources / "code_objects").glob("point_to_point_synapses_create_generator_*.cu"))
    assert created.read_text().count("shrink_to_fit") == 2


def test_a_network_that_does_not_fit_says_what_to_change(arrays):
    needed = sum(device_bytes(arrays, BLUEPRINT, 1.0).values())
    card = lambda free: Gpu(0, "card", "sm_90", free, free, "580", "GPU-1")  # noqa: E731
    check_memory(card(needed), arrays, BLUEPRINT, 1.0)
    with pytest.raises(UserError, match=r"needs [\d.]+ GiB of GPU memory, .*; card has [\d.]+ GiB free, .* --scale or"):
        check_memory(card(needed - 1), arrays, BLUEPRINT, 1.0)


def test_a_step_launches_a_kernel_for_each_part_and_waits_for_none(sources, arrays):
    report = make_report(sources, SMALL, arrays)
    groups, connections = len(SMALL.groups), len(SMALL.connections) + 1  # volume transmission
    kernels = groups * 4 + 2 + 2 + connections  # update, threshold, reset, monitor; plateaus; layer 1
    assert report.count("launch", "step_clock") == kernels
    assert [report.count(kind, "step_clock") for kind in ("memset", "transfer", "wait")] == [groups + 1, 0, 0]


def test_synaptic_events_are_synapses_times_rates(sources, arrays):
    report = make_report(sources, SMALL, arrays)
    (kernel,) = [k for k in report.kernels if k.name == "_run_kernel_point_to_point_pre_codeobject"]
    rates = SMALL.demand.rates
    assert kernel.events == pytest.approx(31 * SMALL.group_sizes["point"] * rates["point._spikespace"]), (
        "of 0 to 30 steps"
    )
    assert kernel.traffic.total("event") == 4 + 4 + 4  # number, where its synapses with that delay begin and end
    assert kernel.traffic.total("cell") == 0
    assert kernel.events * kernel.synapses == pytest.approx(
        SMALL.demand.synapses["point_to_point"] * rates["point._spikespace"]
    )
    per_synapse = 4 + 4 + 8 + 8  # number, target, current twice
    assert kernel.traffic.total("synapse") == per_synapse
    assert rates["pyramidal._spikespace"] == pytest.approx(8.142)


@pytest.mark.slow
def test_the_cuda_compiler_takes_each_kind_of_file_and_spills_nothing(sources):
    if not (packaged_folder() / "bin" / "nvcc").exists():
        pytest.skip("needs the CUDA compiler from PyPI: make cuda")
    updates = [f"{group}_stateupdater" for group in ("pyramidal", "neurogliaform")]
    spikes = ["point_to_point_pre", "volume_transmission_pre", "point_to_point_synapses_create_generator"]
    files = [f"code_objects/{name}_codeobject.o" for name in (*updates, *spikes)]
    files.append("code_objects/before_run_point_to_point_pre_push_spikes.o")
    subprocess.run(["make", "-j2", *toolchain().make_variables(), *files], cwd=sources, check=True)
    kernels = [f"_run_kernel_{name}_codeobject" for name in (*updates, *spikes[:2])]
    found = read_logs(sources, kernels)["sm_90"]
    assert found.keys() == set(kernels)
    assert all(r.spill_stores == r.spill_loads == 0 and r.registers <= 128 for r in found.values())


def test_command_predicts_without_compiling_what_the_documentation_says(apical, tmp_path):
    code, out, _ = apical("cuda-report", "--cortex", "0.1", "--json", tmp_path / "report.json")
    assert code == 0
    (network,) = json.loads((tmp_path / "report.json").read_text())["networks"]
    assert network["neurons"] == 7776 and network["operations"] == 53
    (h100,) = [p for p in network["predictions"] if p["card"] == "H100 SXM"]
    assert h100["launching"] == pytest.approx(53 * 10_000 * 2.5e-6)
    assert h100["moving"] == pytest.approx(network["traffic"] / 3350e9)
    (line,) = [line for line in out.splitlines() if "H100" in line]
    cells = [cell.strip() for cell in line.split("|")]
    assert f"{h100['launching']:.2f}" in cells and "7,776" in cells
    documented = (Path(__file__).parents[4] / "docs" / "cortex.md").read_text().splitlines()
    assert cells in [[cell.strip() for cell in line.split("|")] for line in documented]


@pytest.mark.parametrize("text", ["big", "1:2:3", "1:2", ""])
def test_a_wrong_size_is_one_line(text):
    with pytest.raises(UserError, match=r"^--(cortex|in-degree)"):
        sizes([text])


def test_without_a_gpu_it_says_how_to_build_for_one(apical, monkeypatch):
    monkeypatch.setattr("apical.networks.devices.cuda.gpu.gpus", lambda: [])
    code, _, error = apical("cortex", "--device", "cuda_standalone")
    assert code == 1 and len(error.splitlines()) == 1
    assert "no NVIDIA GPU found" in error and "apical cuda-report --cortex" in error
