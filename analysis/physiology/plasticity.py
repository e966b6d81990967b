"""Burst-dependent plasticity beside its published form: by hand from the spikes, and Payeur et al. 2021, figure 2."""

from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from apical.analysis.figures.style import ROLE_COLOURS, styled
from apical.analysis.physiology.interpreted import interpreted
from apical.analysis.physiology.pairing import Pair, burst_poisson, changes, periodic, poisson
from apical.analysis.physiology.rows import Row
from apical.analysis.physiology.spontaneous import BURSTS, EVENTS, Learned, learn
from apical.equations.pyramidal import BURST_INTERVAL
from apical.models.cells import Cell

PROTOCOL = "burst-dependent plasticity"
PAYEUR = "Payeur et al. 2021, Fig. 2"
INVERSE = f"1/({1e3 * BURST_INTERVAL:g} ms)"  # above it all spikes of a train are one burst
MODEL, PUBLISHED = "#0072B2", "0.55"
START = 0.2  # running burst fraction of the burst-Poisson pairing


def rows_and_figure(cell: Cell) -> tuple[list[Row], Figure]:
    """The circuit's learning rule: with the spikes of cells that fire by themselves, and with forced ones."""
    with interpreted():
        learned = learn(cell)
    pairings = measure_pairings()
    return spontaneous_rows(learned) + pairing_rows(*pairings), draw(learned, *pairings)


@cache
@interpreted()
def measure_pairings() -> tuple[list[Pair], np.ndarray, np.ndarray]:
    """All pairs of the published protocols, their change in the circuit, and that of the published rule; run once."""
    generator = np.random.default_rng(1)
    pairs = periodic() + poisson(generator) + burst_poisson(generator)
    return pairs, changes(pairs), np.array([pair.published_change() for pair in pairs])


def spontaneous_rows(learned: Learned) -> list[Row]:
    """Circuit and hand agree; no change at the running burst fraction."""
    error = 100 * np.max(np.abs(learned.change - learned.by_hand)) / np.max(np.abs(learned.by_hand))
    # Per event the rule asks for eta (burst - Pbar) times the trace: a line in the burst fraction.
    fires = learned.event_rate > 1
    per_event = learned.change.mean(1)[fires] / learned.event_rate[fires]
    slope, offset = np.polyfit(learned.burst_fraction[fires], per_event, 1)
    return [
        Row(PROTOCOL, "largest deviation from the rule by hand", error, "%", 0, 1, "Payeur et al. 2021: the rule"),
        Row(
            PROTOCOL,
            "spontaneous firing: burst fraction without change",
            -offset / slope,
            "",
            0.15,
            0.25,
            f"Payeur et al. 2021: the running fraction, {BURSTS / EVENTS}",
        ),
    ]


def pairing_rows(pairs: list[Pair], change: np.ndarray, published: np.ndarray) -> list[Row]:
    """Forced spikes: the published curves, and where they change sign."""
    error = 100 * np.max(np.abs(change - published)) / np.max(np.abs(published))
    frequency, periodic_change = curve(pairs, change, "periodic")
    interval = 1 / frequency
    rises = np.argmax(periodic_change > 0)
    sign = 2 / (interval[rises] + interval[rises - 1])
    slope, zero = {}, {}
    for rate in (5.0, 10.0):
        probability, mean = curve(pairs, change, "burst Poisson", rate)
        slope[rate], offset = np.polyfit(probability, mean, 1)
        zero[rate] = -offset / slope[rate]
    published_sign = f"{PAYEUR}: {INVERSE} = {1 / BURST_INTERVAL:g} Hz"
    return [
        Row(PROTOCOL, "pairing: largest deviation from the published rule", error, "%", 0, 2, PAYEUR),
        Row(PROTOCOL, "periodic pairing: change of sign", sign, "Hz", 60, 65, published_sign),
        Row(PROTOCOL, "burst fraction without change, 5 Hz", zero[5.0], "", 0.14, 0.26, f"{PAYEUR}: 0.2 ± 4 s.e."),
        Row(PROTOCOL, "burst fraction without change, 10 Hz", zero[10.0], "", 0.165, 0.235, f"{PAYEUR}: 0.2 ± 4 s.e."),
        Row(PROTOCOL, "slope at 10 Hz / at 5 Hz", slope[10.0] / slope[5.0], "", 3, 5, f"{PAYEUR}: rate squared, 4"),
    ]


