"""The publications that parameters name as their sources, as BibTeX."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("bibliography.bib")

#: A publication as sources name it: first author and year, such as ``Hay et al. 2011`` or ``Naud & Sprekeler 2018``.
_NAMED = re.compile(r"([A-Z][a-z]+)(?: et al\.| & [A-Z][\w-]+|, [A-Z][\w, ]+)? ((?:19|20)\d\d)")


@dataclass(frozen=True)
class Publication:
    """key : of the entry, first author and year; text : the entry as the file has it"""

    key: str
    text: str


def publications() -> dict[str, Publication]:
    """All entries of the bibliography, by key."""
    entries = re.split(r"\n(?=@)", FILE.read_text().strip())
    keys = re.findall(r"^@\w+\{(\w+),", "\n".join(entries), flags=re.M)
    return {key: Publication(key, entry.strip()) for key, entry in zip(keys, entries, strict=True)}


def named_in(sources: Iterable[str]) -> dict[str, str]:
    """Publications that sources name: key, such as ``Hay2011``, to the words, such as ``Hay et al. 2011``."""
    return {f"{m[1]}{m[2]}": m[0] for source in sources for m in _NAMED.finditer(source)}
