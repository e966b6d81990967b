"""The GPUs of a machine and their memory; nvidia-smi is a script."""

import json

import numpy as np
import pytest

from apical.networks.circuits.circuit import Structure
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.cuda.gpu import MIB, Gpu, gpus, require_gpu
from apical.networks.devices.cuda.memory import CONTEXT, check_memory, device_bytes, mice_that_fit
from apical.networks.devices.program import CompiledProgram, generate_sources
from apical.networks.devices.target import Target
from apical.networks.errors import UserError
from apical.networks.training.cohort import Cohort, target_of
from apical.networks.training.config import Config

H100 = "0, GPU-7f1a, 9.0, 81559, 80994, 580.65.06, NVIDIA H100 80GB HBM3"
A100 = "1, GPU-55ce, 8.0, 40960, 40000, 580.65.06, NVIDIA A100-SXM4-40GB"

TARGET = Target("cuda_standalone", arch=("sm_90",))


@pytest.fixture
def cards(tools, stub):
    """Put GPUs into the machine: their lines as nvidia-smi prints them."""

    def put(*lines):
        stub(tools / "nvidia-smi", "\n".join(f"echo '{line}'" for line in lines))

    return put


class TestGpus:
    def test_all_are_read_with_architecture_and_memory(self, cards):
        cards(H100, A100)
        first, second = gpus()
        assert first == Gpu(0, "NVIDIA H100 80GB HBM3", "sm_90", 81559 * MIB, 80994 * MIB, "580.65.06", "GPU-7f1a")
        assert (second.index, second.arch) == (1, "sm_80")
        assert target_of(Config(device="cuda_standalone", gpu=1)).arch == ("sm_80",)

    def test_memory_that_the_driver_does_not_tell_is_not_known(self, cards):
        cards("0, GPU-1, 12.1, [N/A], [N/A], 580.95.05, NVIDIA GB10")
        assert (gpus()[0].arch, gpus()[0].memory, gpus()[0].free) == ("sm_121", None, None)

    def test_none_without_driver_or_card(self, tools, stub):
        assert gpus() == []
        stub(tools / "nvidia-smi", "echo 'NVIDIA-SMI has failed because it could not communicate'; exit 9")
        assert gpus() == []
        stub(tools / "nvidia-smi", "echo 'No devices were found'")
        assert gpus() == []

    @pytest.mark.parametrize(
        ("visible", "names"), [("1", ["GPU-55ce"]), ("GPU-55,0", ["GPU-55ce", "GPU-7f1a"]), ("", []), ("7,0", [])]
    )
    def test_those_that_a_scheduler_hands_out_are_counted_from_zero(self, visible, names, cards, monkeypatch):
        cards(H100, A100)
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        assert [(gpu.index, gpu.uuid) for gpu in gpus()] == list(enumerate(names))

    def test_a_machine_without_one_is_one_line_that_names_the_build_for_elsewhere(self, tools):
        with pytest.raises(UserError, match=r"^no NVIDIA GPU found.*apical build --device cuda_standalone --out DIR$"):
            Cohort(Config(device="cuda_standalone", mice=2))

    def test_a_wrong_index_names_those_there_are(self, cards):
        cards(H100, A100)
        assert require_gpu(1).arch == "sm_80"
        with pytest.raises(UserError, match=r"no GPU 2; this machine has 0 \(NVIDIA H100.*\), 1 \(NVIDIA A100"):
            Cohort(Config(device="cuda_standalone", gpu=2))


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """A structure and the arrays of its CUDA program."""
    structure = Structure(mice=2, cells=12, inputs=10, ndnf=3)
    folder = tmp_path_factory.mktemp("sources")
    generate_sources(Blueprint(structure, TARGET), folder)
    return structure, json.loads((folder / "arrays.json").read_text())


def card(free):
    return Gpu(0, "card", "sm_90", 2 * free if free else None, free, "580", "GPU-1")


