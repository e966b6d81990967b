"""``docs/benchmarks.md`` from what the recipes measured last."""

import json
from pathlib import Path

from apical.benchmarks.study import DAYS, MICE

INTRODUCTION = """# Benchmarks

Written by `apical bench`; do not edit. Each table is the last result of its recipe on the machine that it names. A run
before those that count is discarded; nothing is recorded while timing but the number of spikes; times are medians;
engines take turns, and ratios are medians of such pairs. Differences below 10 % are noise. What takes the time,
and what bounds it: `performance.md`.
"""

COLUMNS = {
    "engine": ("engine", "{}"),
    "neurons": ("neurons", "{:,}"),
    "synapses": ("synapses", "{:,}"),
    "in_degree": ("per neuron", "{:.0f}"),
    "compile_s": ("compile, s", "{:.0f}"),
    "connect_s": ("connect, s", "{:.2f}"),
    "slower_than_real_time": ("s per biological s", "{:.2f}"),
    "spread": ("spread", "{:.0%}"),
    "rate_hz": ("Hz", "{:.2f}"),
    "neuron_steps_per_s": ("neuron-steps/s", "{:.2g}"),
    "synaptic_events_per_s": ("synaptic events/s", "{:.2g}"),
    "memory_mib": ("peak MiB", "{:.0f}"),
}


def table(rows: list[dict]) -> str:
    """Markdown."""
    lines = [[title for title, _ in COLUMNS.values()], ["---"] * len(COLUMNS)]
    for row in rows:
        lines.append(["-" if row[k] is None else f.format(row[k]) for k, (_, f) in COLUMNS.items()])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _about(result: dict) -> str:
    busy = result["load_before"]
    note = f"{result['machine']}, load {busy:.1f} before it began"
    if busy > 0.5:
        note += " (**other programs ran: times are upper bounds, ratios of pairs hold roughly**)"
    return f"{result['date']}, commit {(result['commit'] or 'unknown')[:7]}, {note}."


def _cortex(result: dict) -> str:
    text = [f"## Cortical network, {result['title']}", _about(result), table(result["rows"])]
    for engine, fit in result["fits"].items():
        line = f"- {engine}: cost grows as N^{fit['exponent']:.2f}"
        if "bytes_per_synapse" in fit:
            line += f"; {fit['bytes_per_synapse']:.1f} bytes of peak memory per synapse, neurons included"
            line += f" ({result['bytes_per_synapse_computed']} computed from the arrays of synapses)"
        text.append(f"{line}.")
    for r in result["ratios"]:
        same = "same spikes" if r["same_spikes"] else "**other spikes: the ratio does not count**"
        text.append(f"- {r['neurons']:,} neurons: {r['engine']} takes {r['ratio']:.2f} of {r['over']} ({same}).")
    text += [f"- Left out: {reason}." for reason in result["left_out"]]
    return "\n\n".join(text)


def _study(result: dict) -> str:
    full = result["protocol"] == "full"
    return "\n\n".join(
        [
            "## The whole study",
            _about(result),
            f"One day of mice side by side, one per thread ({result['mice']} of {result['cells']} cells, "
            f"protocol {result['protocol']}, "
            f"{result['biological_seconds_per_day']:.0f} s of biology each): {result['wall_s']:.1f} s, "
            f"{result['mouse_seconds_per_s']:.0f} mouse-seconds per second; {result['building_s']:.0f} s to build.",
            f"**Extrapolated, not measured:** {MICE} mice over {DAYS} days at this speed (threads: {result['mice']}): "
            f"{result['extrapolated_study_hours']:.2f} h" + ("." if full else f" of protocol {result['protocol']}."),
        ]
    )


def _nest(result: dict) -> str:
    text = [
        f"## Brian2 beside NEST, {result['in_degree']:g} synapses per neuron",
        _about(result),
        "Two-compartment pyramidal cells with a background of their own and recurrent synapses of one weight and one "
        "delay, step 0.1 ms; both engines get the same synapses. To connect is to draw them in Brian2, to read them in "
        "NEST. Spikes count as equal where runs of the two engines are no farther apart than runs of one engine: "
        "Kolmogorov-Smirnov distances, mean between engines against the 95th percentile within. Brian2 is compiled "
        "with -O3 -march=native; NEST is the one from PyPI, its models compiled with -O2: part of the ratios is that.",
        table(result["rows"]),
    ]
    if result["module_s"] is not None:
        text.append(f"- The NESTML models took {result['module_s']:.0f} s to generate and compile, once.")
    for r in result["ratios"]:
        same = "spikes equal" if r["same_spikes"] else "**spikes differ: the ratio does not count**"
        text.append(
            f"- {r['neurons']:,} neurons, {r['threads']} each: NEST takes **{r['ratio']:.2f}** times as long as "
            f"Brian2 {r['integrator']} ({r['lowest']:.2f} to {r['highest']:.2f} over rounds; {same})."
        )
    for engine, count in result["bytes_per_synapse"].items():
        text.append(f"- {engine}: {count:.1f} bytes of peak memory per synapse, from two numbers of synapses.")
    statistics = list(result["verdicts"][0]["statistics"])
    lines = [["neurons", "Brian2", *(name.replace("_", " ") for name in statistics), "verdict"]]
    lines.append(["---"] * len(lines[0]))
    for v in result["verdicts"]:
        found = [v["statistics"][name] for name in statistics]
        cells = [f"{d['brian']:.3g} / {d['nest']:.3g}; {d['between']:.3f} of {d['within_95']:.3f}" for d in found]
        lines.append([f"{v['neurons']:,}", v["integrator"], *cells, "equal" if v["equal"] else "**differ**"])
    text.append(
        "Spikes of the pyramidal cells, Brian2 / NEST; distance between engines, of the largest that counts as equal:"
    )
    text.append("\n".join(f"| {' | '.join(line)} |" for line in lines))
    return "\n\n".join(text)


def _profile(result: dict) -> str:
    shares = [f"| {part} | {share:.1%} |" for part, share in result["shares"].items()]
    sizes = [
        f"| {int(size) // 1024:,} KiB | {m['gb_per_s']:.0f} | {m['additions_per_s']:.2g} | {m['read_ns']:.1f} |"
        for size, m in result["memory"].items()
    ]
    return "\n\n".join(
        [
            f"## Where the time goes: {result['neurons']:,} neurons, {result['in_degree']:g} of the full in-degree",
            _about(result),
            f"{result['cpu_s_per_biological_s']:.2f} s of one thread per biological second. State updates take "
            f"{result['neuron_steps_per_s_of_state_updates']:.2g} neuron-steps/s, of "
            f"{result['bytes_per_neuron_step']:.0f} bytes each: "
            f"{result['bytes_per_s_of_state_updates'] / 1e9:.0f} GB/s. Synapses, their queues included, take "
            f"{result['events_per_s_of_synapses']:.2g} events/s.",
            "\n".join(["| part of a step | time |", "| --- | --- |", *shares]),
            "What the memory of this machine allows, in one thread, by size of the array:",
            "\n".join(["| array | GB/s | random additions/s | ns of a dependent read |", "| --- " * 4 + "|", *sizes]),
        ]
    )


SECTIONS = {"cortex": _cortex, "nest": _nest, "profile": _profile, "study": _study}


def write_page(results: Path, page: Path) -> None:
    """Write `page` from the JSON files in the folder `results`."""
    parts = [INTRODUCTION.strip()]
    for path in sorted(results.glob("*.json")):
        result = json.loads(path.read_text())
        parts.append(SECTIONS[result["recipe"]](result))
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("\n\n".join(parts) + "\n")
