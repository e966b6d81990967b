"""What the parts of the static report read from code and compiler output, against counts by hand."""

import pytest

from apical.networks.devices.cuda.kernels import thread_traffic
from apical.networks.devices.cuda.occupancy import (
    Resources,
    block_size,
    fullest_block,
    occupancy,
    parse_log,
    read_logs,
)
from apical.networks.devices.cuda.parse import functions, statements

LOG = """ptxas info    : 218098 bytes gmem
ptxas info    : Compiling entry function '_Z8_run_abcPd' for 'sm_80'
ptxas info    : Function properties for _Z8_run_abcPd
    160 bytes stack frame, 128 bytes spill stores, 96 bytes spill loads
ptxas info    : Used 255 registers, used 1 barriers, 160 bytes cumulative stack size, 2048 bytes smem
ptxas info    : Compiling entry function '_Z8_run_abcPd' for 'sm_90'
ptxas info    : Function properties for _helper
    512 bytes stack frame, 8 bytes spill stores, 8 bytes spill loads
ptxas info    : Function properties for _Z8_run_abcPd
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 40 registers, used 0 barriers
ptxas info    : Compiling entry function '__nv_static__ZN70_GLOBAL__N__3171812_advance_abcEv' for 'sm_90'
ptxas info    : Used 24 registers, used 1 barriers, 452 bytes cmem[0]
"""


def test_statements_know_their_branch():
    body = "a; if (p) { b; } else if (q) { c; } else { d; } for (int i = 0; i < n; i++) { if (r) { e; } } f;"
    assert list(statements(body)) == [
        ("a", ()),
        ("b", ("p",)),
        ("c", ("not p", "q")),
        ("d", ("not p", "not q")),
        ("e", ("for (int i = 0; i < n; i++)", "r")),
        ("f", ()),
    ]


def test_bytes_of_a_threshold_and_of_its_spikes():
    text = """
    __global__ void threshold(int _N, int32_t* space, double* v, double* v_t, float* row, int64_t* mouse, double* k)
    {
        const int64_t N = 160;
        if (_idx >= _N) { return; }
        const double a = v[_idx] + v[_idx];           // 8, once
        const int64_t m = mouse[_idx];                // 8
        const double b = k[0] * v_t[m];               // 8, k is one value
        row[_idx] += 1;                               // 4 + 4
        if (_cond) { space[atomicAdd(&space[_N], 1)] = _idx; }  // 4 for a spike
    }"""
    traffic = thread_traffic(functions(text)["threshold"], {})
    assert traffic.read == {"cell": 28, "event": 0, "synapse": 0}
    assert traffic.written == {"cell": 4, "event": 4, "synapse": 0}


def test_bytes_of_a_spike_and_of_its_synapses():
    text = """
    __global__ void effect(int32_t* events, int num_sources, int32_t* post, double* i_input, float* w)
    {
        const int num_events = events[num_sources];
        for (int event = blockIdx.x; event < num_events; event += gridDim.x)
        {
            const int source = events[event];             // 4
            const int num_synapses = number[source];      // 4
            const int32_t* synapses = lists[source];      // 8
            for (int j = threadIdx.x; j < num_synapses; j += blockDim.x)
            {
                const int32_t _idx = synapses[j];         // 4
                const int32_t p = post[_idx];             // 4
                _brian_atomicAdd(&i_input[p], w[_idx]);   // 8 + 8, and 4
            }
        }
    }"""
    traffic = thread_traffic(functions(text)["effect"], {"number": "int*", "lists": "int32_t**"})
    assert traffic.read == {"cell": 0, "event": 16, "synapse": 20}
    assert traffic.written == {"cell": 0, "event": 0, "synapse": 8}


def test_what_all_threads_of_a_block_read_does_not_count():
    text = """
    __global__ void effect(int32_t** lists, int num_lists, int now, int* offsets, double* x)
    {
        const int ago = blockIdx.x % num_lists;
        const int32_t* events = lists[(now + num_lists - ago) % num_lists];
        x[_idx] = offsets[_idx];
    }"""
    assert thread_traffic(functions(text)["effect"], {}).read["cell"] == 4


def test_bytes_of_recorded_samples_follow_rows():
    text = "__global__ void record(double** rows, int now, double* x) { rows[_idx][now] = x[_idx]; }"
    traffic = thread_traffic(functions(text)["record"], {})
    assert (traffic.read["cell"], traffic.written["cell"]) == (8 + 8, 8)


def test_log_of_the_compiler_is_read_by_architecture():
    first, second, third = parse_log(LOG)
    assert first == ("_Z8_run_abcPd", "sm_80", Resources(255, 160, 128, 96, 2048))
    assert second == ("_Z8_run_abcPd", "sm_90", Resources(40))
    assert third[1:] == ("sm_90", Resources(24))


def test_kernels_are_found_under_their_mangled_names(tmp_path):
    (tmp_path / "a.log").write_text(LOG)
    logs = read_logs(tmp_path, ["_run_abc", "_advance_abc", "_run_ab"])
    assert {arch: set(kernels) for arch, kernels in logs.items()} == {
        "sm_80": {"_run_abc"},
        "sm_90": {"_run_abc", "_advance_abc"},
    }


@pytest.mark.parametrize(
    ("registers", "shared", "block", "arch", "warps", "limit"),
    [
        (32, 0, 256, "sm_80", 64, "warps"),
        (32, 0, 256, "sm_86", 48, "warps"),
        (32, 0, 64, "sm_86", 32, "blocks"),  # 16 blocks of 2 warps
        (32, 0, 64, "sm_89", 48, "warps"),
        (116, 0, 64, "sm_90", 16, "registers"),  # 3840 for a warp, 4 warps in each of 4 partitions
        (116, 0, 192, "sm_90", 12, "registers"),  # 16 warps hold 2 blocks of 6
        (32, 48 * 1024, 128, "sm_80", 12, "shared memory"),  # 3 blocks of 49 KiB in 164 KiB
        (32, 48 * 1024, 128, "sm_100", 16, "shared memory"),  # 4 in 228 KiB
        (255, 0, 1024, "sm_90", 0, "registers"),
    ],
)
def test_occupancy_by_hand(registers, shared, block, arch, warps, limit):
    found = occupancy(Resources(registers, shared=shared), block, arch)
    assert (found.warps, found.limit) == (warps, limit)
    assert found.fraction == warps / (48 if arch in ("sm_86", "sm_89") else 64)


def test_block_size_is_what_the_code_chooses():
    chosen = "cudaOccupancyMaxPotentialBlockSize(&min_num_threads, &num_threads, k, 0, 0);"
    spread = chosen + "num_threads = min(num_threads, max(2, (_N / num_processors + 31) / 32) * 32);"
    heavy = Resources(116)
    assert fullest_block(heavy, "sm_90") == 512  # 16 warps, all that fit
    assert block_size(chosen, 10**6, heavy, "sm_90") == 512
    assert block_size(spread, 160, heavy, "sm_90") == 64
    assert block_size(spread, 132 * 96, heavy, "sm_90") == 96  # 96 neurons on each of 132 multiprocessors
    assert block_size(spread, 10**6, heavy, "sm_90") == 512
    assert block_size("num_threads = min(128, max_threads_per_block);", None, heavy, "sm_90") == 128
    assert block_size("", None, heavy, "sm_90") == 256
