"""Synapses of the interneurons: receptors, short-term plasticity, and who connects to whom.

Short-term plasticity: Tsodyks & Markram 1997 (PNAS 94:719) as extended by Costa et al. 2013 (Front Comput Neurosci
7:75). At a spike the part u of the resources x is released, x falls by it and u rises by f (1 - u); x recovers to 1,
u to U. With f = U it is the model of 1997.

Neurogliaform cells release by volume transmission: slow GABA_A and GABA_B receptors open on all membranes in the
axonal cloud (Olah et al. 2009, Nature 461:1278), one spike suffices (Tamas et al. 2003, Science 299:1902).
"""

from dataclasses import dataclass

from brian2 import Quantity, ms, mV, nS

from apical.equations.parameters import Parameter, Table

PAYEUR = "Payeur et al. 2021"
TEXTBOOK = "textbook"
BLOCKS = "model: blocks BAC firing for hundreds of ms (Palmer et al. 2012)"
SLOW_A = "GABA_A,slow of neurogliaform cells: decay 20-50 ms (Szabadics et al. 2007)"
SLOW_B = "GABA_B of neurogliaform cells: rise 50-100 ms, decay 100-250 ms (Tamas et al. 2003)"

# fast receptors of an interneuron

FAST_PARAMETERS: Table = {
    "tau_ampa": Parameter(5 * ms, "decay of AMPA receptors", PAYEUR, low=1 * ms),
    "tau_gaba_fast": Parameter(10 * ms, "decay of fast GABA_A receptors", PAYEUR, low=1 * ms),
    "e_ampa": Parameter(0 * mV, "reversal of AMPA receptors", TEXTBOOK),
    "e_gaba_fast": Parameter(-75 * mV, "reversal of fast GABA_A receptors", f"{TEXTBOOK}: -70 to -80 mV"),
}

FAST = """
i_synaptic = g_ampa*(e_ampa - v) + g_gaba_fast*(e_gaba_fast - v) + i_slow : amp
dg_ampa/dt = -g_ampa/tau_ampa : siemens
dg_gaba_fast/dt = -g_gaba_fast/tau_gaba_fast : siemens
i_slow = g_gaba_a*gaba_a*(e_gaba_a - v) + g_gaba_b*gaba_b*(e_gaba_b - v) : amp
"""

# slow receptors of any membrane in layer 1

SLOW_PARAMETERS: Table = {
    "g_gaba_a": Parameter(6 * nS, "slow GABA_A conductance of a release of all cells", BLOCKS, low=0 * nS),
    "g_gaba_b": Parameter(4 * nS, "GABA_B conductance of a release of all cells", BLOCKS, low=0 * nS),
    "e_gaba_a": Parameter(-75 * mV, "reversal of chloride", f"{TEXTBOOK}: -70 to -80 mV"),
    "e_gaba_b": Parameter(-90 * mV, "reversal of potassium", TEXTBOOK),
    "tau_rise_a": Parameter(6 * ms, "rise of slow GABA_A", SLOW_A, low=1 * ms),
    "tau_decay_a": Parameter(40 * ms, "decay of slow GABA_A", SLOW_A, low=1 * ms),
    "tau_rise_b": Parameter(100 * ms, "rise of GABA_B", SLOW_B, low=1 * ms),
    "tau_decay_b": Parameter(220 * ms, "decay of GABA_B", SLOW_B, low=1 * ms),
}


def _receptor(name: str) -> str:
    """Difference of two exponentials that peaks at 1 after a release of 1."""
    log_ratio, span = f"plain_log(tau_rise_{name}/tau_decay_{name})", f"(tau_decay_{name} - tau_rise_{name})"
    return f"""
gaba_{name} = (late_{name} - early_{name})/top_{name} : 1
dlate_{name}/dt = -late_{name}/tau_decay_{name} : 1
dearly_{name}/dt = -early_{name}/tau_rise_{name} : 1
top_{name} = plain_exp({log_ratio}*tau_rise_{name}/{span}) - plain_exp({log_ratio}*tau_decay_{name}/{span}) : 1 (shared)
"""


SLOW = _receptor("a") + _receptor("b")
_OPENED = ("late_a", "early_a", "late_b", "early_b")

#: Both at an apical dendrite, as one conductance.
AT_DENDRITE = """
gaba = 1 : 1
g_gaba = g_gaba_a*gaba_a + g_gaba_b*gaba_b : siemens
e_gaba = (g_gaba_a*gaba_a*e_gaba_a + g_gaba_b*gaba_b*e_gaba_b)/(g_gaba + 1e-9*nS) : volt
"""

