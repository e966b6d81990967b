"""Figure of NDNF+ interneurons: spikes, inhibitory potentials and block, with the published values drawn in."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from apical.analysis.figures.style import LIGHT, styled
from apical.analysis.physiology.interneurons import LENGTH, ONSET, TRAIN, TRAIN_RATE, TRAINS, Steps
from apical.analysis.physiology.ndnf_block import Recording

PUBLISHED = "0.88"
NGF, CANOPY, GABA_A, GABA_B = "#0072B2", "#D55E00", "#009E73", "#CC79A7"


@dataclass(frozen=True)
class Cells:
    """Responses of both cell types to steps; spikes (s) of persistent firing, after trains and after 13 Hz."""

    neurogliaform: Steps
    canopy: Steps
    persistence: tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Block:
    """Measurements of a pyramidal cell under NDNF+ inhibition.

    rates (Hz), thresholds (nA; NaN: none) : EPSC that makes a burst of a pairing after light at each rate
    delays (ms), by_delay : action potentials of the pairing (one volley, light, one volley without GABA_B; delay)
    potentials : potentials at rest, by receptor; shown : the pairing without light and after it
    """

    rates: np.ndarray
    thresholds: np.ndarray
    delays: np.ndarray
    by_delay: np.ndarray
    potentials: dict[str, Recording]
    shown: tuple[Recording, Recording]


@styled
def draw(cells: Cells, block: Block) -> Figure:
    """Late spiking, rates, persistent firing, inhibitory potentials, block, its threshold and its duration."""
    figure = Figure(figsize=(7.2, 6.6), layout="constrained")
    axes = figure.subplot_mosaic("aabb;ccdd;efgg", width_ratios=(1.2, 0.8, 1, 1))
    _late_spiking(axes["a"], cells.neurogliaform)
    _rates(axes["b"], cells)
    _persistent(axes["c"], cells.persistence)
    _potentials(axes["d"], block)
    _pairing(axes["e"], block)
    _threshold(axes["f"], block)
    _duration(axes["g"], block)
    for letter, panel in axes.items():
        panel.set_title(f"{letter}  {panel.get_title(loc='left')}", loc="left")
    return figure


def _late_spiking(axes: Axes, steps: Steps) -> None:
    rheobase = steps.at_rheobase
    axes.axvspan(0, 200, color=PUBLISHED, linewidth=0, label="published: no spike yet")
    shown = [(0, "0.6"), (rheobase - 1, "0.4"), (rheobase, NGF)]
    for index, colour in shown:
        axes.plot(
            steps.time - ONSET, steps.v[index], color=colour, linewidth=0.8, label=f"{steps.currents[index]:.0f} pA"
        )
    axes.set(xlabel="from the onset of the step (ms)", ylabel="potential (mV)", xlim=(-100, LENGTH + 90))
    axes.set_title("neurogliaform cell: late spiking", loc="left")
    axes.legend(loc="center", bbox_to_anchor=(0.45, 0.4), fontsize=7)


def _rates(axes: Axes, cells: Cells) -> None:
    latency = axes.twinx()
    latency.spines.right.set_visible(True)
    for steps, name, colour in ((cells.neurogliaform, "neurogliaform", NGF), (cells.canopy, "canopy", CANOPY)):
        first = [train[0] if train.size else np.nan for train in steps.spikes[1:]]
        axes.plot(steps.currents[1:], steps.rates[1:], color=colour, label=name)
        latency.plot(steps.currents[1:], first, ":", color=colour)
    latency.axhspan(200, 1000, color=PUBLISHED, linewidth=0, zorder=0)
    latency.text(395, 850, "published: late spiking", fontsize=7, color="0.4", ha="right")
    latency.set(ylabel="first spike (ms, dotted)", ylim=(0, 1000))
    axes.set(xlabel="current (pA)", ylabel="rate (Hz)", xlim=(100, 400), ylim=(0, 110))
    axes.set_zorder(1)
    axes.patch.set_visible(False)
    axes.set_title("rate and first spike", loc="left")
    axes.legend(fontsize=7, loc="upper left", bbox_to_anchor=(0.18, 0.85))


def _persistent(axes: Axes, persistence: tuple[np.ndarray, np.ndarray]) -> None:
    for height, spikes in zip((1, 0), persistence, strict=True):
        axes.eventplot(spikes, lineoffsets=height, linelengths=0.6, linewidths=0.5, colors=NGF)
    for start in range(TRAINS):
        axes.plot([start, start + TRAIN], [1.42, 1.42], color=LIGHT, linewidth=3)
    axes.plot([0, TRAINS], [0.42, 0.42], color=LIGHT, linewidth=3)
    late = persistence[0][persistence[0] > TRAINS + 0.1]
    rate = 1 / np.mean(np.diff(late)) if late.size > 1 else 0
    axes.set_yticks([0, 1], ["13 Hz", f"{TRAIN_RATE:.0f} Hz trains"])
    axes.set(xlabel="time (s)", ylim=(-0.5, 1.7))
    axes.set_title(f"persistent firing: {rate:.0f} Hz (published 51 Hz)", loc="left")


def _potentials(axes: Axes, block: Block) -> None:
    colours = {"both": "0.3", "GABA_A": GABA_A, "GABA_B": GABA_B}
    axes.axvspan(130, 200, color=PUBLISHED, linewidth=0, label="published peak of GABA_B")
    for receptor, colour in colours.items():
        recording = block.potentials[receptor]
        after = recording.time >= recording.ndnf[0]
        v = recording.v_apical[after]
        axes.plot(recording.time[after] - recording.ndnf[0], v - v[0], color=colour, label=receptor)
    axes.set(xlabel="from the presynaptic spike (ms)", ylabel="apical potential (mV)", xlim=(0, 600))
    axes.set_title("inhibitory potentials, one cell of ten", loc="left")
    axes.legend(fontsize=7, loc="lower right")


def _pairing(axes: Axes, block: Block) -> None:
    for recording, colour, name in zip(block.shown, ("0.5", LIGHT), ("alone", "after 31 Hz"), strict=True):
        time = recording.time - recording.trial.pairing
        near = (time > -10) & (time < 80)
        axes.plot(time[near], recording.v_apical[near], color=colour, label=f"{name}: {recording.burst} APs")
        spikes = recording.spikes - recording.trial.pairing
        axes.eventplot(spikes[spikes > 0], lineoffsets=20 + 8 * (name == "alone"), linelengths=6, colors=colour)
    axes.set(xlabel="from the pairing (ms)", ylabel="apical potential (mV)", xlim=(-10, 80))
    axes.set_title("pairing", loc="left")
    axes.legend(fontsize=7, loc="upper right", handlelength=1, borderpad=0)
    axes.set_ylim(None, 70)


def _threshold(axes: Axes, block: Block) -> None:
    axes.plot(block.rates, block.thresholds, "o-", color="0.3", markersize=3)
    axes.set(xlabel="NDNF+ rate (Hz)", ylabel="threshold (nA)", ylim=(0, None))
    axes.set_title("EPSC for a burst", loc="left")


def _duration(axes: Axes, block: Block) -> None:
    axes.axvspan(200, block.delays[-1], color=PUBLISHED, linewidth=0, label="published: block ends here")
    names = ("one volley", "31 Hz, 250 ms", "one volley, GABA_B blocked")
    for nth, (bursts, name, colour) in enumerate(zip(block.by_delay, names, (NGF, LIGHT, GABA_A), strict=True)):
        axes.plot(block.delays, bursts + 0.06 * nth, color=colour, label=name)
    axes.set(xlabel="from the last release to the pairing (ms)", ylabel="action potentials", ylim=(0.5, 6.6))
    axes.set_yticks([1, 2, 3, 4])
    axes.set_title("duration of the block", loc="left")
    axes.legend(fontsize=7, loc="upper left")
