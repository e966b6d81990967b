"""The CUDA stand-in itself: small hand-written programs in each order of threads."""

import importlib.util
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("cuda_on_cpu_execute", Path(__file__).parent / "execute.py")
execute = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(execute)

PROGRAM = r"""
#include <cstdio>
#include <cstring>

const int N = 100, THREADS = 64;

__global__ void block_sum(const double* x, double* sum)  // without its barriers some order is wrong
{
    __shared__ double part[THREADS];
    const int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= N)
        return;
    const int last = min(THREADS, N - (int)(blockIdx.x * blockDim.x));
    part[threadIdx.x] = x[i];
    for (int stride = THREADS / 2; stride > 0; stride /= 2) {
        __syncthreads();
        if (threadIdx.x < stride && threadIdx.x + stride < last)
            part[threadIdx.x] += part[threadIdx.x + stride];
    }
    if (threadIdx.x == 0)
        sum[blockIdx.x] = part[0];
}

__global__ void reverse(const double* x, double* reversed)
{
    extern __shared__ double copy[];
    copy[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
    reversed[threadIdx.x] = copy[blockDim.x - 1 - threadIdx.x];
}

__global__ void count_and_list(int* count, int* list)
{
    atomicAdd(count, 1);
    list[atomicAdd(count + 1, 1)] = blockIdx.x * blockDim.x + threadIdx.x;
}

__global__ void write_to(double* x, int n) { x[threadIdx.x + n] = 1; }

int main(int argc, char** argv)
{
    double host[N], *x, *y;
    int *counts, list[6 + 2];
    for (int i = 0; i < N; i++)
        host[i] = i;
    cudaMalloc((void**)&x, sizeof host);
    cudaMalloc((void**)&y, sizeof host);
    cudaMalloc((void**)&counts, sizeof list);
    if (argc > 1 && !strcmp(argv[1], "overrun"))
        write_to<<<1, 1>>>(x, N);
    cudaMemcpy(host, x, sizeof host, cudaMemcpyDeviceToHost);
    printf("fresh %g\n", host[N - 1]);
    for (int i = 0; i < N; i++)
        host[i] = i;
    cudaMemcpy(x, host, sizeof host, cudaMemcpyHostToDevice);

    block_sum<<<2, THREADS>>>(x, y);
    cudaMemcpy(host, y, 2 * sizeof(double), cudaMemcpyDeviceToHost);
    printf("sum %g\n", host[0] + host[1]);

    reverse<<<1, N, sizeof host>>>(x, y);
    cudaMemcpy(host, y, sizeof host, cudaMemcpyDeviceToHost);
    printf("reverse %g %g %g\n", host[0], host[1], host[N - 1]);

    cudaMemset(counts, 0, sizeof list);
    count_and_list<<<2, 3>>>(counts, counts + 2);
    cudaMemcpy(list, counts, sizeof list, cudaMemcpyDeviceToHost);
    printf("list");
    for (int i = 0; i < 6; i++)
        printf(" %d", list[i + 2]);
    cudaMemset(counts, 0, sizeof list);
    for (int i = 0; i < 1000; i++)
        cudaMemset(counts + 1, 0, 4), count_and_list<<<2, 3>>>(counts, counts + 2);
    cudaMemcpy(list, counts, sizeof list, cudaMemcpyDeviceToHost);
    printf("\ncount %d\n", list[0]);

    printf("host pointer: %s\n", cudaGetErrorString(cudaMemcpy(host, host + 1, 8, cudaMemcpyHostToDevice)));
    printf("too long: %s\n", cudaGetErrorString(cudaMemset(y, 0, sizeof host + 1)));
    cudaGetLastError();
    write_to<<<0, 1>>>(x, 0);
    printf("no block: %s\n", cudaGetErrorString(cudaGetLastError()));
    write_to<<<1, 1025>>>(x, 0);
    printf("large block: %s\n", cudaGetErrorString(cudaGetLastError()));
}
"""

IN_ORDER = {"forward": "0 1 2 3 4 5", "reversed": "5 4 3 2 1 0"}


def build(folder: Path, **options) -> Path:
    (folder / "source").mkdir()
    (folder / "source" / "main.cu").write_text(PROGRAM)
    return execute.build(folder / "source", folder / "build", **options)


def printed(program: Path, order: str) -> dict[str, str]:
    """What a program prints, line by line: first word (or what is before a colon) to the others."""
    done = execute.run(program, order=order, check=True)
    assert done.stderr == ""
    return dict(line.split(": " if ":" in line else " ", 1) for line in done.stdout.splitlines())


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    return build(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def sanitized(tmp_path_factory):
    return build(tmp_path_factory.mktemp("sanitized"), sanitize=True)


@pytest.mark.parametrize("order", execute.ORDERS)
class TestInEachOrder:
    def test_block_with_barriers_and_threads_that_returned_early_sums_right(self, program, order):
        assert printed(program, order)["sum"] == "4950"

    def test_dynamic_shared_memory_is_one_for_a_block(self, program, order):
        assert printed(program, order)["reverse"] == "99 98 0"

    def test_atomic_sum_counts_every_thread_of_every_launch(self, program, order):
        assert printed(program, order)["count"] == "6000"

    def test_sanitizers_accept_fibers(self, sanitized, program, order):
        assert printed(sanitized, order) == printed(program, order)


def test_threads_run_in_the_order_asked_for(program):
    for order, listed in IN_ORDER.items():
        assert printed(program, order)["list"] == listed
    shuffled = printed(program, "shuffled")["list"]
    assert sorted(shuffled.split()) == IN_ORDER["forward"].split()
    assert shuffled not in IN_ORDER.values()
    assert printed(program, "shuffled")["list"] == shuffled  # the same permutation again


def test_unknown_order_is_refused(program):
    done = execute.run(program, order="random")
    assert (done.returncode, "not random" in done.stderr) == (2, True)


def test_missing_barrier_makes_the_sum_wrong_in_some_order(tmp_path):
    program = build(tmp_path, edit=lambda name, text: text.replace("        __syncthreads();\n", ""))
    sums = {printed(program, order)["sum"] for order in execute.ORDERS}
    assert sums - {"4950"}


def test_fresh_device_memory_is_nan(program):
    assert printed(program, "forward")["fresh"] in ("nan", "-nan")


def test_runtime_refuses_what_cuda_refuses(program):
    lines = printed(program, "forward")
    assert lines["host pointer"] == lines["too long"] == "invalid argument"
    assert lines["no block"] == lines["large block"] == "invalid configuration argument"


def test_address_sanitizer_reports_a_write_past_device_memory(sanitized):
    done = execute.run(sanitized, "overrun")
    assert done.returncode != 0
    assert "heap-buffer-overflow" in done.stderr
    assert "in write_to" in done.stderr


def test_unrecognised_launch_is_refused():
    assert execute.translate("f<<<1, g(2), 3>>>(x);") == "cuda_on_cpu::launch(f, 1, g(2), 3)(x);"
    with pytest.raises(ValueError, match="1 of 2 kernel launches are not recognised"):
        execute.translate("f<<<1, 2>>>(x); (*kernel)<<<1, 2>>>(x);")
