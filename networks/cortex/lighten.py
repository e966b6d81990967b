"""Repairs to a generated C++ or CUDA program with many synapses: less memory, less on disk."""

import re
from pathlib import Path


def lighten(folder: Path) -> None:
    """Shrink arrays of synapses to their size, count before they are queued, and leave their indices off the disk.

    The memory of a synapse is then two indices and an entry in the queue (in CUDA: in a list by source), 12 bytes.
    """
    for path in folder.glob("code_objects/*_synapses_create_generator_*codeobject.c*"):
        text, count = re.subn(r"(\n\s*const int32_t newsize = (\w+)\.size\(\);)", _shrink, path.read_text())
        assert count == 1, path
        path.write_text(text)
    (objects,) = folder.glob("objects.c*")
    text, count = re.subn(_WRITES_INDICES, "", objects.read_text(), flags=re.DOTALL)
    assert count
    objects.write_text(text)
    if objects.suffix == ".cpp":
        _count_before_queued(folder / "brianlib" / "spikequeue.h")


def _count_before_queued(queue: Path) -> None:
    before = queue.read_text()
    loop = "        for (int i=0; i<n_synapses; i++)\n            synapses[sources[i] - source_start].push_back"
    assert before.count(loop) == 1
    queue.write_text(before.replace(loop, _COUNTED + loop))


def _shrink(match: re.Match) -> str:
    pre = match[2]
    post = pre.replace("_synaptic_pre", "_synaptic_post")
    return f"{match[1]}\n    {pre}.shrink_to_fit();\n    {post}.shrink_to_fit();"


_COUNTED = """        vector<int> counts(source_end - source_start, 0);
        for (int i=0; i<n_synapses; i++)
            counts[sources[i] - source_start]++;
        for (int n=0; n<source_end - source_start; n++)
            synapses[n].reserve(counts[n]);
"""

#: Statements of `_write_arrays` about one of the two index arrays.
_WRITES_INDICES = (
    r"\n\s*ofstream (outfile__dynamic_array_\w+__synaptic_(?:pre|post));.*?"
    r"Error writing output file for [^\n]*\n\s*}"
)
