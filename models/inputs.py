"""Feed-forward inputs of a cohort and their plastic synapses onto the somata."""

from brian2 import NeuronGroup, Synapses, ms

from apical.equations import inputs, noise, plasticity, pyramidal
from apical.equations.parameters import Table, declarations
from apical.models.connect import within_mice
from apical.models.rules import BURST_DEPENDENT, Rule

LATENT_PARAMETERS: Table = inputs.LATENT_PARAMETERS


def tables(rule: Rule) -> dict[str, Table]:
    """Parameters of the groups that this module makes, by their names."""
    return {
        "inputs": inputs.PARAMETERS | rule.input_parameters,
        "latents": LATENT_PARAMETERS,
        "feed_forward": plasticity.SYNAPSE_PARAMETERS | rule.synapse_parameters,
    }


def slow_latents(count: int, varied: frozenset[str], frame_clock) -> NeuronGroup:
    """Slow fluctuations that groups of inputs share."""
    return NeuronGroup(
        count,
        inputs.LATENT + declarations(LATENT_PARAMETERS, varied),
        method="euler",
        namespace=dict(noise.FUNCTIONS),
        clock=frame_clock,
        name="latents",
    )


def input_units(count: int, varied: frozenset[str], clock, frame_clock, rule: Rule = BURST_DEPENDENT) -> NeuronGroup:
    """`count` Poisson units; `engaged` and `latent` (linked) set their rates at each frame."""
    group = NeuronGroup(
        count,
        f"{inputs.EQUATIONS}\n{rule.input_equations}"
        + "\nengaged : integer (linked)\nlatent : 1 (linked)\n"
        + declarations(tables(rule)["inputs"], varied),
        method="euler",
        threshold=inputs.SPIKE,
        reset=rule.input_reset,
        namespace=dict(noise.FUNCTIONS),
        clock=clock,
        name="inputs",
    )
    group.run_regularly(inputs.FRAME, clock=frame_clock, when="before_groups", name="input_rates")
    return group


def feed_forward(
    source: NeuronGroup,
    target: NeuronGroup,
    mice: int,
    varied: frozenset[str],
    clock,
    current: str = "i_input",
    rule: Rule = BURST_DEPENDENT,
) -> Synapses:
    """All inputs of a mouse onto all its pyramidal cells, plastic by `rule`.

    current : the variable of the target that they add to
    """
    synapses = Synapses(
        source,
        target,
        plasticity.SYNAPSE + "\n" + rule.synapse + "\n" + declarations(tables(rule)["feed_forward"], varied),
        on_pre=plasticity.ON_PRE.format(current=current) + "\n" + rule.on_pre,
        on_post=rule.on_post,
        delay=dict.fromkeys(("pre", "post"), 0 * ms),
        namespace=noise.FUNCTIONS | {"input_range": pyramidal.INPUT_RANGE},
        clock=clock,
        name="feed_forward",
    )
    synapses.post.when = "after_resets"  # the reset classifies the spike as event or burst
    within_mice(synapses, mice)
    return synapses
