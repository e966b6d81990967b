"""``apical build``: generate and compile the program of a cohort without running it."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from apical.networks.errors import UserError
from apical.networks.recorded import RECORD
from apical.networks.training.config import Config, load_config

#: Help of ``--record``.
RECORD_HELP = "; ".join(f"{name}: {meaning}" for name, meaning in RECORD.items()) + "."


def option(help_text: str, field: str | None = None):
    """A command-line option; the default of a field of the configuration is named in its help."""
    default = f" Default: {Config.model_fields[field].default}." if field else ""
    return typer.Option(help=help_text + default, show_default=False)


def build(
    out: Annotated[Path, typer.Option(help="Folder of the program; must be new or empty.", show_default=False)],
    mice: Annotated[int | None, option("Number of mice.", "mice")] = None,
    cells: Annotated[int | None, option("Layer 5 pyramidal cells per mouse.", "cells")] = None,
    record: Annotated[str | None, option(RECORD_HELP, "record")] = None,
    device: Annotated[str, option("cuda_standalone or cpp_standalone. Default: cuda_standalone.")] = "cuda_standalone",
    precision: Annotated[str | None, option("double or single.", "precision")] = None,
    math: Annotated[str | None, option("precise (as on the CPU) or fast (nvcc -use_fast_math).", "math")] = None,
    arch: Annotated[
        str | None, option("GPUs to compile for. Default: that of this machine, else sm_80,sm_90 (A100, H100).")
    ] = None,
    config: Annotated[
        Path | None, option("TOML file with these and the options of apical train, and a table of parameters.")
    ] = None,
) -> None:
    """Generate and compile the program of a cohort, for this machine or for a GPU elsewhere.

    Copy the folder to the machine with the GPU, which needs apical and NVIDIA's driver, but no compiler, and run
    there: apical train --program FOLDER --out RUN. All options of apical train that do not change the program can be
    given then.
    """
    from apical.networks.devices.program import CompiledProgram
    from apical.networks.training.cohort import blueprint_of

    options = dict(mice=mice, cells=cells, record=record, device=device, precision=precision, math=math, arch=arch)
    settings = load_config(config, **{name: value for name, value in options.items() if value is not None})
    if settings.device == "runtime":
        raise UserError("--device runtime compiles nothing; choose cuda_standalone or cpp_standalone")
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise UserError(f"{out} exists; choose another --out")

    console = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total} files"))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task("compiling", total=None)
        program = CompiledProgram(
            blueprint_of(settings),
            lambda done, files: bar.update(task, completed=done, total=files),
        )
    _copy(program.folder, settings, out)
    console.print(
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
            out.exists() and out.rmdir()
            folder.rename(out)
    except OSError as error:
        raise UserError(f"cannot write to {out}: {error.strerror or error}") from None


def built_config(program: Path) -> dict:
    """The options that a program was built with. Raises UserError."""
    try:
        return json.loads((program / "config.json").read_text())
    except (OSError, json.JSONDecodeError):
        raise UserError(f"{program} holds no program; make one with: apical build --out {program}") from None
