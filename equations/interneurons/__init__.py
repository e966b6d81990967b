"""Interneurons of layers 1 and 5: one file per cell type, and the synapses among them.

All types share the membrane of `membrane.py`. A type is its table of parameters and, where it has them, the currents
that make it special.
"""
