"""Faults of brian2cuda 1.0b1 that are mended in the sources it writes."""

from pathlib import Path


def repair(program: Path) -> None:
    """Mend the sources of a generated program. Raises ValueError where they are not as expected."""
    keep_case_of_paths(program)


def keep_case_of_paths(program: Path) -> None:
    """The values of the program's arguments, among them names of files, would be turned into lower case."""
    _replace(program / "objects.cu", "c = std::tolower(static_cast<unsigned char>(c));", "")


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    if text.count(old) != 1:
        raise ValueError(f"{path.name} is not as brian2cuda 1.0b1 writes it: {old!r} should occur once")
    path.write_text(text.replace(old, new))
