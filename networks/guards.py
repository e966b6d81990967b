"""What Brian2 and brian2cuda would leave out or get wrong without a word, as errors."""

from brian2 import Network, NetworkOperation, Synapses

from networks.errors import UserError

#: brian2cuda's spike queue for heterogeneous delays has a race (CudaSpikeQueue::prepare has no barrier after it reads
#: the queue), which one warp of 32 threads, each of which serves one step of delay, cannot show. `cuda.repairs` adds
#: the barrier, but this has not run on a GPU yet.
MOST_DELAY_STEPS = 31


def check_network(network: Network, cuda: bool) -> None:
    """Raises UserError for what a compiled program, or only a CUDA program, would not do as the network says."""
    for item in network.sorted_objects:
        if isinstance(item, NetworkOperation):
            raise UserError(f"{item.name} runs Python in each step, which a compiled program leaves out; use equations")
        if cuda and isinstance(item, Synapses):
            for pathway in item._pathways:
                _check_delays(item, pathway)


def _check_delays(synapses: Synapses, pathway) -> None:
    source_dt, dt = float(pathway.source.clock.dt), float(synapses.clock.dt)
    if pathway.variables["delay"].scalar:
        if source_dt != dt:
            raise UserError(
                f"{synapses.name}: with one delay for all, a CUDA program needs synapses with the time step of their "
                f"source, {source_dt * 1e3:g} ms, not {dt * 1e3:g} ms"
            )
        return
    try:
        longest = max(pathway.delay_, default=0.0)
    except NotImplementedError:  # given by an expression, which only the program will evaluate
        raise UserError(f"{synapses.name}: give its delays as numbers or as one delay for all, not as text") from None
    steps = round(float(longest) / dt)
    if steps > MOST_DELAY_STEPS:
        raise UserError(
            f"{synapses.name}: in a CUDA program delays that differ may last {MOST_DELAY_STEPS} steps of "
            f"{dt * 1e3:g} ms, not {steps}; use one delay for all, or several groups of synapses"
        )