def curve(pairs: list[Pair], change: np.ndarray, name: str, setting: float | None = None):
    """Values that a protocol varies, ascending, and the mean change at each of them; both one-dimensional.

    setting : event rate of the burst-Poisson, initial burst fraction of the Poisson pairing
    """
    key = {
        "periodic": lambda protocol: (protocol[1], None),
        "poisson": lambda protocol: (protocol[1], protocol[2]),
        "burst Poisson": lambda protocol: (protocol[2], protocol[1]),
    }[name]
    of = {n: key(pair.protocol) for n, pair in enumerate(pairs) if pair.protocol[0] == name}
    x = np.unique([value for value, group in of.values() if group == setting])
    return x, np.array([np.mean([change[n] for n, at in of.items() if at == (value, setting)]) for value in x])


@styled
def draw(learned: Learned, pairs: list[Pair], change: np.ndarray, published: np.ndarray) -> Figure:
    """Spontaneous firing and the three published protocols; points are the circuit, lines the published rule."""
    figure = Figure(figsize=(7.2, 5.2), layout="constrained")
    axes = figure.subplots(2, 2)
    _spontaneous(axes[0, 0], learned)
    both = lambda panel, name, setting, label, marker, style: _both(  # noqa: E731
        panel, curve(pairs, change, name, setting), curve(pairs, published, name, setting), label, marker, style
    )
    both(axes[0, 1], "periodic", None, "", "o", "-")
    axes[0, 1].axvline(1 / BURST_INTERVAL, color="0.6", linewidth=0.7, linestyle=":")
    axes[0, 1].text(61, 0.1, f"published: {INVERSE}", fontsize=7, color="0.4", ha="right")
    axes[0, 1].set(xlabel="pairing frequency (Hz)")
    axes[0, 1].set_title("b  periodic pairing, 15 x 5", loc="left")
    both(axes[1, 0], "poisson", 0.3, "burst fraction 0.3 at first", "o", "-")
    both(axes[1, 0], "poisson", 0.5, "0.5 at first", "s", "--")
    axes[1, 0].set(xlabel="rate on both sides (Hz)")
    axes[1, 0].set_title("c  Poisson spikes, 100 s", loc="left")
    both(axes[1, 1], "burst Poisson", 5.0, "events at 5 Hz", "o", "-")
    both(axes[1, 1], "burst Poisson", 10.0, "10 Hz", "s", "--")
    axes[1, 1].axvline(START, color="0.6", linewidth=0.7, linestyle=":")
    axes[1, 1].set(xlabel="burst fraction (dotted: running fraction at first)")
    axes[1, 1].set_title("d  Poisson events and bursts, 100 s", loc="left")
    for panel in (axes[0, 1], axes[1, 0], axes[1, 1]):
        panel.axhline(0, color="0.8", linewidth=0.7, zorder=0)
        panel.set_ylabel("weight change (published unit)")
        panel.legend(fontsize=7, loc="upper left", handlelength=1.5)
    axes[1, 0].set_ylim(None, 6)
    return figure


def _both(axes: Axes, model, published, label: str, marker: str, style: str) -> None:
    axes.plot(*published, style, color=PUBLISHED, label=f"published{', ' * bool(label)}{label}")
    axes.plot(*model, marker, color=MODEL, markersize=3.5, label=f"model{', ' * bool(label)}{label}")


def _spontaneous(axes: Axes, learned: Learned) -> None:
    fires = learned.event_rate > 0
    by_hand, change = learned.by_hand.mean(1)[fires], learned.change.mean(1)[fires]
    fraction = learned.burst_fraction[fires]
    axes.plot(fraction, by_hand, "o", color=PUBLISHED, markersize=7, fillstyle="none", label="by hand")
    points = axes.scatter(fraction, change, 10, learned.event_rate[fires], label="model", zorder=3)
    axes.figure.colorbar(points, ax=axes, label="events (Hz)")
    axes.axhline(0, color="0.8", linewidth=0.7, zorder=0)
    axes.axvline(BURSTS / EVENTS, color=ROLE_COLOURS["P+"], linewidth=0.9, linestyle=":", label="running fraction")
    axes.set(xlabel="burst fraction", ylabel="weight change (published unit)")
    axes.set_title("a  cells that fire by themselves", loc="left")
    axes.legend(fontsize=7, loc="upper left")
