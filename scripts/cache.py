"""``apical cache``: show the compiled programs that are kept, and remove those that are not needed."""

import time
from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.table import Table

from apical.networks.devices.cache import cache_folder, entries, prune
from apical.networks.files import cannot_write

DAY = 86400.0


def cache(
    remove: Annotated[bool, typer.Option("--prune", help="Remove what was not used for --older-than days.")] = False,
    older_than: Annotated[float, typer.Option(min=0, metavar="DAYS", help="With --prune; 0 removes all.")] = 30.0,
) -> None:
    """Show the compiled programs that are kept, with their sizes and last use; --prune removes old ones.

    A program that is being built or run stays. What is removed is compiled anew when it is needed again.
    Example: apical cache --prune --older-than 7
    """
    console, found, now = Console(), entries(), time.time()
    if not remove:
        table = Table(box=None, header_style="bold")
        for heading in ("name", "what", "size", "last use"):
            table.add_column(heading, justify="left" if heading in ("name", "what") else "right")
        for entry in found:
            table.add_row(entry.folder.name, entry.what, decimal(entry.size), _age(now - entry.used))
        console.print(table)
        total = decimal(sum(entry.size for entry in found))
        console.print(f"{cache_folder()}: {len(found)} entries, {total}", highlight=False, soft_wrap=True)
        return
    removed = kept = freed = 0
    try:
        for entry, gone in prune([entry for entry in found if now - entry.used >= older_than * DAY]):
            removed, kept, freed = removed + gone, kept + (not gone), freed + gone * entry.size
    except OSError as error:
        raise cannot_write(cache_folder(), error) from None
    in_use = f"; {kept} in use stay" if kept else ""
    console.print(f"{removed} entries removed, {decimal(freed)} freed{in_use}", highlight=False)


def _age(seconds: float) -> str:
    for unit, length in (("days", DAY), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit} ago"
    return "now"
