"""Pairing protocols of Payeur et al. 2021 (Nat Neurosci 24:1010), figure 2: forced spike trains on both sides.

The circuit's learning rule runs on all pairs of all protocols in one network; `by_hand` gives the published curve
from the same spikes. Weights are in units of the published ones; 1 stands for 1 pA. The inputs of the circuit fire
events, no bursts: of a presynaptic burst the synapse sees the first spike, as in the published rule.
"""

from dataclasses import dataclass

import numpy as np
from brian2 import Clock, Hz, Network, NeuronGroup, SpikeGeneratorGroup, Synapses, mV, pA, second

from apical.analysis.physiology.by_hand import PUBLISHED, Rule, classify, weight_change
from apical.equations import noise, plasticity, pyramidal
from apical.equations.parameters import declarations

STEP = 2e-3  # s

#: Steps between the spikes of a sequence of 5 pairings, 15 times, 10 s apart.
PERIODIC_STEPS = np.array([5, 6, 7, 9, 10, 13, 17, 25, 50])
EPOCHS, PAIRINGS, PAUSE = 15, 5, 11.0
BURST_PROBABILITIES = np.arange(0, 0.5, 0.05)
EVENT_RATES = (5.0, 10.0)  # Hz
POISSON_RATES = np.linspace(1, 50, 10)  # Hz
POISSON_FRACTIONS = (0.3, 0.5)
DURATION, REPEATS = 100.0, 20


@dataclass(frozen=True)
class Pair:
    """One synapse: spikes of both sides (s), averages of events and bursts at the start (Hz), what was done.

    Of `pre` the synapse sees the spikes that open an event.
    """

    pre: np.ndarray
    post: np.ndarray
    events: float
    bursts: float
    protocol: tuple

    @property
    def pre_events(self) -> np.ndarray:
        return self.pre[classify(self.pre, PUBLISHED.burst_interval)[0]]

    def published_change(self) -> float:
        return weight_change(self.pre_events, self.post, PUBLISHED, self.events, self.bursts)


def periodic(epochs: int = EPOCHS) -> list[Pair]:
    """Sequences of pairings without delay, at one frequency (Hz) each."""
    pairs = []
    for steps in PERIODIC_STEPS:
        sequence = np.arange(PAIRINGS) * steps
        starts = np.arange(epochs) * (round(PAUSE / STEP) + PAIRINGS * steps)
        spikes = STEP * (5 + starts[:, None] + sequence).ravel()
        pairs.append(Pair(spikes, spikes, 5.0, 0.15 * 5, ("periodic", 1 / (steps * STEP))))
    return pairs


