"""Equations and parameters of cells, synapses, indicators and the task."""

from equations.preferences import ignore_local_preferences

ignore_local_preferences()
