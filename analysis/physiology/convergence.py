"""Dependence of the numbers of the protocols on the time step."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from apical.analysis.physiology.protocols import PROTOCOLS
from apical.analysis.physiology.rows import Row
from apical.models.cells import Cell

#: Parts of the cell's time step; the last stands for the limit.
PARTS = (1, 2, 4)


@dataclass(frozen=True)
class Converging:
    """A row of the table at the time steps dt/`PARTS`, each in ms."""

    row: Row
    steps: tuple[float, ...]
    values: tuple[float | None, ...]

    @property
    def error(self) -> float | None:
        """Relative difference between the coarsest and the finest step; None where there is no number or it is zero."""
        first, last = self.values[0], self.values[-1]
        return abs(first / last - 1) if first is not None and last else None


def convergence(cell: Cell, progress: Callable[[str], None] = lambda step: None) -> list[Converging]:
    """All rows of all protocols at dt, dt/2 and dt/4."""
    steps = tuple(cell.dt / part for part in PARTS)
    tables: list = []
    for dt in steps:
        finer = replace(cell, dt=dt)
        tables.append([])
        for protocol in PROTOCOLS:
            progress(f"{cell.name}: {protocol.__name__.rpartition('.')[2].replace('_', ' ')} at {dt:g} ms")
            tables[-1] += protocol.rows_and_figure(finer)[0]
    # Of noisy drive the best point of the grid, which is in the name, may differ: rows go by their order.
    return [Converging(rows[0], steps, tuple(row.value for row in rows)) for rows in zip(*tables, strict=True)]
