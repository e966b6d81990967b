"""Cells and synapses as Brian2 objects."""

import equations  # noqa: F401  # before Brian2
