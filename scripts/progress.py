"""Progress of a command: a bar in a terminal, else a line per step, for logs."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

#: Called with what is under way, how much is done, and how much there is to do (None: not known).
Show = Callable[[str, float, float | None], None]

#: What takes less, in s, leaves no line.
BRIEF = 2.0

#: Counts within a step, such as files that are compiled: no step of their own.
_COUNT = re.compile(r"\s*\d+/\d+\s*$")


@contextmanager
def progress(unit: str) -> Iterator[Show]:
    """Show progress in `unit`, such as ``days``."""
    console = Console()
    yield from (_bar if console.is_terminal else _lines)(console, unit)


def _bar(console: Console, unit: str) -> Iterator[Show]:
    columns = (TextColumn("{task.description:<20}"), BarColumn(), TextColumn("{task.fields[count]}"))
    times = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    # A phase can take minutes.
    with Progress(*columns, *times, console=console, transient=True, speed_estimate_period=1e9) as bar:
        task = bar.add_task("", total=None, count="")

        def show(what: str, done: float, total: float | None) -> None:
            count = "" if total is None else f"{done:.3g}/{total:g} {unit}"
            bar.update(task, description=what, completed=done, total=total, count=count)

        yield show


def _lines(console: Console, unit: str) -> Iterator[Show]:
    started, shown = time.monotonic(), ""
    held: list[str] = []

    def show(what: str, done: float, total: float | None) -> None:
        nonlocal shown
        if (step := _COUNT.sub("", what)) != shown:
            shown, seconds = step, time.monotonic() - started
            held.append(f"{seconds:7.0f} s  {step}" + (f"  {done:.3g} of {total:g} {unit}" if total else ""))
            if seconds >= BRIEF:
                console.print("\n".join(held), highlight=False, markup=False, soft_wrap=True)
                held.clear()

    yield show