#: Equations in place of `equations.ndnf.DENDRITE`.
APICAL = SLOW + AT_DENDRITE

# short-term plasticity of a synapse

#: State at the last spike; what is given before the first one is a synapse at rest.
_DYNAMICS = """
u : 1                          # release probability
x : 1                          # resources
last_arrival : second
"""

#: `weight` is what the first spike after a rest opens.
SYNAPSE = "weight : siemens (constant)\n" + _DYNAMICS

_RELEASE = """
u = u_rest + (u - u_rest)*exp_decay(t - last_arrival, tau_facilitation)
x = 1 + (x - 1)*exp_decay(t - last_arrival, tau_depression)
last_arrival = t
released = u*x/u_rest
x -= u*x
u += u_step*(1 - u)
"""

ON_SPIKE = {
    "ampa": _RELEASE + "g_ampa_post += weight*released\n",
    "gaba": _RELEASE + "g_gaba_fast_post += weight*released\n",
}


def _dynamics(u_rest: float, u_step: float, tau_depression, tau_facilitation, source: str) -> Table:
    return {
        "u_rest": Parameter(u_rest, "release probability of a rested synapse, U", source, low=0.0, high=1.0),
        "u_step": Parameter(u_step, "facilitation by a spike, f", source, low=0.0, high=1.0),
        "tau_depression": Parameter(tau_depression, "recovery of the resources", source, low=1 * ms),
        "tau_facilitation": Parameter(tau_facilitation, "decay of facilitation", source, low=1 * ms),
    }


_GUPTA = "Gupta, Wang, Markram 2000, Science 287:273"

#: Pyramidal cells onto PV and onto SOM.
PYRAMIDAL_DEPRESSING = _dynamics(0.9, 0.1, 20 * ms, 1000 * ms, PAYEUR)
PYRAMIDAL_FACILITATING = _dynamics(0.02, 0.1, 100 * ms, 100 * ms, PAYEUR)
#: Interneurons: class F2 of Gupta et al., the most common one.
INHIBITORY_DEPRESSING = _dynamics(0.25, 0.25, 706 * ms, 21 * ms, f"{_GUPTA}: class F2")
#: Neurogliaform release tires with use: at least as much as class F2.
NEUROGLIAFORM_DEPRESSING = _dynamics(0.25, 0.25, 706 * ms, 21 * ms, f"{_GUPTA}: class F2; Tamas et al. 2003: strong")

#: Effect of a neurogliaform cell: a spike reaches all membranes of its mouse; weight is its part of a full release.
VOLUME_SYNAPSE = "weight : 1 (constant)\n" + _DYNAMICS
ON_VOLUME_SPIKE = (
    _RELEASE + "opened = on_grid(weight*released, 1024)\n" + "".join(f"{name}_post += opened\n" for name in _OPENED)
)

#: After each step, where the order in which spikes arrive must not matter; see `equations.noise.on_grid`.
AFTER_STEP = "\n".join(f"{name} = on_grid({name}, 1024)" for name in _OPENED)


@dataclass(frozen=True)
class Connection:
    """A kind of synapse. receptor : "ampa" or "gaba"; weight : conductance that the first spike opens."""

    receptor: str
    dynamics: Table
    weight: Quantity
    source: str


_STRENGTH = "unitary conductance: model"

#: Connections by (source, target); neurogliaform cells reach all the others by volume transmission. What canopy cells
#: inhibit is not known well enough.
CONNECTIONS = {
    ("pyramidal", "pv"): Connection("ampa", PYRAMIDAL_DEPRESSING, 1 * nS, f"{PAYEUR}; {_STRENGTH}"),
    ("pyramidal", "som"): Connection("ampa", PYRAMIDAL_FACILITATING, 0.2 * nS, f"{PAYEUR}; {_STRENGTH}"),
    ("pv", "pv"): Connection("gaba", INHIBITORY_DEPRESSING, 1 * nS, f"Pfeffer et al. 2013; {_STRENGTH}"),
    ("som", "pv"): Connection("gaba", INHIBITORY_DEPRESSING, 0.5 * nS, f"Pfeffer et al. 2013; {_STRENGTH}"),
    ("som", "neurogliaform"): Connection("gaba", INHIBITORY_DEPRESSING, 0.5 * nS, f"Naumann 2025; {_STRENGTH}"),
}
