"""``apical build``: generate and compile the program of a cohort without running it."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from apical.networks.errors import UserError
from apical.networks.training.config import Config, load_config
from apical.scripts.options import given, option
from apical.scripts.progress import progress


def build(
    out: Annotated[Path, typer.Option(help="Folder of the program; must be new or empty.", show_default=False)],
    mice: Annotated[int | None, option("mice")] = None,
    cells: Annotated[int | None, option("cells")] = None,
    record: Annotated[str | None, option("record")] = None,
    pyramidal: Annotated[str | None, option("pyramidal")] = None,
    teacher: Annotated[str | None, option("teacher")] = None,
    rule: Annotated[str | None, option("rule")] = None,
    device: Annotated[
        str, typer.Option(help="cuda_standalone or cpp_standalone: what to compile for.")
    ] = "cuda_standalone",
    precision: Annotated[str | None, option("precision")] = None,
    math: Annotated[str | None, option("math")] = None,
    arch: Annotated[str | None, option("arch")] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="TOML file with these and the options of apical train, and a table of parameters."),
    ] = None,
) -> None:
    """Generate and compile the program of a cohort, for this machine or for a GPU elsewhere.

    Copy the folder to the machine with the GPU, which needs apical and NVIDIA's driver, but no compiler, and run
    there: apical train --program FOLDER --out RUN. All options of apical train that do not change the program can be
    given then.
    """
    from apical.networks.devices.program import CompiledProgram
    from apical.networks.training.cohort import blueprint_of

    options = given(mice=mice, cells=cells, record=record, pyramidal=pyramidal, teacher=teacher, rule=rule)
    options |= given(device=device, precision=precision, math=math, arch=arch)
    settings = load_config(config, **options)
    if settings.device == "runtime":
        raise UserError("--device runtime compiles nothing; choose cuda_standalone or cpp_standalone")
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise UserError(f"{out} exists; choose another --out")

    with progress("files") as show:
        show("compiling", 0, None)
        program = CompiledProgram(blueprint_of(settings), lambda done, files: show("compiling", done, files))
    _copy(program.folder, settings, out)
    Console().print(
        f"{out} holds the program. Where the GPU is: apical train --program {out} --out RUN",
        highlight=False,
        soft_wrap=True,
    )


def _copy(program: Path, settings: Config, out: Path) -> None:
    """Copy what a run needs to `out`, whole or not at all."""
    from apical.networks.devices.cuda.toolchain import toolchain

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as partial:
            folder = Path(partial, "program")
            shutil.copytree(program, folder, ignore=shutil.ignore_patterns("*.o", "results", "make.log"))
            (folder / "config.json").write_text(settings.model_dump_json(indent=1))
            if settings.device == "cuda_standalone" and (library := toolchain().curand):
                shutil.copy(library, folder)
            folder.chmod(0o755)
            if out.exists():
                out.rmdir()
            folder.rename(out)
    except OSError as error:
        raise UserError(f"cannot write to {out}: {error.strerror or error}") from None


def built_config(program: Path) -> dict:
    """The options that a program was built with. Raises UserError."""
    try:
        return json.loads((program / "config.json").read_text())
    except (OSError, json.JSONDecodeError):
        raise UserError(f"{program} holds no program; make one with: apical build --out {program}") from None