class TestMemory:
    def test_synapses_as_counted_by_hand(self, generated):
        structure, arrays = generated
        # Sources and targets as 4-byte integers, weights as doubles, 4-byte lists of synapses by cell: two of
        # feed_forward (presynaptic spikes, postsynaptic bursts), one of volume_transmission.
        feed_forward, volume_transmission, readout = 2 * 10 * 12, 2 * 3 * 12, 2 * 10
        expected = feed_forward * (4 + 4 + 8 + 2 * 4) + volume_transmission * (4 + 4 + 4) + readout * (4 + 4 + 8)
        # Besides: four-byte counts of synapses, three delays, w_max.
        expected += sum(4 + 4 + 4 for _ in structure.synapses) + 2 * 8 + 8
        assert device_bytes(arrays, Blueprint(structure, TARGET), 1.0)["synapses"] == expected

    def test_monitors_as_counted_by_hand(self, generated):
        structure, arrays = generated
        recorded = {name: e for name, e in arrays.items() if e["columns"]}
        assert {name: e["columns"] for name, e in recorded.items()}["bci_fluorescence.fluorescence_soma"] == 20
        # 100 s: 1546 frames of doubles are 12368 bytes, of 4-byte integers 6184; allocated in steps of 512.
        frames = sum(e["columns"] * (12800 if e["dtype"] == "float64" else 6656) for e in recorded.values())
        # Index (4 bytes) and time (8) of an event; room for 2 * 256 steps of 24 cells holds twice the 12000 spikes
        # only when doubled; the times are there twice while they grow. Plateaus are fewer.
        room = 2 * 256 * 24
        events = 2 * room * (4 + 8 + 4) + room * (4 + 8)
        assert device_bytes(arrays, Blueprint(structure, TARGET), 100.0)["monitors"] == frames + events

    def test_neurons_and_context(self, generated):
        structure, arrays = generated
        parts = device_bytes(arrays, Blueprint(structure, Target("cuda_standalone", heap_mb=7)), 1.0)
        assert parts["context"] == CONTEXT + 7 * 2**20
        groups = ("pyramidal", "inputs", "latents", "ndnf", "readout")
        known = [e for name, e in arrays.items() if name.split(".")[0] in groups]
        per_group = sum(np.dtype(e["dtype"]).itemsize * e["size"] for e in known)
        assert per_group <= parts["neurons"] < per_group + 2000  # clocks and counters of monitors

    def test_too_little_says_how_many_mice_fit(self, generated):
        structure, arrays = generated
        parts = device_bytes(arrays, Blueprint(structure, TARGET), 100.0)
        enough = sum(parts.values())
        check_memory(card(enough), arrays, Blueprint(structure, TARGET), 100.0)
        check_memory(card(None), arrays, Blueprint(structure, TARGET), 100.0)
        with pytest.raises(UserError, match=r"2 mice need .* GiB .* for context; card has .* enough for 1 mice"):
            check_memory(card(enough - 1), arrays, Blueprint(structure, TARGET), 100.0)
        with pytest.raises(UserError, match="enough for 0 mice"):
            check_memory(card(parts["context"] - 1), arrays, Blueprint(structure, TARGET), 100.0)
        assert mice_that_fit(card(enough), arrays, Blueprint(structure, TARGET), 1.0) > 2, "shorter runs record less"

    def test_a_program_does_not_start_on_a_full_gpu(self, generated, cards, tmp_path):
        structure, arrays = generated
        program = CompiledProgram.__new__(CompiledProgram)
        program.blueprint, program.folder, program.arrays = Blueprint(structure, TARGET), tmp_path, arrays
        cards("0, GPU-1, 9.0, 1000, 700, 580, small")
        with pytest.raises(UserError, match=r"small has 0\.7 GiB free, enough for 0 mice"):
            program.run({"readout.duration": np.asarray(1.0)}, tmp_path / "out")
        assert not (tmp_path / "out").exists()
