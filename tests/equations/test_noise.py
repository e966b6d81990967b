import ctypes
import math
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from brian2 import prefs

from apical.equations import noise
from apical.networks.devices.generate import COMPILER_FLAGS

#: Random123, kat_vectors: rounds, counter, key, answer.
KNOWN_ANSWERS = [
    (7, "00000000 00000000 00000000 00000000", "00000000 00000000", "5f6fb709 0d893f64 4f121f81 4f730a48"),
    (7, "ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "5207ddc2 45165e59 4d8ee751 8c52f662"),
    (7, "243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "4dfccaba 190a87f0 c47362ba b6b5242a"),
    (10, "00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    (10, "ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (10, "243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]

PROGRAM = """
#include "noise.h"
extern "C" {
void words(const uint32_t* c, uint32_t* out, int n) {  // four counter words and two of the key per row
    for (int i = 0; i < n; i++, c += 6, out += 4) {
        const PhiloxBlock b = philox4x32_7(c[0], c[1], c[2], c[3], c[4], c[5]);
        out[0] = b.word0; out[1] = b.word1; out[2] = b.word2; out[3] = b.word3;
    }
}
#define MAP(f) void map_##f(const double* x, double* y, int n) { for (int i = 0; i < n; i++) y[i] = f(x[i]); }
static double on_grid_1024(double x) { return on_grid(x, 1024); }
MAP(plain_exp) MAP(plain_log) MAP(plain_cos2pi) MAP(sigmoid) MAP(on_grid_1024)
#define DRAW(f) void draw_##f(const int64_t* a, double* y, int n) \\
    { for (int i = 0; i < n; i++, a += 6) y[i] = f(a[0], a[1], a[2], a[3], a[4], a[5]); }
DRAW(uniform_noise) DRAW(normal_noise) DRAW(binomial_noise)
}
"""


FLAGS = {
    "ours": COMPILER_FLAGS,
    "brian2": prefs.codegen.cpp.extra_compile_args_gcc,  # -ffast-math -fno-finite-math-only
    "fastest": ["-Ofast", "-march=native", "-funroll-loops"],
}


@pytest.fixture(scope="module", params=FLAGS)
def header(request, tmp_path_factory):
    """The functions of noise.h on arrays, compiled with the flags of our programs and those of others."""
    if not shutil.which("g++"):
        pytest.skip("needs g++")
    folder = tmp_path_factory.mktemp("noise")
    (folder / "noise.cpp").write_text(PROGRAM)
    flags = [*FLAGS[request.param], "-shared", "-fPIC", f"-I{Path(noise.__file__).parent}"]
    subprocess.run(["g++", *flags, "noise.cpp", "-o", "noise.so"], cwd=folder, check=True)
    library = ctypes.CDLL(str(folder / "noise.so"))

    def call(name, values, columns=0, dtype=np.float64):
        """What a function makes of `values`."""
        values = np.ascontiguousarray(values)
        out = np.empty((len(values), columns) if columns else len(values), dtype)
        getattr(library, name)(values.ctypes.data_as(ctypes.c_void_p), out.ctypes.data_as(ctypes.c_void_p), len(values))
        return out

    # -ffast-math may take the two parts of ln 2 together: then 700 times its last place.
    call.exp_error = 3e-15 if request.param == "ours" else 3e-14
    return call


def hexadecimal(text):
    return [int(word, 16) for word in text.split()]


@pytest.fixture
def counters():
    """Rows of seed, mouse, neuron, stream, session, step."""
    highest = [2**31, 1000, 100_000, 10, 30, 2**32]
    return np.random.default_rng(1).integers(0, highest, (100_000, 6), dtype=np.int64)


@pytest.mark.parametrize(("rounds", "counter", "key", "answer"), KNOWN_ANSWERS)
def test_philox_gives_the_known_answers_of_random123(rounds, counter, key, answer):
    words = noise.philox(hexadecimal(counter), hexadecimal(key), rounds)
    assert [int(word) for word in words] == hexadecimal(answer)


def test_the_header_gives_the_same_words(header):
    known = [hexadecimal(f"{c} {k}") for rounds, c, k, _ in KNOWN_ANSWERS if rounds == 7]
    answers = [hexadecimal(answer) for rounds, _, _, answer in KNOWN_ANSWERS if rounds == 7]
    np.testing.assert_array_equal(header("words", np.array(known, np.uint32), 4, np.uint32), answers)
    rows = np.random.default_rng(2).integers(0, 2**32, (10_000, 6), dtype=np.uint32)
    expected = np.stack(noise.philox(rows.T[:4], rows.T[4:]), axis=1)
    np.testing.assert_array_equal(header("words", rows, 4, np.uint32), expected)


def test_exp_is_as_accurate_as_the_header_claims(header):
    x = np.linspace(-700, 700, 1_000_001)
    exact = np.exp(x.astype(np.longdouble))
    assert np.max(np.abs(header("map_plain_exp", x) / exact - 1)) < header.exp_error
    np.testing.assert_allclose(noise.plain_exp(x), header("map_plain_exp", x), rtol=header.exp_error + 1e-15)


def test_log_is_cut_off_after_the_term_of_order_15(header):
    # The first term left out is 2 s^17/17 with |s| <= (sqrt 2 - 1)/(sqrt 2 + 1) = 0.172: 1.2e-14; near x = 1,
    # where s and log x vanish together, the relative error vanishes too. Rounding: 4 units in the last place.
    s = (math.sqrt(2) - 1) / (math.sqrt(2) + 1)
    cut_off = 2 * s**17 / 17 / (1 - s**2)
    u = (np.random.default_rng(3).integers(0, 2**32, 300_000) + 0.5) * 2.0**-32  # what normal_noise asks for
    x = np.r_[u, 2.0**-33, 1 - 2.0**-33, np.geomspace(1e-300, 1e300, 100_001)]
    exact = np.log(x.astype(np.longdouble))
    error = np.abs(header("map_plain_log", x) - exact)
    assert np.all(error < cut_off + 4 * 2.0**-52 * np.abs(exact))


def test_cos_is_as_accurate_as_the_header_claims(header):
    u = np.arange(2**20) / 2**20
    assert np.max(np.abs(header("map_plain_cos2pi", u) - np.cos(2 * np.pi * u))) < 1e-10


def test_sigmoid_is_that_of_numpy(header):
    # exp, one sum and one division: another 1e-15 of the value at most, where exp(-x) does not overflow.
    x = np.linspace(-699, 699, 100_001)
    np.testing.assert_allclose(header("map_sigmoid", x), noise.sigmoid(x), rtol=header.exp_error + 1e-15)
    np.testing.assert_allclose(noise.sigmoid(x), (1 + np.tanh(x / 2)) / 2, atol=1e-15)


def test_sums_of_numbers_on_a_grid_are_exact_in_any_order(header):
    x = np.random.default_rng(4).normal(0, 10, 1000)
    gridded = header("map_on_grid_1024", x)
    np.testing.assert_array_equal(gridded, noise.on_grid(x, 1024))
    np.testing.assert_array_equal(gridded % 2.0**-41, 0)  # 2^-51 of 1024
    assert 0 < np.abs(gridded - x).max() <= 2.0**-42
    assert sum(gridded) == sum(np.sort(gridded)) == sum(gridded[::-1]) != sum(x)


def test_header_and_numpy_draw_the_same_numbers(header, counters):
    for draw in (noise.uniform_noise, noise.binomial_noise):
        np.testing.assert_array_equal(header(f"draw_{draw.__name__}", counters), draw(*counters.T))
    # The cosine to 1e-10 at worst, times sqrt(-2 log u) <= 6.8.
    expected = noise.normal_noise(*counters.T)
    np.testing.assert_allclose(header("draw_normal_noise", counters), expected, rtol=0, atol=1e-9)


def largest_deviation(sample, distribution):
    """Kolmogorov-Smirnov statistic."""
    cdf, n = distribution(np.sort(sample)), len(sample)
    return max(np.max(np.arange(1, n + 1) / n - cdf), np.max(cdf - np.arange(n) / n))


@pytest.mark.parametrize("stream", [0, 1, 2, 3, 6, 8])
def test_normals_are_standard_normal(stream):
    n = 200_000
    z = noise.normal_noise(1, 0, np.arange(n) % 400, stream, 2, np.arange(n) // 400)
    # Five standard errors of each moment of n independent normals.
    moments = [z.mean(), np.mean(z**2) - 1, np.mean(z**3), np.mean(z**4) - 3]
    errors = np.sqrt(np.array([1, 2, 15, 96]) / n)
    assert np.all(np.abs(moments) < 5 * errors), moments
    # Kolmogorov's distribution: sqrt(n) D exceeds 2.2 with probability 2 exp(-2 2.2^2) = 1.2e-4.
    normal = np.vectorize(lambda x: 0.5 * math.erfc(-x / math.sqrt(2)))
    assert largest_deviation(z, normal) < 2.2 / math.sqrt(n)


@pytest.mark.parametrize("stream", [0, 1])
def test_binomials_have_the_moments_of_64_tosses(stream):
    n = 200_000
    z = noise.binomial_noise(1, 0, np.arange(n) % 400, stream, 2, np.arange(n) // 400)
    moments = [z.mean(), np.mean(z**2) - 1, np.mean(z**3), np.mean(z**4) - (3 - 1 / 32)]
    assert np.all(np.abs(moments) < 5 * np.sqrt(np.array([1, 2, 15, 96]) / n)), moments
    assert np.all(np.abs(z) <= 8) and np.all(4 * z == np.rint(4 * z))


def test_uniforms_are_uniform_and_neither_0_nor_1():
    n = 200_000
    u = noise.uniform_noise(1, 0, np.arange(n) % 400, 4, 2, np.arange(n) // 400)
    assert largest_deviation(u, lambda x: x) < 2.2 / math.sqrt(n)
    assert 0 < u.min() and u.max() < 1


def test_streams_cells_mice_seeds_sessions_and_steps_are_independent():
    n = 50_000
    start = {"seed": 1, "mouse": 0, "neuron": 0, "stream": 0, "session": 2, "step": np.arange(n)}
    others = {"seed": 2, "mouse": 1, "neuron": 1, "session": 3, "step": np.arange(n) + 1}
    rows = [noise.normal_noise(**start)]
    rows += [noise.normal_noise(**start | {name: value}) for name, value in others.items()]
    rows += [noise.normal_noise(**start | {"stream": stream}) for stream in (1, 2, 3, 6, 8)]
    rows += [noise.uniform_noise(**start | {"stream": 4})]
    # Values and magnitudes; a correlation of independent sequences has s.d. 1/sqrt(n).
    for table in (np.array(rows), np.abs(rows)):
        correlation = np.corrcoef(table) - np.eye(len(rows))
        assert np.abs(correlation).max() < 5 / math.sqrt(n), correlation.round(3)


def test_a_neuron_draws_the_same_alone_and_among_others():
    together = noise.normal_noise(1, np.arange(8)[:, None], np.arange(80), 0, 2, 5)
    alone = noise.normal_noise(1, 3, 17, 0, 2, 5)
    assert together[3, 17] == alone
