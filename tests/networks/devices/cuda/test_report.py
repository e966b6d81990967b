"""The static report: counted by hand or by other means here, by the report from the code that Brian2 generates."""

import json
import re
import shutil

import pytest
from typer.testing import CliRunner

from apical.networks.circuits.circuit import Structure
from apical.networks.devices.blueprint import Blueprint
from apical.networks.devices.cuda.kernels import Program
from apical.networks.devices.cuda.parse import functions
from apical.networks.devices.cuda.report import CARDS, make_report
from apical.networks.devices.program import generate_sources
from apical.networks.devices.target import Target
from apical.networks.errors import UserError
from apical.scripts.main import app

STRUCTURE = Structure(mice=2, cells=12, inputs=10, ndnf=3)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A generated program that is not compiled."""
    folder = tmp_path_factory.mktemp("sources")
    generate_sources(Blueprint(STRUCTURE, Target("cuda_standalone", arch=("sm_90",))), folder)
    return folder


@pytest.fixture
def compiled(sources, tmp_path):
    """The program as if it were compiled for two architectures, each kernel with 40 registers."""
    folder = tmp_path / "program"
    shutil.copytree(sources, folder)
    (folder / "main").touch()
    for path in folder.glob("code_objects/*.cu"):
        kernels = [f.name for f in functions(path.read_text()).values() if f.is_kernel]
        lines = [
            f"Compiling entry function '_Z{len(kernel)}{kernel}i' for '{arch}'\nUsed 40 registers\n"
            for arch in ("sm_80", "sm_90")
            for kernel in kernels
        ]
        path.with_suffix(".log").write_text("".join(lines))
    return folder


def report(folder, arch=None):
    return make_report(folder, STRUCTURE, json.loads((folder / "arrays.json").read_text()), arch)


def kernel(result, name):
    (found,) = [k for k in result.kernels if k.name == f"_run_kernel_{name}_codeobject"]
    return found


def run(*arguments):
    return CliRunner().invoke(app, ["cuda-report", *map(str, arguments)])


def test_cohort_step_has_14_launches_and_no_host_transfer(sources):
    result = report(sources)
    assert result.step == "step_clock"
    kinds = ("launch", "memset", "transfer", "wait", "growth")
    assert [result.count(kind, "step_clock") for kind in kinds] == [14, 4, 0, 0, 0]
    assert [result.count(kind, "frame_clock") for kind in kinds] == [7, 1, 0, 0, 0]
    assert result.per_second("launch") == pytest.approx(14 * 2000 + 7 * 15.46, rel=1e-6)


def test_launches_agree_with_the_text_after_the_first_call(sources):
    program = Program(sources)
    for _, function in program.calls:
        if function == "_run_random_number_buffer" or function.endswith("_push_spikes"):
            continue
        text = (sources / "code_objects" / f"{function.removeprefix('_run_')}.cu").read_text()
        text = text[text.index(f"void {function}()") :].split("\nvoid _debugmsg")[0]
        counted = [operation.kind for operation in program.operations(function)]
        assert counted.count("launch") == text.count("<<<") == 1
        assert counted.count("memset") == len(re.findall(r"cudaMemset(Async)?\(", text))


def test_monitors_ask_for_the_number_of_events_only_rarely(sources):
    result = report(sources)
    rare = {call.function: call.rare for call in result.calls if call.rare}
    expected = {"transfer": 1, "growth": 2}
    assert rare == {"_run_spikes_codeobject": expected, "_run_plateaus_codeobject": expected}
    assert result.rare_interval == 256


def test_a_transfer_in_the_loop_is_counted(compiled):
    path = compiled / "code_objects" / "pyramidal_stateupdater_codeobject.cu"
    launch = "    _run_kernel_pyramidal_stateupdater_codeobject<<<"
    copy = "CUDA_SAFE_CALL(cudaMemcpy(&x, dev_x, 4, cudaMemcpyDeviceToHost)); cudaDeviceSynchronize();\n"
    path.write_text(path.read_text().replace(launch, copy + launch))
    result = report(compiled)
    assert (result.count("transfer", "step_clock"), result.count("wait", "step_clock")) == (1, 1)


def test_spikes_are_pushed_only_with_different_delays(compiled):
    push = "_run_feed_forward_pre_push_spikes"
    assert Program(compiled).operations(push) == []
    path = compiled / "code_objects" / f"before{push}.cu"
    text = path.read_text()
    assert "feed_forward_pre_scalar_delay = true;" in text
    path.write_text(text.replace("feed_forward_pre_scalar_delay = true;", "feed_forward_pre_scalar_delay = false;"))
    kinds = [operation.kind for operation in Program(compiled).operations(push)]
    assert sorted(kinds) == ["launch", "launch", "transfer"]


def test_bytes_of_a_generated_state_update_are_its_elements(sources):
    text = (sources / "code_objects" / "latents_stateupdater_codeobject.cu").read_text()
    assert "double* _ptr_array_latents_latent" in text and "int32_t* _ptr_array_latents_unit" in text
    traffic = kernel(report(sources), "latents_stateupdater").traffic
    assert traffic.read["cell"] == 8 + 4 + 4  # latent, mouse, unit; seed, session and tau are one value each
    assert traffic.written["cell"] == 8  # latent


def test_bytes_per_second_follow_from_cells_and_spikes(sources):
    threshold = kernel(report(sources), "pyramidal_spike_thresholder")
    assert threshold.bytes_per_second == pytest.approx(2000 * 12 * (8 + 8) + 12 * 5 * 4)
    effect = kernel(report(sources), "feed_forward_pre")
    assert (effect.events, effect.synapses) == (10 * 5, 12)
    per_spike, per_synapse = 4 + 4 + 8, 4 + 4 + 8 + 8 + 8  # list; number, post, weight, current twice
    assert effect.bytes_per_second == pytest.approx(50 * (per_spike + 12 * per_synapse))


def test_limits_are_launches_of_few_mice_and_bytes_of_many(compiled):
    result = report(compiled)
    operations = 2000 * (14 + 4) + 15.46 * (7 + 1)
    by_mice = {p.mice: p for p in result.predictions(launch=1e-6) if p.card == CARDS["sm_80"][0]}
    assert by_mice[1].launching == by_mice[10000].launching == pytest.approx(operations * 1e-6, rel=1e-6)
    bytes_per_mouse = sum(k.bytes_per_second for k in result.kernels)
    assert by_mice[100].moving == pytest.approx(100 * bytes_per_mouse / 2039e9)
    assert by_mice[1].fastest == pytest.approx(1 / by_mice[1].launching)
    assert by_mice[1].slowest < by_mice[1].fastest
    assert by_mice[10].slowest == pytest.approx(10 / (by_mice[10].launching + by_mice[10].moving))


def test_command_shows_tables_and_writes_all_numbers(compiled, tmp_path):
    done = run("--program", compiled, "--json", tmp_path / "report.json", "--launch-us", 5)
    assert done.exit_code == 0, done.exception
    assert "sm_90" in done.output and "pyramidal_stateupdater" in done.output
    numbers = json.loads((tmp_path / "report.json").read_text())
    assert numbers["arch"] == "sm_90" and numbers["compiled"] == ["sm_80", "sm_90"]
    assert numbers["totals"]["launch"]["step_clock"] == 14
    assert numbers["totals"]["transfer"]["per_second"] == 0
    assert len(numbers["kernels"]) == 14 + 7
    assert all(k["resources"]["registers"] == 40 and k["occupancy"]["warps"] for k in numbers["kernels"])
    assert numbers["launch_us"] == 5
    assert all(p["launching"] > 5e-6 * 2000 * 18 for p in numbers["predictions"])


def test_architecture_can_be_chosen(compiled):
    assert report(compiled, "sm_80").arch == "sm_80"
    with pytest.raises(UserError, match=r"not compiled for sm_89, only for sm_80, sm_90; build it with --arch sm_89"):
        report(compiled, "sm_89")


def test_wrong_folders_and_options_are_one_line(compiled, sources, tmp_path, monkeypatch):
    def error(*arguments):
        exception = run(*arguments).exception
        assert isinstance(exception, UserError), exception
        return str(exception)

    with pytest.raises(UserError, match="holds no CUDA program"):
        make_report(tmp_path, STRUCTURE, {})
    assert "holds no program; make one with: apical build" in error("--program", tmp_path)
    assert "holds no program" in error("--program", sources)
    assert "unknown architecture sm_42; known: sm_80" in error("--program", compiled, "--arch", "sm_42")
    assert "--mice is fixed by the program" in error("--program", compiled, "--mice", 3)
    assert "cannot write" in error("--program", compiled, "--json", tmp_path / "none" / "x.json")
    for log in compiled.rglob("*.log"):
        log.unlink()
    assert "has no logs of the compiler" in error("--program", compiled)
    Blueprint(STRUCTURE).save(compiled)
    assert "holds a C++ program" in error("--program", compiled)
    monkeypatch.setattr("apical.networks.devices.cuda.toolchain._version", lambda nvcc: None)
    assert "no CUDA compiler (nvcc) found" in error()
