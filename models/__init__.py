"""Cells and synapses as Brian2 objects."""
