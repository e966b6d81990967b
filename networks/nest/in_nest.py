"""The cross-check experiments in NEST; imports nothing of apical.

``python in_nest.py EXPERIMENT GIVEN.npz FOUND.npz``. Times are those of Brian2: a spike or a current that Brian2 dates
to the start of a step carries, in NEST, the time of its end.
"""

import sys
from time import perf_counter

import nest
import numpy as np

PYRAMIDAL, SYNAPSE = "pyramidal_neuron", "burst_dependent_synapse"
PAIRED, PLASTIC = f"{PYRAMIDAL}__with_{SYNAPSE}", f"{SYNAPSE}__with_{PYRAMIDAL}"
VOLTAGES = {PYRAMIDAL: ["v_soma", "v_apical"]}

#: Steps from the time of a current generator to the step in which a cell of NESTML feels its current: delay and buffer,
#: less the step that a generator is early.
CURRENT_LAG = 1
PART = 2**17  # synapses that are connected at a time


def start(given, seed: int = 1, threads: int = 1) -> float:
    """An empty kernel with the module; the step in ms."""
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.Install(str(given["module"]))
    dt = float(given["dt"])
    nest.SetKernelStatus({"resolution": dt, "rng_seed": seed, "local_num_threads": threads})
    return dt


def inject(cells, current, dt: float, receptor: int = 0) -> None:
    """`current` (cells, samples of 1 ms) in pA into `cells`, from the first sample on, which has to be 0."""
    times = np.arange(1, current.shape[1]) - CURRENT_LAG * dt
    for cell, row in zip(cells, current, strict=True):
        generator = nest.Create(
            "step_current_generator", params={"amplitude_times": times.round(6), "amplitude_values": row[1:]}
        )
        nest.Connect(generator, cell, syn_spec={"delay": dt, "receptor_type": receptor})


def spikes_of(recorder, cells, dt: float):
    """Times (ms) and indices of recorded spikes, in order of time, then index."""
    events = recorder.get("events")
    time, index = events["times"] - dt, events["senders"] - cells.tolist()[0]
    order = np.lexsort((index, time))
    return time[order], index[order]


def single(given) -> dict:
    """Cells of each type with frozen currents: voltages and spikes."""
    dt, found = start(given), {}
    recorders = {}
    for name in map(str, given["kinds"]):
        soma = given[f"{name}.soma"]
        quiet = {"sigma_soma": 0.0, "sigma_apical": 0.0} if name == PYRAMIDAL else {}
        cells = nest.Create(name, len(soma), params=quiet)
        inject(cells, soma, dt)
        if name == PYRAMIDAL:
            inject(cells, given[f"{name}.apical"], dt, 1)
        meter = nest.Create("multimeter", params={"interval": dt, "record_from": VOLTAGES.get(name, ["v"])})
        recorder = nest.Create("spike_recorder")
        nest.Connect(meter, cells)
        nest.Connect(cells, recorder)
        recorders[name] = cells, meter, recorder
    nest.Simulate(float(given["duration"]) + dt)
    for name, (cells, meter, recorder) in recorders.items():
        found[f"{name}.time"], found[f"{name}.index"] = spikes_of(recorder, cells, dt)
        events = meter.get("events")
        order = np.lexsort((events["times"], events["senders"]))
        for voltage in VOLTAGES.get(name, ["v"]):
            found[f"{name}.{voltage}"] = events[voltage][order].reshape(len(cells), -1)
    return found


def plasticity(given) -> dict:
    """Frozen spikes before and after plastic synapses, one each: the weights at presynaptic spikes."""
    dt = start(given)
    delay, count = float(given["delay"]), int(given["count"])
    cells = nest.Create(PAIRED, count, params={name: float(given[name]) for name in given["changed"]})
    parrots = nest.Create("parrot_neuron", count)
    recorder, weights = nest.Create("spike_recorder"), nest.Create("weight_recorder")
    nest.CopyModel(PLASTIC, "recorded", {"weight_recorder": weights})
    for n in range(count):
        pre = nest.Create("spike_generator", params={"spike_times": (given[f"pre.{n}"] + dt - 1).round(6)})
        nest.Connect(pre, parrots[n], syn_spec={"delay": 1.0})
        on = (given[f"post.{n}"] - CURRENT_LAG * dt).round(6)
        times, values = np.column_stack((on, on + dt)).round(6).ravel(), np.tile([float(given["pulse"]), 0.0], len(on))
        pulses = nest.Create("step_current_generator", params={"amplitude_times": times, "amplitude_values": values})
        nest.Connect(pulses, cells[n], syn_spec={"delay": dt, "receptor_type": 0})
        port = nest.GetDefaults(PAIRED)["receptor_types"]["FEED_FORWARD"]
        synapse = {"synapse_model": "recorded", "delay": delay, "w": float(given["weight"]), "receptor_type": port}
        nest.Connect(parrots[n], cells[n], syn_spec=synapse)
    nest.Connect(cells, recorder)
    nest.Simulate(float(given["duration"]))
    events = weights.get("events")
    order = np.lexsort((events["times"], events["senders"]))
    time, index = spikes_of(recorder, cells, dt)
    return {
        "weight": events["weights"][order],
        "weight_time": events["times"][order] - dt,
        "weight_index": events["senders"][order] - parrots.tolist()[0],
        "time": time,
        "index": index,
    }


