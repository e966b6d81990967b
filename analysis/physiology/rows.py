"""A row of the table of ``apical validate``: one quantity of a model beside its published range."""

import math
from dataclasses import dataclass

HOLDS, FAILS, NOT_BY_CONSTRUCTION = "holds", "fails", "not by construction"


@dataclass(frozen=True)
class Row:
    """One quantity.

    protocol, quantity : name of the protocol and of what it measures; unit : unit of `value`, `low` and `high`
    value : value of the model; None where it cannot show it by construction, for which `note` gives the reason
    low, high : published range; None is unbounded; source : source of the range
    mandatory : True when a cell must be within the range to pass
    """

    protocol: str
    quantity: str
    value: float | None
    unit: str
    low: float | None
    high: float | None
    source: str
    mandatory: bool = True
    note: str = ""

    @property
    def verdict(self) -> str:
        """Computed from value and range; a value that is not a number fails."""
        if self.value is None:
            return NOT_BY_CONSTRUCTION
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return HOLDS if low <= self.value <= high else FAILS
