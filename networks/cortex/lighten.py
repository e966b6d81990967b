"""Repairs to a generated C++ or CUDA program with many synapses: less memory, less on disk."""

import re
import shutil
from pathlib import Path

QUEUE = Path(__file__).with_name("spikequeue.h")


def lighten(folder: Path) -> None:
    """Shrink arrays of synapses to their size and leave their indices and delays off the disk.

    In C++ a synapse is then its target, 4 bytes: its source and its delay are needed only until it is queued, right
    after it was made.
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
        _queue_when_made(folder)


def _shrink(match: re.Match) -> str:
    pre = match[2]
    post = pre.replace("_synaptic_pre", "_synaptic_post")
    return f"{match[1]}\n    {pre}.shrink_to_fit();\n    {post}.shrink_to_fit();"


def _queue_when_made(folder: Path) -> None:
    """Queue each group of synapses whose delays differ before the next is made, and keep only its targets.

    Those are the synapses between neurons: of one weight, so that they can be numbered anew.
    """
    main = folder / "main.cpp"
    text = main.read_text()
    for made, name in re.findall(r"( *_run_(\w+)_pre_group_variable_set_conditional_codeobject\(\);\n)", text):
        queued = f" *_before_run_{name}_pre_push_spikes\\(\\);\n"
        (call,) = re.findall(queued, text)
        text = re.sub(queued, "", text).replace(made, made + call)
        path = folder / "code_objects" / f"before_run_{name}_pre_push_spikes.cpp"
        code, count = re.subn(r"(\.prepare\([^;]*;)", r"\1" + _KEEP_TARGETS.format(name), path.read_text())
        assert count == 1, path
        path.write_text(code)
    main.write_text(text)


_KEEP_TARGETS = """
    {0}_pre.queue[0]->renumber(_dynamic_array_{0}__synaptic_post);
    std::vector<int32_t>().swap({0}_pre.sources);
    std::vector<double>().swap(real_delays);"""

#: Statements of `_write_arrays` about indices and delays.
_WRITES_SYNAPSES = (
    r"\n\s*ofstream (outfile__dynamic_array_\w+_(?:_synaptic_pre|_synaptic_post|delay));.*?"
    r"Error writing output file for [^\n]*\n\s*}"
)