def network(given) -> dict:
    """Inputs, pyramidal cells and NDNF cells, once for each seed: the spikes."""
    found = {}
    for seed in map(int, given["seeds"]):
        dt = start(given, seed)
        noise = nest.Create("poisson_generator", params={"rate": float(given["rate"])})
        groups = {"inputs": nest.Create("parrot_neuron", int(given["inputs"]))}
        for name in (PYRAMIDAL, "ndnf_neuron"):
            groups[name] = nest.Create(name, int(given[name]))
        nest.Connect(noise, groups["inputs"])
        for source, target, port, *_ in map(tuple, given["connections"]):
            pre, post = given[f"{source}.{target}"]
            nest.Connect(
                np.array(groups[source].tolist())[pre],
                np.array(groups[target].tolist())[post],
                "one_to_one",
                {
                    "weight": np.full(len(pre), float(given[f"{source}.{target}.weight"])),
                    "delay": np.full(len(pre), float(given["delay"])),
                    "receptor_type": nest.GetDefaults(target)["receptor_types"][port.upper()],
                },
            )
        for name in (PYRAMIDAL, "ndnf_neuron"):
            groups[f"{name}.spikes"] = nest.Create("spike_recorder")
            nest.Connect(groups[name], groups[f"{name}.spikes"])
        nest.Simulate(float(given["duration"]))
        for name in (PYRAMIDAL, "ndnf_neuron"):
            time, index = spikes_of(groups[f"{name}.spikes"], groups[name], dt)
            found[f"{name}.time.{seed}"], found[f"{name}.index.{seed}"] = time, index
    return found


def recurrent(given) -> dict:
    """Pyramidal cells and their recurrent synapses: spikes where they are recorded, else how long it takes.

    pairs : path of a file with source and target (int32) of each synapse; it is read in parts, to take no memory
    """
    started = perf_counter()
    dt = start(given, int(given["seed"]), int(given["threads"]))
    cells = nest.Create(PYRAMIDAL, int(given["neurons"]), params={"i_bias_soma": float(given["i_bias_soma"])})
    first, delay = cells.tolist()[0], float(given["delay"])
    # All weights are equal: the synapse of NEST that takes the least memory.
    nest.CopyModel("static_synapse_hom_w", "recurrent", {"weight": float(given["weight"]), "delay": delay})
    port = nest.GetDefaults(PYRAMIDAL)["receptor_types"]["FEED_FORWARD"]
    with open(str(given["pairs"]), "rb") as pairs:
        while (part := np.fromfile(pairs, np.int32, 2 * PART)).size:
            source, target = part.reshape(-1, 2).T + first
            nest.Connect(source, target, "one_to_one", {"synapse_model": "recurrent", "receptor_type": port})
    if given["record"]:
        recorder = nest.Create("spike_recorder")
        nest.Connect(cells, recorder)
        nest.Simulate(float(given["duration"]))
        return dict(zip(("time", "index"), spikes_of(recorder, cells, dt), strict=True))
    nest.Prepare()
    nest.Run(delay)  # builds its tables of connections first
    connected = perf_counter()
    nest.Run(float(given["duration"]))
    found = {"connect": connected - started, "simulate": perf_counter() - connected}
    found["spikes"] = nest.local_spike_counter  # of the last Run
    found["synapses"] = nest.num_connections
    nest.Cleanup()
    (peak,) = [line for line in open("/proc/self/status") if line.startswith("VmHWM:")]
    return found | {"memory": 1024 * int(peak.split()[1])}


if __name__ == "__main__":
    experiment, given_file, found_file = sys.argv[1:]
    np.savez(found_file, **globals()[experiment](np.load(given_file)))
