"""The cross-check experiments in Brian2: a compiled program each.

``python -m apical.networks.nest.in_brian EXPERIMENT GIVEN.npz FOUND.npz``
"""

import os
import sys
import tempfile

import numpy as np
from brian2 import (
    Clock,
    Hz,
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    device,
    ms,
    mV,
    pA,
    prefs,
    set_device,
)

from apical.equations import noise, pyramidal
from apical.equations import plasticity as rule
from apical.equations.parameters import declarations
from apical.models.interneurons import LONG_AGO, interneurons, set_parameters
from apical.models.twin import BIAS, TABLE, pyramidal_cells

PYRAMIDAL = "pyramidal_neuron"
INTERNEURONS = {"ndnf_neuron": "neurogliaform", "pv_neuron": "pv", "som_neuron": "som"}
#: Names of the units of parameters in NESTML.
UNITS = {"amp": pA, "second": ms, "volt": mV, "1": 1}


def inject(cells: NeuronGroup, variable: str, current: np.ndarray, dt: float = 1.0) -> None:
    """`current` (cells, samples of `dt` ms) in pA, beside the default of the variable."""
    constant = float(TABLE[variable].value / pA) if variable in TABLE else 0.0
    name = f"drive_{cells.name}_{variable}"
    cells.namespace[name] = TimedArray((current.T + constant) * pA, dt=dt * ms, name=name)
    cells.run_regularly(f"{variable} = {name}(t, i)", clock=cells.clock, when="start")


def single(given) -> dict:
    """Cells of each type with frozen currents: voltages and spikes."""
    clock, method = Clock(float(given["dt"]) * ms), str(given["method"])
    network, monitors = Network(), {}
    for name in map(str, given["kinds"]):
        soma = given[f"{name}.soma"]
        if name == PYRAMIDAL:
            cells = pyramidal_cells(len(soma), clock, method)
            cells.sigma_soma = cells.sigma_apical = 0 * pA
            inject(cells, "i_bias_soma", soma)
            inject(cells, "i_bias_apical", given[f"{name}.apical"])
            shown = ["v_soma", "v_apical"]
        else:
            cells = interneurons(INTERNEURONS[name], len(soma), clock)
            cells.state_updater.method_choice = method
            inject(cells, "i_stimulus", soma)
            shown = ["v"]
        monitors[name] = SpikeMonitor(cells), StateMonitor(cells, shown, record=True, clock=clock), shown
        network.add(cells, *monitors[name][:2], *cells.contained_objects)
    network.run((float(given["duration"]) + float(given["dt"])) * ms)
    build(run=True)
    found = {}
    for name, (spikes, traces, shown) in monitors.items():
        found[f"{name}.time"], found[f"{name}.index"] = np.asarray(spikes.t / ms), np.asarray(spikes.i)
        for voltage in shown:  # Brian2 records before a step, NEST after it
            found[f"{name}.{voltage}"] = np.asarray(getattr(traces, voltage) / mV)[:, 1:]
    return found


