"""Protocol of all that a program is compiled from."""

from typing import ClassVar

from brian2 import Network

from apical.networks.circuits.demand import Demand


class Compiled:
    """A frozen dataclass whose fields decide over the program; everything else are values that a run is given.

    duration : ``group.variable`` that holds the seconds of a run
    many_synapses : True when its program is one of many synapses, to be made lighter
    """

    duration: ClassVar[str]
    many_synapses: ClassVar[bool] = False

    def build(self) -> Network:
        """The Brian2 objects."""
        raise NotImplementedError

    @property
    def demand(self) -> Demand:
        """Demand on a GPU."""
        raise NotImplementedError
