"""Faults of brian2cuda that are mended in the sources it writes."""

import re
from pathlib import Path

from apical.networks.devices.patch import patch


def repair(program: Path) -> None:
    """Mend the sources of a generated program. Raises ValueError where they are not as expected."""
    # The values of the program's arguments, among them names of files, would be turned into lower case.
    patch(program / "objects.cu", re.escape("c = std::tolower(static_cast<unsigned char>(c));"), "")
