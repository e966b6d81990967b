"""Errors for what Brian2 and brian2cuda would leave out or get wrong without a word."""

from brian2 import Network, NetworkOperation, Synapses

from apical.networks.errors import UserError


def check_network(network: Network, cuda: bool) -> None:
    """Raises UserError for what a compiled program, or only a CUDA program, would not do as the network says."""
    for item in network.sorted_objects:
        if isinstance(item, NetworkOperation):
            raise UserError(f"{item.name} runs Python in each step, which a compiled program leaves out; use equations")
        if cuda and isinstance(item, Synapses):
            for pathway in item._pathways:
                _check_clock(item, pathway)


def _check_clock(synapses: Synapses, pathway) -> None:
    source_dt, dt = float(pathway.source.clock.dt), float(synapses.clock.dt)
    if source_dt != dt:  # delays count lists of events, one for each step of the source
        raise UserError(
            f"{synapses.name}: a CUDA program needs synapses with the time step of their source, "
            f"{source_dt * 1e3:g} ms, not {dt * 1e3:g} ms"
        )
