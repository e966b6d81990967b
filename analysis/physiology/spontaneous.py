"""The learning rule in pyramidal cells that fire by themselves: several somatic and apical drives, Poisson inputs."""

from dataclasses import dataclass

import numpy as np
from brian2 import Clock, Hz, Network, NeuronGroup, SpikeMonitor, linked_var, ms, mV, pA, second

from analysis.physiology.by_hand import Rule, classify, weight_change
from equations.task import FRAME_RATE
from models.inputs import PARAMETERS as INPUT_PARAMETERS
from models.inputs import SYNAPSE_PARAMETERS, feed_forward, input_units
from models.pyramidal import LINKED, PARAMETERS, pyramidal_cells

STEP = 0.5  # ms
SOMATIC = np.array([150, 250, 350, 450])  # pA
APICAL = np.array([-100, 0, 100, 200, 300, 400])  # pA
INPUTS, INPUT_RATE = 20, 8.0  # for each cell; Hz
WEIGHT = 80.0  # pA
#: Averages at the start (Hz): a running burst fraction of 0.2, which 300 s of memory hold.
EVENTS, BURSTS = 5.0, 1.0


@dataclass(frozen=True)
class Learned:
    """Of each cell: events (Hz), burst fraction; of each cell and input: weight change and the same by hand (pA)."""

    event_rate: np.ndarray
    burst_fraction: np.ndarray
    change: np.ndarray
    by_hand: np.ndarray


def learn(duration: float = 8.0, seed: int = 1) -> Learned:
    """Run `duration` s of all drives at once, each in a mouse of its own, without forgetting."""
    soma, apical = (drive.ravel() for drive in np.meshgrid(SOMATIC, APICAL))
    count, clock = soma.size, Clock(STEP * ms)
    frames = Clock(1 / FRAME_RATE)
    cells = pyramidal_cells(count, frozenset({"i_bias_soma", "i_bias_apical"}), clock, frames)
    units = input_units(count * INPUTS, frozenset(), clock, frames)
    synapses = feed_forward(units, cells, count, frozenset(), clock)
    for target, table in ((cells, PARAMETERS), (units, INPUT_PARAMETERS), (synapses, SYNAPSE_PARAMETERS)):
        for name, parameter in table.items():
            setattr(target, name, parameter.value)
    cells.forgetting = 0
    cells.i_bias_soma, cells.i_bias_apical = soma * pA, apical * pA
    cells.v_soma = cells.v_apical = -70 * mV
    cells.v_threshold = -50 * mV
    cells.last_spike = units.last_spike = -(2**20)
    cells.f0 = 1
    cells.event_average, cells.burst_average = EVENTS * Hz, BURSTS * Hz
    cells.mouse, cells.seed = np.arange(count), seed
    units.rate_active = INPUT_RATE * Hz
    units.mouse, units.unit = np.divmod(np.arange(count * INPUTS), INPUTS)
    units.seed, units.task_pool = seed, 1
    synapses.w = WEIGHT * pA
    mice = NeuronGroup(count, "".join(f"{name} : {unit}\n" for name, unit in LINKED.items()), clock=clock)
    mice.closed_loop = mice.cursor_variance = 1
    for name in LINKED:
        setattr(cells, name, linked_var(mice, name))
    task = NeuronGroup(count * INPUTS, "engaged : integer\nlatent : 1", clock=clock)
    task.engaged = 1
    units.engaged, units.latent = linked_var(task, "engaged"), linked_var(task, "latent")
    spikes, fired = SpikeMonitor(cells), SpikeMonitor(units)
    Network(cells, units, synapses, mice, task, spikes, fired).run(duration * second, namespace={})

    post, pre = ([np.sort(train / second) for train in m.spike_trains().values()] for m in (spikes, fired))
    value = lambda name, table, unit: float(table[name].value / unit)  # noqa: E731
    rule = Rule(
        value("eta", PARAMETERS, pA),
        value("tau_trace", INPUT_PARAMETERS, second),
        value("tau_average", PARAMETERS, second),
        value("burst_interval", PARAMETERS, second),
    )
    events, bursts = np.array([[kind.sum() for kind in classify(train, rule.burst_interval)] for train in post]).T
    by_hand = [
        [weight_change(train, post[cell], rule, EVENTS, BURSTS) for train in pre[cell * INPUTS : (cell + 1) * INPUTS]]
        for cell in range(count)
    ]
    change = np.asarray(synapses.w / pA).reshape(count, INPUTS) - WEIGHT
    return Learned(events / duration, bursts / np.maximum(events, 1), change, np.array(by_hand))
