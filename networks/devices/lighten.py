"""Repairs to a generated C++ or CUDA program with many synapses: less memory, less on disk."""

import re
import shutil
from pathlib import Path

QUEUE = Path(__file__).parent / "cpp" / "spikequeue.h"


def lighten(folder: Path) -> None:
    """Shrink arrays of synapses to their size and leave their indices and delays off the disk.

    A synapse is then its target, 4 bytes, in CUDA also its place in a list by source and delay, 8 bytes: its source and
    its delay are needed only until it is queued, right after it was made.
    """
    for path in folder.glob("code_objects/*_synapses_create_generator_*codeobject.c*"):
        text, count = re.subn(r"(\n\s*const int32_t newsize = (\w+)\.size\(\);)", _shrink, path.read_text())
        assert count == 1, path
        path.write_text(text)
    (objects,) = folder.glob("objects.c*")
    text, count = re.subn(_WRITES_SYNAPSES, "", objects.read_text(), flags=re.DOTALL)
    assert count
    objects.write_text(text)
    if objects.suffix == ".cpp":
        shutil.copy(QUEUE, folder / "brianlib" / "spikequeue.h")
        (folder / "brianlib" / "spikequeue.cpp").write_text('#include "spikequeue.h"\n')
    _queue_when_made(folder / f"main{objects.suffix}")


def _shrink(match: re.Match) -> str:
    pre = match[2]
    post = pre.replace("_synaptic_pre", "_synaptic_post")
    return f"{match[1]}\n    {pre}.shrink_to_fit();\n    {post}.shrink_to_fit();"


def _queue_when_made(main: Path) -> None:
    """Queue each group of synapses whose delays differ, those between neurons, before the next is made."""
    text = main.read_text()
    for made, name in re.findall(r"( *_run_(\w+)_pre_group_variable_set_conditional_codeobject\(\);\n)", text):
        queued = f" *_before_run_{name}_pre_push_spikes\\(\\);\n"
        freed = rf" *dev_dynamic_array_{name}_(?:_synaptic_pre|delay)\.\w+\(\);\n"  # CUDA: on the GPU, and here below
        (call,) = re.findall(queued, text)
        free = "".join(re.findall(freed, text))
        text = re.sub(f"{queued}|{freed}", "", text).replace(made, made + call + free + free.replace("dev_", "_"))
        if main.suffix == ".cpp":
            _keep_targets(main.parent / "code_objects" / f"before_run_{name}_pre_push_spikes.cpp", name)
    main.write_text(text)


def _keep_targets(path: Path, name: str) -> None:
    """Once synapses are queued, keep nothing else: they have one weight, so that they can be numbered anew."""
    text, count = re.subn(r"(\.prepare\([^;]*;)", r"\1" + _KEEP_TARGETS.format(name), path.read_text())
    assert count == 1, path
    path.write_text(text)


_KEEP_TARGETS = """
    {0}_pre.queue[0]->renumber(_dynamic_array_{0}__synaptic_post);
    std::vector<int32_t>().swap({0}_pre.sources);
    std::vector<double>().swap(real_delays);"""

#: Statements of `_write_arrays` about indices and delays.
_WRITES_SYNAPSES = (
    r"\n\s*ofstream (outfile__dynamic_array_\w+_(?:_synaptic_pre|_synaptic_post|delay));.*?"
    r"Error writing output file for [^\n]*\n\s*}"
)
