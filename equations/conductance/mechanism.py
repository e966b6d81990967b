"""Mechanisms: each is a conductance with its reversal potential and gating variables, in any compartment."""

from dataclasses import dataclass, field

from apical.equations.conductance.gates import Gate


@dataclass(frozen=True)
class Mechanism:
    """A current g*(reversal - v) into a compartment.

    name : NAME of ``i_NAME_soma``; reversal : name of the reversal potential
    open : the open fraction; ``{c}`` stands for the compartment
    peak : name of the conductance when all is open, if not ``gmax_NAME_REGION``
    gates : formulas by name; each compartment has gating variables of its own
    extra : further equations of the mechanism in a compartment
    """

    name: str
    reversal: str
    open: str = "1"
    peak: str = ""
    gates: dict[str, Gate] = field(default_factory=dict)
    extra: str = ""

    def maximum(self, region: str) -> str:
        """Name of the parameter that holds the maximal conductance in `region`."""
        return self.peak or f"gmax_{self.name}_{region}"

    def equations(self, c: str, region: str, part: str = "") -> str:
        """The mechanism in compartment `c`, which has `part` (such as ``/4``) of the conductance of its region."""
        lines = [
            f"i_{self.name}_{c} = g_{self.name}_{c}*({self.reversal} - v_{c}) : amp",
            f"g_{self.name}_{c} = {self.maximum(region)}{part}*{self.open.format(c=c)} : siemens",
            *(f"d{gate}_{c}/dt = ({gate}_inf(v_{c}) - {gate}_{c})*{gate}_rate(v_{c}) : 1" for gate in self.gates),
        ]
        return "\n".join(lines) + "\n" + self.extra.format(c=c)
