"""Connections that stay within a mouse: cell `i` of a group of n cells per mouse belongs to mouse `i // n`."""

from brian2 import Synapses


def within_mice(synapses: Synapses, mice: int) -> None:
    """Connect all cells of the source to all cells of the target that belong to the same mouse."""
    n_in, n_out = len(synapses.source) // mice, len(synapses.target) // mice
    synapses.connect(j=f"k for k in range((i//{n_in})*{n_out}, (i//{n_in} + 1)*{n_out})")