def plasticity(given) -> dict:
    """Frozen spikes before and after plastic synapses, one each: the weights at presynaptic spikes."""
    dt, count = float(given["dt"]), int(given["count"])
    clock, steps = Clock(dt * ms), round(float(given["duration"]) / dt)
    fires, pulses = np.zeros((steps, count)), np.zeros((steps, count))
    for n in range(count):
        fires[np.rint(given[f"pre.{n}"] / dt).astype(int), n] = 1
        pulses[np.rint(given[f"post.{n}"] / dt).astype(int), n] = float(given["pulse"])
    cells = pyramidal_cells(count, clock, "euler")
    for name in given["changed"]:
        setattr(cells, str(name), float(given[name]) * UNITS[TABLE[str(name)].unit])
    inject(cells, "i_bias_soma", pulses.T, dt)
    cells.i_bias_apical = TABLE["i_bias_apical"].value
    inputs = NeuronGroup(
        count,
        rule.INPUT_EQUATIONS + declarations(rule.INPUT_PARAMETERS),
        threshold="fires(t, i) > 0.5",
        reset=rule.INPUT_RESET,
        namespace=noise.FUNCTIONS | {"fires": TimedArray(fires, dt=dt * ms, name="fires")},
        clock=clock,
        name="inputs",
    )
    set_parameters(inputs, rule.INPUT_PARAMETERS)
    inputs.last_spike = LONG_AGO
    synapses = Synapses(
        inputs,
        cells,
        rule.SYNAPSE + "\n" + declarations(rule.SYNAPSE_PARAMETERS),
        on_pre=rule.ON_PRE.format(current="i_input"),
        on_post=rule.ON_POST,
        delay=dict.fromkeys(("pre", "post"), float(given["delay"]) * ms),
        namespace=noise.FUNCTIONS | {"input_range": pyramidal.INPUT_RANGE},
        clock=clock,
        name="synapses",
    )
    synapses.post.when = "after_resets"
    synapses.connect(j="i")
    set_parameters(synapses, rule.SYNAPSE_PARAMETERS)
    synapses.w = float(given["weight"]) * pA
    spikes, weights = SpikeMonitor(cells), StateMonitor(synapses, "w", record=np.arange(count), clock=clock)
    Network(cells, *cells.contained_objects, inputs, synapses, spikes, weights).run(float(given["duration"]) * ms)
    build(run=True)
    at = [np.rint(times / dt).astype(int) for times in (given[f"pre.{n}"] for n in range(count))]
    return {
        "weight": np.concatenate([np.asarray(weights.w / pA)[n, steps] for n, steps in enumerate(at)]),
        "time": np.asarray(spikes.t / ms),
        "index": np.asarray(spikes.i),
    }


def network(given) -> dict:
    """Inputs, pyramidal cells and NDNF cells, once for each seed: the spikes."""
    clock = Clock(float(given["dt"]) * ms)
    groups = {
        "inputs": NeuronGroup(
            int(given["inputs"]),
            "seed : integer (shared, constant)",
            threshold="uniform_noise(seed, 1, i, 4, 0, t_in_timesteps) < rate*dt",
            namespace=noise.FUNCTIONS | {"rate": float(given["rate"]) * Hz},
            clock=clock,
            name="inputs",
        ),
        PYRAMIDAL: pyramidal_cells(int(given[PYRAMIDAL]), clock, "euler"),
        "ndnf_neuron": interneurons("neurogliaform", int(given["ndnf_neuron"]), clock),
    }
    for name in BIAS:
        setattr(groups[PYRAMIDAL], name, TABLE[name].value)
    circuit = Network(groups.values())
    for source, target, _, variable, unit in given["connections"]:
        weight = float(given[f"{source}.{target}.weight"])
        synapses = Synapses(
            groups[source],
            groups[target],
            on_pre=f"{variable}_post += {weight!r}{'*' if unit != '1' else ''}{unit if unit != '1' else ''}",
            delay=float(given["delay"]) * ms,
            clock=clock,
        )
        pre, post = given[f"{source}.{target}"]
        synapses.connect(i=pre, j=post)
        circuit.add(synapses)
    monitors = {name: SpikeMonitor(groups[name]) for name in (PYRAMIDAL, "ndnf_neuron")}
    circuit.add(*monitors.values())
    circuit.run(float(given["duration"]) * ms)
    build(run=False)
    found = {}
    for seed in map(int, given["seeds"]):
        values = {groups[name].seed: seed for name in ("inputs", PYRAMIDAL)}
        device.run(run_args=values, results_directory=f"results_{seed}", with_output=False)
        for name, monitor in monitors.items():
            found[f"{name}.time.{seed}"], found[f"{name}.index.{seed}"] = (
                np.asarray(monitor.t / ms),
                np.asarray(monitor.i),
            )
    return found


def build(run: bool) -> None:
    """Compile the program in a temporary folder."""
    device.build(directory=tempfile.mkdtemp(dir="."), compile=True, run=run, with_output=False)


if __name__ == "__main__":
    experiment, given_file, found_file = sys.argv[1:]
    prefs.codegen.cpp.extra_compile_args_gcc = ["-std=c++17", "-O1", "-w"]  # compiling takes longer than running
    prefs.devices.cpp_standalone.extra_make_args_unix = [f"-j{max(1, (os.cpu_count() or 1) // 2)}"]  # NEST runs beside
    set_device("cpp_standalone", build_on_run=False)
    np.savez(found_file, **globals()[experiment](np.load(given_file)))
