"""Patches to the sources that Brian2 and brian2cuda write."""

import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

#: The versions whose sources the patches are made for.
MADE_FOR = {"brian2": "2.10.1", "brian2cuda": "1.0b1"}

Replacement = str | Callable[[re.Match], str]


def patch(path: Path, pattern: str, replacement: Replacement, places: int | None = 1) -> None:
    """Replace what matches a regular expression in a generated source; see `patched`."""
    path.write_text(patched(path.read_text(), pattern, replacement, places, path.name))


def patched(text: str, pattern: str, replacement: Replacement, places: int | None = 1, name: str = "source") -> str:
    """`text` with the matches of a regular expression replaced; its dots match line ends.

    places : number of matches that there must be; None, one or more
    name : name of the source, for the error
    Raises ValueError, with the expected and installed versions, where the text is not as expected.
    """
    text, count = re.subn(pattern, replacement, text, flags=re.DOTALL)
    if count != places and not (places is None and count):
        expected = ", ".join(f"{package} {number}" for package, number in MADE_FOR.items())
        found = ", ".join(f"{package} {version(package)}" for package in MADE_FOR)
        wanted = "some" if places is None else places
        raise ValueError(
            f"{name} is not as expected of {expected} (installed: {found}): {count} places to patch, not {wanted}"
        )
    return text
