"""Rewriting the loops of generated programs, without a compiler."""

import pytest

from apical.networks.devices.cpp.loops import WORTH_THREADS, vectorize

STATE = """const int64_t N = %d;

    for(int _idx=0; _idx<_N; _idx++)
    {
        v[_idx] = 0;
    }
"""
LENGTH = len(STATE.split("_idx++)\n")[1])
THRESHOLD = """    long _count = 0;
    for(size_t _idx=0; _idx<N; _idx++)
    {
        const char _cond = v[_idx] > 1;

        if(_cond) {
            space[_count++] = _idx;
        }
    }
"""


@pytest.mark.parametrize(
    ("neurons", "threads", "word"),
    [
        (WORTH_THREADS // LENGTH + 1, 2, "#pragma omp parallel for simd schedule(static) num_threads(2)\n    for("),
        (WORTH_THREADS // LENGTH, 2, "#pragma GCC ivdep\n    for("),
        (WORTH_THREADS // LENGTH + 1, 1, "#pragma GCC ivdep\n    for("),
    ],
)
def test_long_updates_alone_are_shared_by_threads(tmp_path, neurons, threads, word):
    path = tmp_path / "g_stateupdater_codeobject.cpp"
    path.write_text(STATE % neurons)
    vectorize(tmp_path, threads)
    assert word in path.read_text() and path.read_text().count("#pragma") == 1


def test_thresholds_are_asked_twice_in_blocks(tmp_path):
    path = tmp_path / "g_spike_thresholder_codeobject.cpp"
    path.write_text(THRESHOLD)
    vectorize(tmp_path)
    text = path.read_text()
    assert text.count("const char _cond = v[_idx] > 1;") == 2 and text.count("space[_count++]") == 1
    assert text.count("{") == text.count("}")
