"""Loops over neurons in a generated C++ program: vectorized, and on threads where that pays."""

import re
from pathlib import Path

from apical.networks.devices.patch import patch, patched

_EACH = "    for(int _idx=0; _idx<_N; _idx++)\n"

#: Neurons times characters of source from where two threads gain: to start and join threads takes microseconds, and the
#: update of a neuron about 1 ns per 1000 characters.
WORTH_THREADS = 5_000_000


def vectorize(code_objects: Path, threads: int = 1) -> None:
    """Rewrite the loops in a folder of code objects; no number changes.

    threads : number of threads of each state update that takes long enough
    """
    for path in code_objects.glob("*_stateupdater_codeobject.cpp"):
        path.write_text(_independent(path.read_text(), threads))
    for path in code_objects.glob("*_thresholder_codeobject.cpp"):
        if not path.name.startswith("after_run_"):
            patch(path, _SEARCH, _IN_BLOCKS)


def _independent(text: str, threads: int) -> str:
    """Tell the compiler that the neurons of a state update do not depend on each other.

    Brian2's `__restrict` on local pointers has no effect in GCC, and without it no such loop is vectorized.
    """

    def with_pragma(loop: re.Match) -> str:
        (neurons,) = map(int, re.findall(r"const int64_t N = (\d+);", text[: loop.start()]))
        if threads > 1 and neurons * len(text[loop.end() :]) >= WORTH_THREADS:
            return f"#pragma omp parallel for simd schedule(static) num_threads({threads})\n{loop[0]}"
        return f"#pragma GCC ivdep\n{loop[0]}"

    return patched(text, re.escape(_EACH), with_pragma, name="state update")


#: Few neurons cross their threshold in a step: whether any of a block does is a vectorized question.
_SEARCH = r"    for\(size_t _idx=0; _idx<N; _idx\+\+\)\n    \{\n(.*?)(        if\(_cond\).*?\n        \}\n)    \}\n"
_IN_BLOCKS = r"""    for(size_t _first=0; _first<N; _first+=256)
    {
        const size_t _last = _first + 256 < N ? _first + 256 : N;
        int _any = 0;
        for(size_t _idx=_first; _idx<_last; _idx++)
        {
\1
            _any |= _cond;
        }
        if(!_any) continue;
        for(size_t _idx=_first; _idx<_last; _idx++)
        {
\1\2        }
    }
"""
