"""Pyramidal cells with plastic inputs and recurrent synapses in NEST, on processes of MPI; imports nothing of apical.

``mpirun -n 2 python nest_cluster.py MODULE OUT``, where ``apical nest build`` prints MODULE and all processes see OUT.

A virtual process is a thread of any process. Each writes, of its own cells, the spikes (ms) and the last weights of the
plastic synapses (pA): two processes of one thread write the same files as one process of two threads.
"""

import argparse
import resource
from pathlib import Path
from time import perf_counter

import nest
import numpy as np

CELL, SYNAPSE = "pyramidal_neuron", "burst_dependent_synapse"
DELAY = 1.0  # ms; so often the processes exchange spikes
INPUTS = 25  # onto a cell


def build(neurons: int, in_degree: int):
    """Poisson inputs of 8/s with plastic synapses onto cells, `in_degree` recurrent synapses onto each; a recorder."""
    port = nest.GetDefaults(CELL)["receptor_types"]["FEED_FORWARD"]
    inputs = nest.Create("parrot_neuron", max(INPUTS, neurons // 10))
    cells = nest.Create(f"{CELL}__with_{SYNAPSE}", neurons)
    recorder = nest.Create("spike_recorder", params={"record_to": "ascii", "label": "spikes"})
    plastic = {"synapse_model": f"{SYNAPSE}__with_{CELL}", "w": 80.0, "delay": DELAY, "receptor_type": port}
    nest.CopyModel("static_synapse_hom_w", "recurrent", {"weight": 500.0 / in_degree, "delay": DELAY})
    nest.Connect(nest.Create("poisson_generator", params={"rate": 8.0}), inputs)
    nest.Connect(inputs, cells, {"rule": "fixed_indegree", "indegree": INPUTS}, plastic)
    drawn = {"rule": "fixed_indegree", "indegree": in_degree, "allow_autapses": False}
    nest.Connect(cells, cells, drawn, {"synapse_model": "recurrent", "receptor_type": port})
    nest.Connect(cells, recorder)
    return inputs, cells, recorder


def write_weights(inputs, cells, out: Path) -> None:
    """``weights-VIRTUAL.dat`` of the virtual processes here: source, target, pA."""
    found = nest.GetConnections(inputs, cells).get(["source", "target", "w", "target_thread"])
    table = np.column_stack([found[name] for name in ("source", "target", "w")])
    for thread in range(nest.local_num_threads):
        virtual = thread * nest.num_processes + nest.Rank()
        np.savetxt(out / f"weights-{virtual}.dat", table[np.equal(found["target_thread"], thread)], "%d %d %.17g")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("module", help="what nest.Install takes")
    parser.add_argument("out", type=Path, help="folder")
    parser.add_argument("--virtual", type=int, default=2, help="virtual processes: a multiple of the processes")
    parser.add_argument("--neurons", type=int, default=2000)
    parser.add_argument("--in-degree", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=1.0)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)

    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.Install(given.module)
    nest.set(resolution=0.1, rng_seed=1, total_num_virtual_procs=given.virtual)
    nest.set(data_path=str(given.out), overwrite_files=True)
    times = [perf_counter()]
    inputs, cells, recorder = build(given.neurons, given.in_degree)
    nest.Simulate(DELAY)  # builds the tables of connections
    times.append(perf_counter())
    nest.Simulate(1000.0 * given.seconds)
    times.append(perf_counter())
    building, simulating = np.diff(times)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # MiB on Linux
    print(
        f"process {nest.Rank()} of {nest.num_processes}, threads {nest.local_num_threads}: {recorder.n_events} spikes, "
        f"build {building:.1f} s, simulate {simulating:.1f} s, {peak:.0f} MiB"
    )
    write_weights(inputs, cells, given.out)


if __name__ == "__main__":
    main()