def poisson(generator: np.random.Generator, duration: float = DURATION, repeats: int = REPEATS // 2) -> list[Pair]:
    """Both sides Poisson at one rate (Hz); the running burst fraction starts at 0.3 or 0.5."""

    def train(rate):
        return on_grid(np.cumsum(generator.exponential(1 / rate, round(3 * rate * duration) + 20)), duration)

    return [
        Pair(train(rate), train(rate), 5.0, fraction * 5, ("poisson", rate, fraction))
        for fraction in POISSON_FRACTIONS
        for rate in POISSON_RATES
        for _ in range(repeats)
    ]


def burst_poisson(generator: np.random.Generator, duration: float = DURATION, repeats: int = REPEATS) -> list[Pair]:
    """Events at 5 or 10 Hz, a part of them bursts, on both sides; the running burst fraction starts at 0.2."""

    def train(rate, probability):
        n = round(2 * rate * duration) + 20
        burst = generator.random(n) < probability
        within = np.where(burst, 0.004 + generator.uniform(0, 0.010, n), 0)
        gap = 0.020 + generator.exponential(1 / rate - 0.020, n)
        opened = np.cumsum(gap) + np.cumsum(within) - within
        return on_grid(np.sort(np.concatenate([opened, (opened + within)[burst]])), duration)

    return [
        Pair(train(rate, p), train(rate, p), rate, 0.2 * rate, ("burst Poisson", rate, p))
        for rate in EVENT_RATES
        for p in BURST_PROBABILITIES
        for _ in range(repeats)
    ]


def on_grid(spikes: np.ndarray, duration: float) -> np.ndarray:
    """Spikes (s) up to `duration` on the time steps of the protocols, one at most in each."""
    inside = spikes[(spikes > 2 * STEP) & (spikes < duration)]
    return np.unique(np.rint(inside / STEP)) * STEP


_INPUT = "fire : 1\n" + plasticity.INPUT_EQUATIONS + declarations(plasticity.INPUT_PARAMETERS)
_CELL = """
v_soma : volt
v_threshold : volt
w_soma : 1
event : 1
burst : 1
event_count : 1
burst_count : 1
last_spike : integer
since_spike = (t_in_timesteps - last_spike)*dt : second
"""


def changes(pairs: list[Pair], rule: Rule = PUBLISHED) -> np.ndarray:
    """Weight change of each pair by the circuit's learning rule, with the constants of `rule`."""
    clock, count = Clock(STEP * second), len(pairs)
    inputs = NeuronGroup(
        count,
        _INPUT,
        threshold="fire > 0",
        reset="fire = 0\n" + plasticity.INPUT_RESET,
        namespace=dict(noise.FUNCTIONS),
        clock=clock,
    )
    cells = NeuronGroup(
        count,
        _CELL + plasticity.EQUATIONS,
        method="euler",
        threshold=pyramidal.SPIKE,
        reset=pyramidal.RESET + plasticity.RESET,
        namespace={
            **{name: pyramidal.PARAMETERS[name].value for name in ("e_leak", "burst_interval")},
            **{"threshold_step": 0 * mV, "closed_loop": 1, "forgetting": 0},
            **{"eta": rule.eta * pA, "tau_average": rule.tau_average * second},
        },
        clock=clock,
    )
    synapses = Synapses(
        inputs,
        cells,
        plasticity.SYNAPSE,
        on_post=plasticity.ON_POST,
        delay={"post": 0 * second},
        namespace=noise.FUNCTIONS | {"w_max": 2 * _START * pA},
        clock=clock,
    )
    synapses.post.when = "after_resets"
    synapses.connect(j="i")
    inputs.tau_trace = rule.tau_trace * second
    inputs.last_spike = cells.last_spike = -(2**20)
    cells.v_soma = pyramidal.PARAMETERS["e_leak"].value
    cells.v_threshold = pyramidal.PARAMETERS["v_threshold_rest"].value
    cells.event_average = [pair.events for pair in pairs] * Hz
    cells.burst_average = [pair.bursts for pair in pairs] * Hz
    synapses.w = _START * pA
    forced = [
        *_forced([pair.pre_events for pair in pairs], inputs, "fire_post = 1", clock),
        *_forced([pair.post for pair in pairs], cells, "v_soma_post += 100*mV", clock),
    ]
    end = max(pair.post[-1] for pair in pairs) + 2 * STEP
    Network(inputs, cells, synapses, *forced).run(end * second)
    return np.asarray(synapses.w / pA) - _START


_START = 1000.0  # far from the bounds of a weight


def _forced(trains: list[np.ndarray], target: NeuronGroup, action: str, clock: Clock) -> list:
    """Objects that let each neuron of `target` spike at the given times (s); `action` lifts it over its threshold."""
    neuron = np.repeat(np.arange(len(trains)), [train.size for train in trains])
    # What arrives in one step is a spike in the next.
    times = (np.rint(np.concatenate(trains) / STEP) - 1) * STEP
    source = SpikeGeneratorGroup(len(trains), neuron, times * second, clock=clock)
    synapses = Synapses(source, target, on_pre=action, clock=clock)
    synapses.pre.when = "after_resets"  # a reset would undo it
    synapses.connect(j="i")
    return [source, synapses]
