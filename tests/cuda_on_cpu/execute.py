"""Build the CUDA program that brian2cuda generated for the CPU, with g++ and the CUDA stand-in of include/, and run it.

See README.md for what this shows and what it does not.
"""

import os
import re
import shlex
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

INCLUDE = Path(__file__).parent / "include"
NVIDIA = Path(sysconfig.get_path("purelib")) / "nvidia" / "cu13"  # cuRAND's host generators need no GPU
FLAGS = ["-std=c++17", "-O2", "-ffp-contract=off", "-fno-fast-math", "-fno-strict-aliasing", "-w", "-U_FORTIFY_SOURCE"]
# Generated code takes the address of element 0 of empty vectors, which -fsanitize=null reports.
SANITIZE = ["-O1", "-g1", "-fsanitize=address,undefined", "-fno-sanitize=null"]
ORDERS = ("forward", "reversed", "shuffled")

_STAND_IN = re.compile(r'^[ \t]*#include [<"](?:thrust/.*|curand_kernel\.h|cuda\.h|cuda_profiler_api\.h)[>"]', re.M)
_LAUNCH = re.compile(r"([A-Za-z_]\w*(?:::\w+)*)\s*<<<(.*?)>>>\s*\(", re.S)
_SHARED = re.compile(r"\bextern\s+__shared__\s+([\w\s:]+?)\s+(\w+)\s*\[\s*\]\s*;")


def translate(text: str) -> str:
    """CUDA source text as C++ for the stand-in; line numbers stay. An unrecognised launch is an error."""
    chevrons = text.count("<<<")
    text, launches = _LAUNCH.subn(r"cuda_on_cpu::launch(\1, \2)(", text)
    if launches != chevrons:
        raise ValueError(f"{chevrons - launches} of {chevrons} kernel launches are not recognised")
    text = _SHARED.sub(r"\1* \2 = cuda_on_cpu::shared_memory<\1>();", text)
    if re.search(r"\bextern\s+__shared__", text):
        raise ValueError("a declaration of dynamic shared memory is not recognised")
    text = _STAND_IN.sub("", text)
    # Files with kernels take the path of device code, the others that of the host.
    return f"#define __CUDA_ARCH__ 900\n#line 1\n{text}" if "__global__" in text else text


def _makefile(project: Path) -> tuple[list[str], list[str]]:
    """Sources and options (absolute include folders, macros) in a project's makefile; else all its .cu files, none."""
    path = project / "makefile"
    text = path.read_text() if path.exists() else ""
    listed = re.search(r"^SRCS = (.*)$", text, re.M)
    sources = listed.group(1).split() if listed else [p.relative_to(project).as_posix() for p in project.rglob("*.cu")]
    return sorted(sources), list(dict.fromkeys(re.findall(r"(?<!\S)\"?(-I/[^\s\"]+|-D\w[^\s\"]*)", text)))


def build(
    project: Path,
    output: Path,
    *,
    edit: Callable[[str, str], str] | None = None,
    include: Sequence[Path] = (),
    sanitize: bool = False,
    jobs: int = 2,
) -> Path:
    """Build a generated project in an output folder and return the program.

    edit gets every source file's relative name and CUDA text and returns the text to build instead. include: folders
    of headers, besides those in the project's makefile.
    """
    shutil.copytree(project, output, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.o", "main"))
    for path in [*output.rglob("*.cu"), *output.rglob("*.h")]:
        name, text = path.relative_to(output).as_posix(), path.read_text()
        try:
            path.write_text(translate(edit(name, text) if edit else text))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    (output / "results").mkdir(exist_ok=True)

    sources, options = _makefile(project)
    compiler = [os.environ.get("CXX", "g++"), *FLAGS, *(SANITIZE if sanitize else [])]
    includes = [
        f"-I{INCLUDE}",
        "-I.",
        *options,
        *(f"-I{folder}" for folder in include),
        "-idirafter",
        str(NVIDIA / "include"),
    ]

    def compiled(arguments: list[str]) -> None:
        done = subprocess.run(arguments, cwd=output, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{shlex.join(arguments)}\n{done.stderr[:4000]}")

    def compile_source(source: str) -> str:
        target = source.removesuffix(".cu") + ".o"
        # objects.cu reads and writes arrays in thousands of lines: to optimise it takes longer than all the others.
        plain = ["-O0"] if source == "objects.cu" else []
        header = "cuda_runtime.h" if plain or len(sources) == 1 else "./precompiled.h"
        compiled([*compiler, *includes, *plain, "-include", header, "-x", "c++", "-c", source, "-o", target])
        return target

    if len(sources) > 1:
        (output / "precompiled.h").write_text("#include <cuda_runtime.h>\n")
        compiled([*compiler, *includes, "-x", "c++-header", "precompiled.h", "-o", "precompiled.h.gch"])
    largest_first = sorted(sources, key=lambda source: -(output / source).stat().st_size)
    with ThreadPoolExecutor(jobs) as pool:
        objects = list(pool.map(compile_source, largest_first))[::-1]  # inline functions: not those of objects.cu
    library = [f"-L{NVIDIA / 'lib'}", "-Wl,--as-needed", "-l:libcurand.so.10", f"-Wl,-rpath,{NVIDIA / 'lib'}"]
    compiled([*compiler, *objects, "-o", "main", *library])
    return output / "main"


def run(
    program: Path, *arguments: str, order: str = "forward", block_size: int = 32, **options
) -> subprocess.CompletedProcess:
    """Run a program that build() made in its folder; options go to subprocess.run."""
    settings = {"APICAL_THREAD_ORDER": order, "APICAL_BLOCK_SIZE": str(block_size)}
    options = {"capture_output": True, "text": True, **options}
    return subprocess.run([program, *arguments], cwd=program.parent, env=os.environ | settings, **options)
