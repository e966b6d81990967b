"""Export a run, one mouse and session after the other."""

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from apical.analysis.export import nwb, tables
from apical.analysis.export.folder import claim, exported, finish
from apical.analysis.export.recording import Recording, not_recorded, package
from apical.networks.errors import UserError
from apical.networks.training.store import open_run, read_description

FORMATS = ("nwb", "csv", "parquet")


def export_run(
    run: str | Path,
    out: str | Path,
    format: str = "nwb",
    mouse: int | None = None,
    session: int | None = None,
    overwrite: bool = False,
    progress: Callable[[int, int, str], None] = lambda done, total, what: None,
) -> list[str]:
    """Write a finished run to the folder `out`; returns what the run has not recorded, in words.

    format : ``nwb``, a file per mouse and session; ``csv`` or ``parquet``, a file per table
    mouse, session : number of the only mouse, only day; all when None
    overwrite : replace an earlier export in `out`
    progress : called with what is done, what there is to do, and the name of what comes

    Files are whole or not there. When an earlier call with the same arguments was killed, its whole files are kept.
    Raises UserError: damaged, unfinished or foreign run, no such mouse or session, existing or unwritable output,
    full disk, missing package, a file in `out` that is not as an export wrote it.
    """
    if format not in FORMATS:
        raise UserError(f"unknown format {format}; known: {', '.join(FORMATS)}")
    for name in ("pynwb",) if format == "nwb" else ("pyarrow.csv", "pyarrow.parquet"):
        package(name, f"--format {format}")
    run, out = Path(run), Path(out)
    data = open_run(run)
    description = read_description(run)
    recordings = [
        Recording(data, position, day)
        for day in _chosen("session", data.session.values, session)
        for position, number in enumerate(data.mouse.values)
        if number in _chosen("mouse", data.mouse.values, mouse)
    ]
    request = {"store_sha256": description["store_sha256"], "format": format, "mouse": mouse, "session": session}
    request["apical"] = version("apical")

    if format == "nwb":
        paths = {nwb.file_name(r): r for r in recordings}
        files = list(paths)
        todo = claim(out, request, files, overwrite)
        for done, name in enumerate(todo):
            progress(done, len(todo), Path(name).stem)
            with exported(out, name) as partial:
                nwb.write(paths[name], description, partial)
    else:
        chosen = {f"{name}.{format}": table for name, table in tables.TABLES.items() if table.recorded(data)}
        files = [*chosen, "README.txt"]
        todo = claim(out, request, files, overwrite)
        total = len(recordings) * sum(name in chosen for name in todo)
        done = 0
        for name in todo:
            with exported(out, name) as partial:
                if name == "README.txt":
                    partial.write_text(tables.readme(chosen, recordings[0], run.name))
                    continue
                with tables.Writer(partial, format) as writer:
                    for recording in recordings:
                        progress(done, total, name)
                        writer.write(chosen[name], recording)
                        done += 1
    finish(out)
    return not_recorded(data)


def _chosen(what: str, numbers, only: int | None) -> list[int]:
    numbers = [int(n) for n in numbers]
    if only is not None and only not in numbers:
        raise UserError(f"the run has no {what} {only}; it has {numbers[0]} to {numbers[-1]}")
    return numbers if only is None else [only]
