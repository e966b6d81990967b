"""Plasticity rules of the synapses of feed-forward inputs onto pyramidal cells."""

from dataclasses import dataclass, field

from apical.equations import plasticity
from apical.equations.parameters import Table
from apical.models.component import Component, Registry


@dataclass(frozen=True, eq=False, repr=False)
class Rule(Component):
    """Rule by which the weight `w` (amp, 0 to `w_max`) of a synapse changes; all strings are Brian2 code.

    parameters, equations, reset : parts in the postsynaptic cell; the reset runs at each of its spikes, after
        that of the cell, and reads `event` (1 if the spike opened an event), `burst` (1 if it turned one into a burst),
        `closed_loop` (1 in trials with feedback; nothing is learned outside) and variables of the cell
    input_parameters, input_equations, input_reset : parts in the presynaptic input; the reset runs at its spikes
    synapse_parameters, synapse : parts in the synapse itself, besides `w` and `w_max`
    on_pre : at a presynaptic spike, after its current; on_post : at a postsynaptic spike, after the reset. With the
        suffixes ``_pre`` and ``_post`` they read what is in the two cells
    averages : variables of the postsynaptic cell that run on from the baseline into the closed loop and the next day,
        with the parameter that is their time constant; they start from 0
    slow : its other variables that a day hands to the next, with their value before day 1, in SI units
    rates : parameters of the postsynaptic cell that a protocol with shorter days scales up, so that days learn alike
    """

    parameters: Table = field(default_factory=dict)
    equations: str = ""
    reset: str = ""
    input_parameters: Table = field(default_factory=dict)
    input_equations: str = ""
    input_reset: str = ""
    synapse_parameters: Table = field(default_factory=dict)
    synapse: str = ""
    on_pre: str = ""
    on_post: str = ""
    averages: dict[str, str] = field(default_factory=dict)
    slow: dict[str, float] = field(default_factory=dict)
    rates: tuple[str, ...] = ()

    def __post_init__(self):
        super().__post_init__()
        for name in (*self.averages.values(), *self.rates):
            if name not in self.parameters:
                raise ValueError(f"rule {self.name}: {name!r} is none of its parameters")


BURST_DEPENDENT = Rule(
    name="burst_dependent",
    meaning="a burst strengthens, an event weakens by the running burst fraction (Payeur et al. 2021)",
    parameters=plasticity.PARAMETERS,
    equations=plasticity.EQUATIONS,
    reset=plasticity.RESET,
    input_parameters=plasticity.INPUT_PARAMETERS,
    input_equations=plasticity.INPUT_EQUATIONS,
    input_reset=plasticity.INPUT_RESET,
    on_post=plasticity.ON_POST,
    averages={"event_average": "tau_average", "burst_average": "tau_average"},
    rates=("eta", "forgetting"),
)

RULES = Registry(Rule, BURST_DEPENDENT)
