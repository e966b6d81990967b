"""Spontaneous activity of the cortical network, from its options to a folder of results."""
