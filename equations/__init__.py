"""Equations and parameters of cells, synapses, indicators and the task."""
